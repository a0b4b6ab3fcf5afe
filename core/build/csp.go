package build

import (
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"

	"sitegen.dev/core/assets"
	"sitegen.dev/core/codegen"
	"sitegen.dev/core/config"
	"sitegen.dev/core/diag"
	"sitegen.dev/core/manifest"
	"sitegen.dev/core/site/csp"
)

// The Content-Security-Policy of a page allows what its components bring along, and nothing else: bundled files by the origin,
// what stands in the page by its hash, addresses that stand in templates. Nothing is taken from the rendered page, where a script
// of somebody else would look like one of the site.

// hasCSP says whether pages have a policy. Those of the development server, which puts in a script of its own and whose
// texts change without a build, have none.
func (b *builder) hasCSP() bool { return b.Config.Security.CSP.On && b.gen != devGenDir }

// cspHashes are the hashes that site.yaml may name.
var cspHashes = map[string]struct {
	function string // of package csp
	hash     func(string) string
}{
	"sha256": {"SHA256", csp.SHA256},
	"sha384": {"SHA384", csp.SHA384},
	"sha512": {"SHA512", csp.SHA512},
}

// policyHash names the function by which the running site hashes what it adds itself.
func (b *builder) policyHash() string {
	if !b.hasCSP() {
		return ""
	}
	return cspHashes[b.Config.Security.CSP.Algorithm].function
}

// policies makes the policy of each route that has components or Markdown.
func (b *builder) policies() {
	if !b.hasCSP() {
		return
	}
	said := map[*codegen.Component]bool{}
	for _, r := range b.routes {
		key := b.headKey(r)
		if _, known := b.table.policies[key]; known || r.Type != manifest.Page || path.Ext(r.Source) == ".html" {
			continue
		}
		var closure []*codegen.Component
		if c := b.pages[r.Source]; c != nil {
			closure = c.Closure()
		}
		b.table.policies[key] = b.policy(b.table.heads[key], closure)
		for _, c := range closure {
			if said[c] {
				continue
			}
			said[c] = true
			for _, u := range c.Unknown {
				b.list.Warn("SG2072", b.place(u.At), u.What+" is refused: the Content-Security-Policy of the site allows scripts and styles by their text, which is not known here", u.Hint)
			}
		}
	}
	if only := b.headerOnly(); len(only) > 0 && !b.Server {
		name, _, _ := strings.Cut(only[0], " ")
		b.list.Warn("SG3115", b.directiveAt(only[0]), name+" works in a header alone, and files have none", "build with an adapter, or set the header where the files are served")
	}
}

// policyOf gives the policy of a route. A page that carries it itself leaves out what only a header can say.
func (b *builder) policyOf(r manifest.Route) string {
	policy := b.table.policies[b.headKey(r)]
	if only := b.headerOnly(); r.Prerender && policy != "" && len(only) > 0 {
		policy = strings.Join(slices.DeleteFunc(strings.Split(policy, "; "), func(d string) bool { return slices.Contains(only, d) }), "; ")
	}
	return policy
}

