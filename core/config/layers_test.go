package config

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLayers(t *testing.T) {
	env := map[string]string{
		"SITEGEN_SITE":         "https://env.example",
		"SITEGEN_BASE":         "/env",
		"SITEGEN_SERVER_PORT":  "99",
		"SITEGEN_OUTPUT":       "",
		"SITEGEN_BUILD_FORMAT": "file",
	}
	src := "site: https://file.example\noutput: server\nbase: /file\nsecurity: {bodyLimit: 2MiB}\nredirects: {/a: /b}\n"
	c, list := Load("site.yaml", []byte(src), func(name string) string { return env[name] },
		Override{"base", "/flag", "--base"}, Override{"security.bodyLimit", "0", "--body-limit"}, Override{"security.checkOrigin", "false", "--no-check"})
	if err := list.Err(); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, o := range c.Origins() {
		if o.Layer != Default {
			got = append(got, strings.Join([]string{o.Key, o.Value, string(o.Layer), o.Name, o.At.String()}, " "))
		}
	}
	want := []string{
		"site https://env.example env SITEGEN_SITE ",
		"base /flag/ flag --base ",
		"output server file site.yaml site.yaml:2:9",
		"build.format file env SITEGEN_BUILD_FORMAT ",
		"redirects 1 redirect file site.yaml site.yaml:5:1",
		"server.port 99 env SITEGEN_SERVER_PORT ",
		"security.checkOrigin false flag --no-check ",
		"security.bodyLimit 0 flag --body-limit ",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	if c.Base != "/flag/" || c.Server.Port != 99 || c.Output != "server" || c.Security.BodyLimit != 0 || c.Security.CheckOrigin {
		t.Errorf("%+v", c)
	}
}

func TestLayerErrors(t *testing.T) {
	env := map[string]string{"SITEGEN_OUTPUT": "sever", "SITEGEN_SERVER_PORT": "x", "SITEGEN_OUT": "src"}
	c, list := Load("site.yaml", nil, func(name string) string { return env[name] }, Override{"base", "docs", "--base"}, Override{"security.checkOrigin", "1", "--check"}, Override{"site", "", "--site"})
	want := []string{
		`SG4004 --base: base must be a path such as /docs, not "docs" | write /docs`,
		`SG4004 --check: security.checkOrigin must be true or false, not "1"`,
		`SG4004 --site: site must be an origin such as https://example.com, not ""`,
		`SG4004 SITEGEN_OUTPUT: output must be "static" or "server", not "sever" | did you mean "server"?`,
		`SG4004 SITEGEN_SERVER_PORT: server.port must be a whole number, not "x"`,
		`SG4009 out (src) is the same folder as src (src): the build would remove the sources | name separate folders`,
	}
	if d := cmp.Diff(want, lines(list)); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	if c.Output != "static" || c.Base != "/" {
		t.Errorf("%+v", c)
	}
}

func TestAdapterOverride(t *testing.T) {
	src := "adapter: {name: node, mode: middleware}\n"
	for _, tt := range []struct{ flag, name, options string }{
		{"", "node", `{"mode":"middleware"}`},
		{"node", "node", `{"mode":"middleware"}`},
		{"vercel", "vercel", ""},
	} {
		var flags []Override
		if tt.flag != "" {
			flags = append(flags, Override{"adapter", tt.flag, "--adapter"})
		}
		c, list := Load("site.yaml", []byte(src), nil, flags...)
		if list.Len() > 0 || c.Adapter.Name != tt.name || string(c.Adapter.Options) != tt.options {
			t.Errorf("%q: %s %s, %v", tt.flag, c.Adapter.Name, c.Adapter.Options, list.Err())
		}
	}
}

// TestVariables keeps the table of variables what the documentation says: one per key that text can set, named after it.
func TestVariables(t *testing.T) {
	var got []string
	for _, v := range Variables() {
		got = append(got, v.Name+" "+v.Key)
	}
	want := []string{
		"SITEGEN_SITE site",
		"SITEGEN_BASE base",
		"SITEGEN_OUTPUT output",
		"SITEGEN_ADAPTER adapter",
		"SITEGEN_SRC src",
		"SITEGEN_PUBLIC public",
		"SITEGEN_OUT out",
		"SITEGEN_TRAILING_SLASH trailingSlash",
		"SITEGEN_BUILD_FORMAT build.format",
		"SITEGEN_BUILD_ASSETS build.assets",
		"SITEGEN_BUILD_INLINE build.inline",
		"SITEGEN_BUILD_ASSETS_PREFIX build.assetsPrefix",
		"SITEGEN_BUILD_CONCURRENCY build.concurrency",
		"SITEGEN_BUILD_REDIRECTS build.redirects",
		"SITEGEN_LINKS_CHECK links.check",
		"SITEGEN_SERVER_HOST server.host",
		"SITEGEN_SERVER_PORT server.port",
		"SITEGEN_SESSION_DRIVER session.driver",
		"SITEGEN_IMAGE_SERVICE image.service",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	walkKeys(siteKeys, "", func(path string, k key) {
		if _, ok := k.rule.(settable); k.env != "" && !ok {
			t.Errorf("%s has a variable but cannot be set from text", path)
		}
	})
}

func TestUnknownFlagKeyPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	Load("site.yaml", nil, nil, Override{"bse", "/x", "--base"})
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(everything))
	for _, tt := range errorCases {
		if len(tt.src) < 1000 {
			f.Add([]byte(tt.src))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, list := Load("site.yaml", data, nil)
		for _, d := range list.Sorted() {
			if d.File != "" && d.Line == 0 && d.Col != 0 || d.Line < 0 || d.Col < 0 || d.Code == "" || d.Message == "" {
				t.Errorf("bad diagnostic: %+v", d)
			}
			if n := strings.Count(string(data), "\n") + 1; d.Line > n {
				t.Errorf("line %d of %d: %v", d.Line, n, d)
			}
		}
		// Whatever the file says, these hold.
		if !strings.HasPrefix(c.Base, "/") || !strings.HasSuffix(c.Base, "/") || strings.HasPrefix(c.Base, "//") {
			t.Errorf("base %q", c.Base)
		}
		for _, dir := range []string{c.Src, c.Public, c.Out} {
			if dir == "" || dir[0] == '/' || dir == "." || strings.Contains("/"+dir+"/", "/../") || strings.ContainsAny(dir, "\\\x00") {
				t.Errorf("folder %q", dir)
			}
		}
		for _, h := range c.Headers {
			for _, line := range h.Set {
				if strings.ContainsAny(line.Name+line.Value, "\r\n\x00") {
					t.Errorf("header %q: %q", line.Name, line.Value)
				}
			}
		}
		for _, r := range c.Redirects {
			if strings.HasPrefix(r.To, "//") || strings.HasPrefix(r.To, `/\`) || !strings.HasPrefix(r.From, "/") {
				t.Errorf("redirect %+v", r)
			}
		}
		if c.Adapter.Options != nil && !json.Valid(c.Adapter.Options) {
			t.Errorf("options %s", c.Adapter.Options)
		}
	})
}

func TestListOverride(t *testing.T) {
	src := "security: {allowedHosts: [old.example]}\n"
	c, list := Load("site.yaml", []byte(src), nil, Override{"security.allowedHosts", "a.example, *.b.example,a.example", "--allowed-hosts"})
	if d := cmp.Diff([]string{"a.example", "*.b.example"}, c.Security.AllowedHosts); d != "" || list.Len() > 0 {
		t.Errorf("%v, %v", d, list.Err())
	}
	if _, list = Load("site.yaml", []byte(src), nil, Override{"security.allowedHosts", "a b", "--allowed-hosts"}); !list.HasErrors() {
		t.Error("a host with a blank is taken")
	}
}
