package config

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"sitegen.dev/core/diag"
)

func load(t *testing.T, src string) (*Config, []string) {
	t.Helper()
	c, list := Load("site.yaml", []byte(src), nil)
	return c, lines(list)
}

// lines gives "line:col-end code message | hint" for each diagnostic.
func lines(list *diag.List) []string {
	var out []string
	for _, d := range list.Sorted() {
		s := ""
		if d.Line > 0 {
			s = fmt.Sprintf("%d:%d", d.Line, d.Col)
			if d.End.Line == d.Line {
				s += fmt.Sprintf("-%d", d.End.Col)
			}
			s += " "
		}
		s += string(d.Code) + " " + d.Message
		if d.Hint != "" {
			s += " | " + d.Hint
		}
		for _, n := range d.Notes {
			s += fmt.Sprintf(" (%d:%d %s)", n.Line, n.Col, n.Message)
		}
		out = append(out, s)
	}
	return out
}

func TestDefaults(t *testing.T) {
	for _, src := range []string{"", "\n", "# nothing\n", "---\n", "--- # x\n...\n", "build:\nredirects:\nheaders:\nserver:\nsecurity:\n", "\ufeff", "{}"} {
		c, got := load(t, src)
		if len(got) > 0 {
			t.Errorf("%q: %q", src, got)
		}
		if d := cmp.Diff(defaults(), c, cmpopts.IgnoreUnexported(Config{})); d != "" {
			t.Errorf("%q: -want +got\n%s", src, d)
		}
	}
}

func TestLoadEverything(t *testing.T) {
	c, got := load(t, everything)
	if len(got) > 0 {
		t.Fatal(strings.Join(got, "\n"))
	}
	at := func(line, col, end int) diag.Range {
		return diag.Range{Pos: diag.Pos{File: "site.yaml", Line: line, Col: col}, End: diag.Pos{File: "site.yaml", Line: line, Col: end}}
	}
	want := &Config{
		Site: "https://example.com", Base: "/docs/", Output: "server",
		Adapter: Adapter{Name: "node", Options: json.RawMessage(`{"mode":"standalone","z":null,"embed":true,"n":[16,1.5,"a<b"],"deep":{"b":"2026-01-02","a":-7}}`)},
		Src:     "website/src", Public: "website/public", Out: "website/dist", TrailingSlash: "always",
		Build: Build{Format: "file", Assets: "static/_a", Inline: "never", Concurrency: 4, Prefix: "https://cdn.example.com/x", Define: map[string]string{"__V__": "1.5", "a.b": `"\u003cx\u003e"`, "on": "true"}},
		Redirects: []Redirect{
			{"/old", "/new?x=1#y", 301, at(21, 3, 7), at(21, 9, 19)},
			{"/posts/[...slug]", "/blog/[...slug]", 308, at(22, 3, 19), at(22, 26, 43)},
			{"/a", "https://example.org", 301, at(23, 3, 5), at(23, 7, 26)},
		},
		Headers: []HeaderRule{
			{"/assets/*", []Header{{"X-Frame-Options", "DENY", at(25, 34, 38)}, {"Access-Control-Max-Age", "600", at(25, 64, 67)}}, at(25, 3, 14)},
			{"/", []Header{{"Link", "</a>; rel=x", at(27, 12, 25)}, {"Link", "</b>", at(27, 27, 33)}}, at(26, 3, 4)},
		},
		Links:    Links{"error", []string{"/docs/app/*"}},
		Markdown: Markdown{HTML: true, SmartPunctuation: true, ImageWidths: []int{400, 800}, ImageSizes: "50vw", ImageFormat: "webp"},
		Server:   Server{"0.0.0.0", 8080, false},
		Security: Security{
			CheckOrigin: false, CSP: CSP{true, "sha512", []string{"img-src 'self' data:", "sandbox allow-scripts"}, []string{"https://cdn.example.com/a.js"}, []string{"'sha256-AAAA='"}}, AllowedHosts: []string{"example.com", "*.example.com", "https://example.com:8443"},
			BodyLimit: 10_000_000, TrustedProxies: []string{"10.0.0.0/8", "::1"},
		},
		Session: Session{Driver: "file", TTL: "1h30m", Dir: "/var/lib/site", Cookie: SessionCookie{"sid", "example.com", "strict", true}},
		I18n:    I18n{"german", []Locale{{"en", []string{"en"}}, {"german", []string{"de", "de-AT"}}, {"pt-BR", []string{"pt-BR"}}}, true},
		Image: Image{Service: "platform", Widths: []int{320, 640}, Quality: 80, Qualities: []int{50},
			Domains: []string{"example.com", "**.example.org"}, Patterns: []string{"https://*.example.com/a%20b/**", "http://example.com:8080/*"}},
	}
	if d := cmp.Diff(want, c, cmpopts.IgnoreUnexported(Config{})); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	for _, tt := range []struct{ path, want string }{
		{"site", "site.yaml:2:7"},
		{"adapter", "site.yaml:5:1"},
		{"adapter.mode", "site.yaml:7:9"},
		{"adapter.deep.a", "site.yaml:11:30"},
		{"adapter.n.1", "site.yaml:10:13"},
		{"adapter.absent", "site.yaml:5:1"},
		{"build.format", "site.yaml:16:17"},
		{"build.absent.more", "site.yaml:16:1"},
		{"redirects./posts/[...slug].status", "site.yaml:22:53"},
		{"security.allowedHosts.1", "site.yaml:31:32"},
		{"absent", "site.yaml"},
		{"", "site.yaml"},
	} {
		if got := c.At(tt.path).Pos.String(); got != tt.want {
			t.Errorf("At(%q) = %s, want %s", tt.path, got, tt.want)
		}
	}
	if !c.Has("build.format") || c.Has("absent") {
		t.Error("Has is wrong")
	}
}