// policy makes the policy of a page with these tags in its head and these components.
func (b *builder) policy(head string, closure []*codegen.Component) string {
	cfg := b.Config.Security.CSP
	hash := cspHashes[cfg.Algorithm].hash
	sources := map[bool][]string{true: cfg.Scripts, false: cfg.Styles} // by whether it is of scripts
	allow := func(script bool, source string) {
		if !slices.Contains(sources[script], source) {
			sources[script] = append(slices.Clip(sources[script]), source)
		}
	}
	tags := func(html string) {
		for _, text := range between(html, "script") {
			allow(true, hash(text))
		}
		for _, text := range between(html, "style") {
			allow(false, hash(text))
		}
		for rest, ok := html, true; ok; {
			var value string
			_, rest, _ = strings.Cut(rest, integrityMark)
			if value, rest, ok = strings.Cut(rest, `"`); ok {
				allow(true, "'"+value+"'")
			}
		}
	}
	tags(head)
	for _, c := range closure {
		for _, s := range c.Scripts {
			tags(b.table.byID[s.ID].Tag)
		}
		for _, m := range c.Modules {
			tags(b.table.byID[m.ID].Tag)
			tags(b.table.byID[codegen.ClientLoader].Tag)
		}
		for _, s := range c.Inline {
			allow(s.Script, hash(s.Text))
		}
		for _, l := range c.Linked {
			if source := addressSource(l.URL); source != "" {
				allow(l.Script, source)
			}
		}
	}
	own := "'self'"
	if p := addressSource(b.Config.Build.Prefix); p != "" {
		own += " " + strings.TrimSuffix(p, "/") + "/"
	}
	out := []string{
		strings.Join(append([]string{"script-src " + own}, sources[true]...), " "),
		strings.Join(append([]string{"style-src " + own}, sources[false]...), " "),
	}
	for _, d := range []string{"style-src-attr 'unsafe-inline'", "object-src 'none'", "base-uri 'self'"} {
		name, _, _ := strings.Cut(d, " ")
		if !slices.ContainsFunc(cfg.Directives, func(s string) bool { return s == name || strings.HasPrefix(s, name+" ") }) {
			out = append(out, d)
		}
	}
	return strings.Join(append(out, cfg.Directives...), "; ")
}

// strictDynamic makes browsers trust what a trusted script loads, and no origin and no address any more.
const strictDynamic = "'strict-dynamic'"

// integrityMark begins the attribute that names a bundled file by its hash.
const integrityMark = ` integrity="`

// integrity is the attribute of the <script> of a bundled file. Where the policy trusts no origin, the hash in it is what the file is
// allowed by.
func (b *builder) integrity(bundle assets.Bundle) string {
	if !b.hasCSP() || !slices.Contains(b.Config.Security.CSP.Scripts, strictDynamic) {
		return ""
	}
	i := slices.IndexFunc(bundle.Files, func(f assets.File) bool { return f.Name == bundle.Entry })
	if i < 0 {
		return ""
	}
	hash := cspHashes[b.Config.Security.CSP.Algorithm].hash
	return integrityMark + strings.Trim(hash(string(bundle.Files[i].Data)), "'") + `"`
}

// between gives the texts of the elements of a name. The tags are those that the build writes itself.
func between(html, name string) []string {
	var out []string
	for {
		_, rest, ok := strings.Cut(html, "<"+name)
		if !ok {
			return out
		}
		open, rest, _ := strings.Cut(rest, ">")
		text, rest, _ := strings.Cut(rest, "</"+name+">")
		if !strings.Contains(open, " src=") {
			out = append(out, text)
		}
		html = rest
	}
}

// addressSource is the source that allows an address of another origin, "" for one of the site.
func addressSource(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || strings.ContainsAny(u.Host, "'\"; ,") {
		return ""
	}
	source := u.Host + strings.NewReplacer(";", "%3B", ",", "%2C", "'", "%27").Replace(u.EscapedPath())
	if u.Scheme != "" {
		source = u.Scheme + "://" + source
	}
	return source
}

// headerOnly gives the directives that a <meta> does not take (https://html.spec.whatwg.org/#attr-meta-http-equiv-content-security-policy).
func (b *builder) headerOnly() []string {
	var out []string
	if !b.hasCSP() {
		return nil
	}
	for _, d := range b.Config.Security.CSP.Directives {
		switch name, _, _ := strings.Cut(d, " "); name {
		case "frame-ancestors", "report-uri", "sandbox":
			out = append(out, d)
		}
	}
	return out
}

func (b *builder) directiveAt(d string) diag.Range {
	return b.Config.At(fmt.Sprintf("security.csp.directives.%d", slices.Index(b.Config.Security.CSP.Directives, d)))
}

// headers are those of site.yaml, and what a policy says that prerendered pages cannot say themselves.
func (b *builder) headers() []config.HeaderRule {
	only := b.headerOnly()
	if len(only) == 0 {
		return b.Config.Headers
	}
	return append(slices.Clip(b.Config.Headers), config.HeaderRule{Pattern: "/*", At: b.directiveAt(only[0]),
		Set: []config.Header{{Name: "Content-Security-Policy", Value: strings.Join(only, "; "), At: b.directiveAt(only[0])}}})
}