// everything uses every key.
const everything = `# every key there is
site: https://Example.com/
base: /docs
output: server
adapter:
  name: node
  mode: standalone
  z: null
  embed: true
  n: [0x10, 1.5, "a<b"]
  deep: {b: 2026-01-02,   a: -7}
src: website/src
public: ./website/public/
out: website/dist
trailingSlash: always
build: {format: file, assets: static/_a, inline: never, concurrency: 4, redirects: false, assetsPrefix: "https://cdn.example.com/x/", define: {__V__: 1.5, a.b: "<x>", on: true}}
# Anchors work.
server: &here {host: 0.0.0.0, port: 8080, streaming: false}

redirects:
  /old: /new?x=1#y
  /posts/[...slug]: {to: "/blog/[...slug]", status: 308}
  /a: https://example.org
headers:
  "/assets/*": {X-Frame-Options: DENY, Access-Control-Max-Age: 600}
  /:
    Link: ['</a>; rel=x', '</b>']
security:
  checkOrigin: false
  allowedHosts:
    [example.com,              "*.example.com", "https://Example.com:8443"]
  bodyLimit: 10MB
  trustedProxies: [10.1.2.3/8, "::1"]
  csp:
    algorithm: sha512
    directives: ["img-src  'self' data:", sandbox allow-scripts]
    scripts: [https://cdn.example.com/a.js]
    styles: ["'sha256-AAAA='"]
image:
  service: platform
  widths: [640, 320, 320]
  quality: 80
  qualities: [50]
  domains: [Example.com, "**.example.org"]
  remotePatterns: ["HTTPS://*.Example.com:443/a%20b/**", "http://example.com:8080/*"]
links: {check: error, ignore: [/docs/app/*]}
markdown: {html: true, smartPunctuation: true, imageWidths: [400, 800], imageSizes: 50vw, imageFormat: webp}
session:
  driver: file
  ttl: 1h30m
  dir: /var/lib/site
  cookie: {name: sid, domain: example.com, sameSite: strict, secure: true}
i18n:
  default: de-AT
  locales: [en, {path: german, codes: [de, de-AT]}, {codes: [pt-BR]}]
  routing: {prefixDefault: true}
`

// errorCases are files that are wrong, with what is said about them; where nothing is said they are right.
var errorCases = []struct {
	src  string
	want string
}{
	// Languages.
	{"i18n: {default: en, locales: [en]}", ""},
	{"i18n:", ""},
	{"i18n: {default: en}", `1:17-19 SG4004 i18n.locales is missing | add ` + "`locales: [en, …]`"},
	{"i18n: {locales: [en, de]}", `1:8-15 SG4004 i18n.default is missing | add ` + "`default: en`, or another of the locales"},
	{"i18n: {default: fr, locales: [en, de]}", `1:17-19 SG4004 i18n.default must be "en" or "de", not "fr" | add it to i18n.locales, or name one that is there`},
	{"i18n: {default: en, locales: [en, en_GB]}", `1:35-40 SG4004 i18n.locales.1 must be a language tag such as de or pt-BR, not "en_GB" | write en-GB`},
	{"i18n: {default: en, locales: [en, EN]}", `1:35-37 SG4004 i18n.locales.1 has the path "EN" that another language has`},
	{"i18n: {default: en, locales: [en, {path: uk, codes: [en]}]}", `1:35 SG4004 i18n.locales.1 has the code "en" that another language has`},
	{"i18n: {default: en, locales: [en, {path: uk}]}", `1:35 SG4004 i18n.locales.1 has no codes | write {path: uk, codes: [de]}`},
	{"i18n: {default: en, locales: [en, {path: a/b, codes: [de]}]}", `1:42-45 SG4004 i18n.locales.1.path must be one segment of a path such as de, not "a/b"`},
	{"i18n: {default: en, locales: en}", `1:30-32 SG4003 i18n.locales must be a list of languages, not "en"`},
	{"i18n: {defaultLocale: en, locales: [en]}", `1:8-21 SG4002 unknown key "i18n.defaultLocale" | sitegen calls it i18n.default`},
	{"i18n: {default: en, locales: [en], fallback: {}}", `1:36-44 SG4002 unknown key "i18n.fallback" | i18n has the keys default, locales, routing`},
	{"i18n: {default: en, locales: [en, 1]}", `1:35-36 SG4003 i18n.locales.1 must be text, not the number 1 | quote it: "1"`},
	// Keys.
	{"ouput: static", `1:1-6 SG4002 unknown key "ouput" | did you mean "output"?`},
	{"Site: x", `1:1-5 SG4002 unknown key "Site" | did you mean "site"?`},
	{"outDir: dist", `1:1-7 SG4002 unknown key "outDir" | sitegen calls it out`},
	{"integrations: []", `1:1-13 SG4002 unknown key "integrations"`},
	{"format: file", `1:1-7 SG4002 unknown key "format" | it belongs to another place: build.format`},
	{"build: {frmat: file}", `1:9-14 SG4002 unknown key "build.frmat" | did you mean "build.format"?`},
	{"redirects: {/a: {destnation: /b}}", `1:18-28 SG4002 unknown key "redirects./a.destnation" | did you mean "redirects./a.to"?`},
	{"build: {xyz: 1}", `1:9-12 SG4002 unknown key "build.xyz" | build has the keys format, assets, inline, assetsPrefix, define, concurrency, redirects`},
	{"build: {assetsPrefix: cdn.example.com, define: {a-b: 1, x: [1], import.meta.env.X: 2}}", `1:23-38 SG4004 build.assetsPrefix must be an address such as https://cdn.example.com, not "cdn.example.com"
1:49-52 SG4004 build.define.a-b must be a name of JavaScript, or names with dots between
1:60 SG4003 build.define.x must be text, a number, true or false, not a list
1:65-82 SG4004 build.define.import.meta.env.X is for variables of the environment | name it under env`},
	{"image: {widths: [0, x]}", "1:18-19 SG4003 image.widths.0 must be a whole number from 16 to 8192, not the number 0\n" +
		`1:21-22 SG4003 image.widths.1 must be a whole number from 16 to 8192, not "x"`},
	{"image: {widths: []}", "1:17 SG4004 image.widths must hold from 1 to 32 numbers"},
	{"image: {domains: ['https://example.com/x']}", `1:19-42 SG4004 image.domains has "https://example.com/x", which is no host | write example.com; protocol, port and path belong into remotePatterns`},
	{"image: {remotePatterns: [example.com]}", `1:26-37 SG4004 image.remotePatterns has "example.com", which is no pattern of addresses | write https://images.example.com/photos/**`},
	{"image: {remotePatterns: ['https://*/x', 'ftp://a/b', 'https://a/../b', 'https://a:99999/', 'https://a/*/b']}", `1:26-39 SG4004 image.remotePatterns has "https://*/x", which is no pattern of addresses | write https://images.example.com/photos/**
1:41-52 SG4004 image.remotePatterns has "ftp://a/b", which is no pattern of addresses | write https://images.example.com/photos/**
1:54-70 SG4004 image.remotePatterns has "https://a/../b", which is no pattern of addresses | write https://images.example.com/photos/**
1:72-90 SG4004 image.remotePatterns has "https://a:99999/", which is no pattern of addresses | write https://images.example.com/photos/**
1:92-107 SG4004 image.remotePatterns has "https://a/*/b", which is no pattern of addresses | write https://images.example.com/photos/**`},
	{"security: {csp: yes}", `1:17-20 SG4003 security.csp must be true or false, not "yes" | write true`},
	{"security: {csp: {algoritm: sha1}}", `1:18-26 SG4002 unknown key "security.csp.algoritm" | did you mean "security.csp.algorithm"?`},
	{"security: {csp: {algorithm: sha1}}", `1:29-33 SG4004 security.csp.algorithm must be "sha256", "sha384" or "sha512", not "sha1" | did you mean "sha512"?`},
	{"security: {csp: {directives: [script-src x]}}", `1:31-43 SG4004 security.csp.directives has "script-src x", and script-src is what the build writes | list its sources under security.csp.scripts`},
	{"security: {csp: {directives: [image-src x]}}", `1:31-42 SG4004 security.csp.directives has "image-src x", which is no directive of a Content-Security-Policy | did you mean "img-src"?`},
	{"security: {csp: {directives: ['img-src a; font-src b']}}", `1:31-54 SG4004 security.csp.directives has "img-src a; font-src b", which holds a ";" | write one directive an entry, its sources with blanks between`},
	{"security: {csp: {directives: [img-src self]}}", `1:31-43 SG4004 security.csp.directives has "self", which is the name of a host without its quotes | write "'self'"`},
	{"security: {csp: {directives: [img-src a, img-src b]}}", `1:42-51 SG4004 security.csp.directives has img-src twice, and browsers read the first alone | write its sources into one entry`},
	{"security: {csp: {scripts: [\"'unsafe-inline'\"]}}", `1:28-45 SG4004 security.csp.scripts has 'unsafe-inline', which browsers take no notice of beside the hashes that the build writes | remove it`},
	{"security: {csp: {styles: [\"'slf'\", a b]}}", `1:27-34 SG4004 security.csp.styles has "'slf'", which is no keyword of a Content-Security-Policy | did you mean "self"?
1:36-39 SG4004 security.csp.styles has "a b", which is no source of a Content-Security-Policy | write a host, an address or a keyword, one an entry`},
	{"base: /a\nbase: /b", "2:1-5 SG4005 base is there twice | remove one of them (1:1 first written here)"},
	{"base: /a\n\"base\": /b", "2:1-7 SG4005 base is there twice | remove one of them (1:1 first written here)"},
	{"[a]: b", "1:1 SG4003 a key must be text, not a list"},
	{"? {a: b}\n: c", "1:3 SG4003 a key must be text, not a mapping"},
	{"1: x", `1:1-2 SG4002 unknown key "1"`},
	// Types.
	{"[]", "1:1 SG4003 site.yaml must be a mapping, not a list"},
	{"site", `1:1-5 SG4003 site.yaml must be a mapping, not "site"`},
	{"site:\n", "1:1-5 SG4003 site must be text, not empty | give it a value, or remove the line"},
	{"site: ~\n", "1:7-8 SG4003 site must be text, not empty | give it a value, or remove the line"},
	{"site: [a]\n", "1:7 SG4003 site must be text, not a list"},
	{"site: {a: b}\n", "1:7 SG4003 site must be text, not a mapping"},
	{"build: file\n", `1:8-12 SG4003 build must be a mapping, not "file"`},
	{"build: {assets: 2024}", `1:17-21 SG4003 build.assets must be text, not the number 2024 | quote it: "2024"`},
	{"build: {assets: true}", `1:17-21 SG4003 build.assets must be text, not true | quote it: "true"`},
	{"server: {port: '80'}", `1:16-20 SG4003 server.port must be a whole number from 0 to 65535, not "80" | write it without quotes: 80`},
	{"server: {port: 1.5}", "1:16-19 SG4003 server.port must be a whole number from 0 to 65535, not the number 1.5"},
	{"server: {port: 65536}", "1:16-21 SG4004 server.port must be from 0 to 65535, not 65536"},
	{"server: {port: -1}", "1:16-18 SG4004 server.port must be from 0 to 65535, not -1"},
	{"server: {port: 99999999999999999999}", "1:16-36 SG4003 server.port must be a whole number from 0 to 65535, not the number 99999999999999999999"},
	{"security: {checkOrigin: yes}", `1:25-28 SG4003 security.checkOrigin must be true or false, not "yes" | write true`},
	{"security: {checkOrigin: 0}", "1:25-26 SG4003 security.checkOrigin must be true or false, not the number 0"},
	{"security: {allowedHosts: a.example}", `1:26-35 SG4003 security.allowedHosts must be a list, not "a.example"`},
	{"security: {allowedHosts: [1]}", `1:27-28 SG4003 security.allowedHosts.0 must be text, not the number 1 | quote it: "1"`},
	{"redirects: [/a]", "1:12 SG4003 redirects must be a mapping, not a list"},
	{"redirects: {/a: 1}", `1:17-18 SG4003 redirects./a must be text, not the number 1 | quote it: "1"`},
	{"headers: {/a: x}", `1:15-16 SG4003 headers./a must be a mapping, not "x"`},
	{"headers: {/a: {X-A: {}}}", "1:21 SG4003 headers./a.X-A must be text, not a mapping"},
	{"headers: {/a: {X-A: true}}", `1:21-25 SG4003 headers./a.X-A must be text, not true | quote it: "true"`},
	// Values.
	{"output: sever", `1:9-14 SG4004 output must be "static" or "server", not "sever" | did you mean "server"?`},
	{"trailingSlash: x", `1:16-17 SG4004 trailingSlash must be "always", "never" or "ignore", not "x"`},
	{"site: example.com", `1:7-18 SG4004 site must be an origin such as https://example.com, not "example.com" | write https://example.com`},
	{"site: https://example.com/docs", `1:7-31 SG4004 site must be an origin such as https://example.com, not "https://example.com/docs" | put the path into base: /docs`},
	{"site: ftp://example.com", `1:7-24 SG4004 site must be an origin such as https://example.com, not "ftp://example.com"`},
	{"site: https://u:p@example.com", `1:7-30 SG4004 site must be an origin such as https://example.com, not "https://u:p@example.com"`},
	{"site: https://example.com:99999", `1:7-32 SG4004 site must be an origin such as https://example.com, not "https://example.com:99999"`},
	{"site: https://example.com?x", `1:7-28 SG4004 site must be an origin such as https://example.com, not "https://example.com?x"`},
	{"site: 'https://'", `1:7-17 SG4004 site must be an origin such as https://example.com, not "https://"`},
	{"base: docs", `1:7-11 SG4004 base must be a path such as /docs, not "docs" | write /docs`},
	{"base: https://example.com/docs", `1:7-31 SG4004 base must be a path such as /docs, not "https://example.com/docs" | write /docs, and put the rest into site`},
	{"base: /a/../b", `1:7-14 SG4004 base must be a path such as /docs, not "/a/../b"`},
	{"base: //evil.example", `1:7-21 SG4004 base must be a path such as /docs, not "//evil.example" | write /evil.example`},
	{"base: /a b", `1:7-11 SG4004 base must be a path such as /docs, not "/a b"`},
	{"adapter: ''", `1:10-12 SG4004 adapter must be the name of an adapter such as node, not ""`},
	{"adapter: {mode: x}", "1:1-8 SG4004 adapter has options but no name | name it: adapter: {name: node, …}"},
	{"adapter: {name: node, x: .nan}", "1:26-30 SG4003 adapter.x has a value that JSON cannot hold: the number .nan | quote it if it is text"},
	{"out: .", `1:6-7 SG4004 out must be a folder below the one of site.yaml, not "." | name a folder such as src, public or dist`},
	{"out: ../dist", `1:6-13 SG4004 out must be a folder below the one of site.yaml, not "../dist" | name a folder such as src, public or dist`},
	{"out: a/../..", `1:6-13 SG4004 out must be a folder below the one of site.yaml, not "a/../.." | name a folder such as src, public or dist`},
	{"out: /", `1:6-7 SG4004 out must be a folder below the one of site.yaml, not "/" | begin with the folder's name: ""`},
	{`out: a\b`, `1:6-9 SG4004 out must be a folder below the one of site.yaml, not "a\\b" | write / between folders`},
	{"out: 'C:/x'", `1:6-12 SG4004 out must be a folder below the one of site.yaml, not "C:/x"`},
	{"out: .git", "1:6-10 SG4009 out cannot be in .git, which is not for files of yours"},
	{"out: .sitegen/x", "1:6-16 SG4009 out cannot be in .sitegen, which is not for files of yours"},
	{"out: src", "1:6-9 SG4009 out (src) is the same folder as src (src): the build would remove the sources | name separate folders"},
	{"src: dist/src", "1:6-14 SG4009 out (dist) contains src (dist/src): the build would remove the sources | name separate folders"},
	{"out: public/x", "1:6-14 SG4009 out (public/x) is inside of public (public): the build would remove them | name separate folders"},
	{"public: ./", `1:9-11 SG4004 public must be a folder below the one of site.yaml, not "./" | name a folder such as src, public or dist`},
	{"src: public/src", "1:6-16 SG4009 public (public) contains src (public/src): the sources would be published | name separate folders"},
	{"public: src/public", ""},
	{"out: srcs", ""},
	{"build: {assets: /a}", `1:17-19 SG4004 build.assets must be a folder name such as _assets, not "/a"`},
	{"build: {assets: a/../b}", `1:17-23 SG4004 build.assets must be a folder name such as _assets, not "a/../b"`},
	{"server: {host: 'a b'}", `1:16-21 SG4004 server.host must be a host name or an address, not "a b"`},
	{"server: {host: 'http://localhost:80'}", `1:16-37 SG4004 server.host must be a host name or an address, not "http://localhost:80" | write localhost`},
	{"server: {host: 'localhost%eth0'}", `1:16-32 SG4004 server.host must be a host name or an address, not "localhost%eth0"`},
	{"server: {host: '[::1'}", `1:16-22 SG4004 server.host must be a host name or an address, not "[::1"`},
	{"server: {host: '[::1]:80'}", `1:16-26 SG4004 server.host must be a host name or an address, not "[::1]:80"`},
	{"server: {host: 'localhost:80'}", `1:16-30 SG4004 server.host must be a host name or an address, not "localhost:80" | the port has a key of its own: server.port`},
	{"security: {bodyLimit: -1}", "1:23-25 SG4004 security.bodyLimit must be a size such as 512KiB, 10MB or 1048576, not -1"},
	{"security: {bodyLimit: 1.5MB}", `1:23-28 SG4004 security.bodyLimit must be a size such as 512KiB, 10MB or 1048576, not "1.5MB"`},
	{"security: {bodyLimit: 9999GiB}", `1:23-30 SG4004 security.bodyLimit must be a size such as 512KiB, 10MB or 1048576, not "9999GiB"`},
	{"security: {bodyLimit: []}", "1:23 SG4003 security.bodyLimit must be a size such as 512KiB, 10MB or 1048576, not a list"},
	{"security: {allowedHosts: ['*']}", `1:27-30 SG4004 security.allowedHosts has "*", which is no host | write example.com, *.example.com, or https://example.com:8443`},
	{"security: {allowedHosts: ['https://a.example/x']}", `1:27-48 SG4004 security.allowedHosts has "https://a.example/x", which is no host | write https://a.example`},
	{"security: {allowedHosts: ['a.example:99999']}", `1:27-44 SG4004 security.allowedHosts has "a.example:99999", which is no host`},
	{"security: {allowedHosts: [a.example, A.example]}", `1:38-47 SG4004 security.allowedHosts has "A.example" twice`},
	{"security: {trustedProxies: [10.0.0.300]}", `1:29-39 SG4004 security.trustedProxies has "10.0.0.300", which is no address or network | write 192.0.2.7, 10.0.0.0/8 or ::1`},
	// Redirects.
	{"redirects: {old: /new}", `1:13-16 SG4004 a redirect begins with a slash, not "old" | write /old`},
	{"redirects: {/a: new}", `1:17-20 SG4004 redirects./a must lead to a path such as /new, or to https://…, not "new" | write /new`},
	{"redirects: {/a: //evil.example}", `1:17-31 SG4004 redirects./a must lead to a path such as /new, or to https://…, not "//evil.example" | to leave the site write https://evil.example`},
	{`redirects: {/a: '/\evil.example'}`, `1:17-33 SG4004 redirects./a must lead to a path such as /new, or to https://…, not "/\\evil.example"`},
	{"redirects: {/a: 'javascript:alert(1)'}", `1:17-38 SG4004 redirects./a must lead to a path such as /new, or to https://…, not "javascript:alert(1)"`},
	{"redirects: {/a: 'https://u@evil.example'}", `1:17-41 SG4004 redirects./a must lead to a path such as /new, or to https://…, not "https://u@evil.example"`},
	{"redirects: {/a: \"/b\\0\"}", `1:17-23 SG4004 redirects./a must lead to a path such as /new, or to https://…, not "/b\x00"`},
	{"redirects: {/a: '/b c'}", `1:17-23 SG4004 redirects./a must lead to a path such as /new, or to https://…, not "/b c" | write a blank as %20`},
	{"redirects: {/a: {to: /b, status: 200}}", "1:34-37 SG4004 redirects./a.status must be 301, 302, 303, 307 or 308, not the number 200"},
	{"redirects: {/a: {to: /b, status: '301'}}", `1:34-39 SG4004 redirects./a.status must be 301, 302, 303, 307 or 308, not "301"`},
	{"redirects: {/a: {status: 301}}", "1:13-15 SG4004 redirects./a has no target | add to: /the/new/path"},
	{"redirects: {/a: {destination: /b}}", `1:18-29 SG4002 unknown key "redirects./a.destination" | sitegen calls it redirects./a.to`},
	{"redirects: {/a: /b, /a: /c}", "1:21-23 SG4005 redirects./a is there twice | remove one of them (1:13 first written here)"},
	// Headers.
	{"headers: {a: {X: y}}", `1:11-12 SG4004 "a" is not a path that headers can be set for | write /a`},
	{"headers: {'/*.js': {X: y}}", `1:11-18 SG4004 "/*.js" is not a path that headers can be set for | write a path such as /about, or a folder such as /assets/*`},
	{"headers: {/a*: {X: y}}", `1:11-14 SG4004 "/a*" is not a path that headers can be set for | write a path such as /about, or a folder such as /assets/*`},
	{"headers: {/a: {'X Y': z}}", `1:16-21 SG4004 "X Y" is not the name of a header | use letters, digits and -`},
	{"headers: {/a: {X: \"a\\nSet-Cookie: b\"}}", `1:19-37 SG4004 headers./a.X has a character that a header cannot hold, or a blank at an end: "a\nSet-Cookie: b"`},
	{"headers: {/a: {X: ' a'}}", `1:19-23 SG4004 headers./a.X has a character that a header cannot hold, or a blank at an end: " a"`},
	{"headers: {/a: {X: é}}", `1:19-21 SG4004 headers./a.X has a character that a header cannot hold, or a blank at an end: "\u00e9"`},
	{"headers: {/a: {content-Length: 3}}", "1:16-30 SG4011 content-Length cannot be set here: it is up to the server | remove it"},
	{"headers: {/a: {X-A: b, x-a: c}}", "1:24-27 SG4005 headers./a.x-a is there twice | for several lines of one name write a list: x-a: [a, b] (1:16 first written here)"},
	// YAML.
	{"site: a: b", "1:1-11 SG4001 a value that is not quoted holds a colon and a blank | put the value in quotation marks"},
	{"base: /\nbuild:\n\tformat: file\n", "3:2-14 SG4001 a tab cannot indent YAML | indent with blanks: YAML knows no tabs"},
	{"base: /\nbuild:\n  format: file\n inline: auto\n", "4:2-14 SG4001 this line does not fit the lines above it | indent keys of one mapping alike, and close every bracket and quote"},
	{"base: /\nbuild: {format: file\nout: x\n", "2:1-21 SG4001 { is never closed | close it with }"},
	{"base: /\nsite: \"https\nout: x\n", "2:1-13 SG4001 a quote is never closed | close it with the same quote"},
	{"redirects:\n  /a/[b]: {to: /c/[b], status: 308}\n", `2:3-36 SG4001 a bracket in a value ends the value here | put the value into quotes: {to: "/blog/[slug]"}`},
	{"redirects: {/a/[b]: /c}\n", `1:1-24 SG4001 a bracket in a value ends the value here | put the value into quotes: {to: "/blog/[slug]"}`},
	{"base: /\nsite: @x\n", "2:1-9 SG4001 a value cannot begin with this character | put the value into quotes"},
	{"base: /\nout\nsrc: x\n", "2:1-4 SG4001 a colon is missing behind a key | write key: value, with a blank behind the colon"},
	{"base: *x\n", "1:1-9 SG4001 an alias names an anchor that is not there | write the value out"},
	{"base: /\n---\nbase: /b\n", "2:1 SG4007 site.yaml holds more than one document | remove the --- line and what follows it"},
	{"base: !!str /x", "1:7 SG4008 tags such as !!str are not used in this file | remove the tag; put text into quotes"},
	{"a: &a {port: 1}\nserver:\n  <<: *a\n", "1:1-2 SG4002 unknown key \"a\"\n3:3-5 SG4008 << is not used in this file | write the keys out"},
	{"\xff\xfeb\x00", "SG4010 site.yaml is not UTF-8 text | save it as UTF-8"},
	{strings.Repeat("#", maxFile+1), "SG4010 site.yaml is larger than 1024 KiB"},
	{"adapter: &a {name: x, b: *a}", "1:14-18 SG4008 aliases and nesting make this file larger than sitegen reads | write the values out"},
	{bomb(), "1:24 SG4008 aliases and nesting make this file larger than sitegen reads | write the values out"},
	// Columns count bytes, lines end at \n only.
	{"\ufeffouput: x", `1:4-9 SG4002 unknown key "ouput" | did you mean "output"?`},
	{"# ü\r\nadapter: {name: é é, x: .inf}\r\n", `2:17-22 SG4004 adapter.name must be the name of an adapter such as node, not "é é"` + "\n" + `2:27-31 SG4003 adapter.x has a value that JSON cannot hold: the number .inf | quote it if it is text`},
	{"# a\u2028ouput: x\rouut: y\nx: z", "1:7-12 SG4002 unknown key \"ouput\" | did you mean \"output\"?\n1:16-20 SG4002 unknown key \"ouut\" | did you mean \"out\"?\n2:1-2 SG4002 unknown key \"x\""},
}

func TestLoadErrors(t *testing.T) {
	for _, tt := range errorCases {
		_, got := load(t, tt.src)
		if d := cmp.Diff(tt.want, strings.Join(got, "\n")); d != "" {
			t.Errorf("%.80q: -want +got\n%s", tt.src, d)
		}
	}
}

// bomb is a file whose aliases stand for a billion entries.
func bomb() string {
	var b strings.Builder
	b.WriteString("adapter: {name: x, a0: &a0 [1,1,1,1,1,1,1,1,1,1]")
	for i := range 9 {
		fmt.Fprintf(&b, ", a%d: &a%d [%s*a%d]", i+1, i+1, strings.Repeat(fmt.Sprintf("*a%d,", i), 9), i)
	}
	return b.String() + "}"
}

func TestListen(t *testing.T) {
	for in, want := range map[string]string{"localhost": "localhost", "::1": "::1", "[::1]": "::1", "0.0.0.0": "0.0.0.0", "fe80::1%eth0": "fe80::1%eth0", "[fe80::1%eth0]": "fe80::1%eth0"} {
		if got, problem := checkListen(in); got != want || problem != nil {
			t.Errorf("checkListen(%q) = %q, %v", in, got, problem)
		}
	}
}
