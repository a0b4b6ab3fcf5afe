package site

import "strings"

// The Content-Security-Policy of a site with security.csp. The build knows the scripts and styles that a page may hold and
// gives their sources as Route.Policy; what a page adds comes to it while it is rendered. A prerendered page carries the policy in a
// <meta>, which holds for all that stands behind it; any other page is sent with a header.

const policyHeader = "Content-Security-Policy"

// policyMark stands where the policy of a prerendered page goes, until all of the page is there.
const policyMark = `<meta http-equiv="content-security-policy" content="">`

// AllowSource adds sources to a directive of the page's Content-Security-Policy, on a site with security.csp:
// page.AllowSource("connect-src", "https://api.example.com"). A keyword keeps its quotes: "'wasm-unsafe-eval'". On a page that
// is rendered on demand it has to be called before output begins.
func (p *Page) AllowSource(directive string, sources ...string) {
	x := p.x
	if x == nil || x.route == nil || x.route.Policy == "" {
		return
	}
	value := directive
	for _, s := range sources {
		value += " " + s
	}
	x.once.mu.Lock()
	defer x.once.mu.Unlock()
	switch {
	case x.committed:
		x.late("source of "+directive, callerOutside())
	case !isToken(directive) || !isFieldValue(value) || strings.ContainsAny(value, ";,"):
		if x.resp.Header.err == nil {
			x.resp.Header.err = misuse("page.AllowSource(" + quoteShort(directive) + ", …): a directive is a word such as img-src, and a source holds no comma and no semicolon")
		}
	default:
		x.policy = append(x.policy, value)
	}
}

// allowStyle allows the text of a <style> that the runtime writes.
func (p *Page) allowStyle(text string) {
	if p.x != nil && p.x.app.app.Hash != nil {
		p.AllowSource("style-src", p.x.app.app.Hash(text))
	}
}

// putPolicy adds the header to a page that sets none itself.
func (x *exchange) putPolicy() {
	if x.route != nil && x.route.Policy != "" && !x.resp.Header.Has(policyHeader) {
		x.resp.Header.put(policyHeader, x.wholePolicy())
	}
}

// wholePolicy is that of the route with what the page has added. Parts of the page may be adding to it.
func (x *exchange) wholePolicy() string {
	x.once.mu.Lock()
	defer x.once.mu.Unlock()
	policy := x.route.Policy
	if x.app.loader != "" {
		policy = joinPolicy(policy, "script-src "+x.app.loader)
	}
	for _, add := range x.policy {
		policy = joinPolicy(policy, add)
	}
	return policy
}

// joinPolicy adds sources to a directive of a policy, which need not have it yet.
func joinPolicy(policy, add string) string {
	name, sources, _ := strings.Cut(add, " ")
	list := strings.Split(policy, "; ")
	for i, d := range list {
		have, rest, _ := strings.Cut(d, " ")
		if have != name {
			continue
		}
		if rest == "'none'" { // stands alone or not at all
			d = have
		}
		for source := range strings.SplitSeq(sources, " ") {
			if !strings.Contains(d+" ", " "+source+" ") {
				d += " " + source
			}
		}
		list[i] = d
		return strings.Join(list, "; ")
	}
	return policy + "; " + add
}

// placePolicy writes the policy of a prerendered page into it.
func (x *exchange) placePolicy(body []byte) []byte {
	before, after, ok := strings.Cut(stringOf(body), policyMark)
	if !ok {
		return body
	}
	out := append(make([]byte, 0, len(body)+len(x.route.Policy)+256), before...)
	out = append(out, policyMark[:len(policyMark)-len(`">`)]...)
	out = appendAttr(out, x.wholePolicy())
	out = append(out, `">`...)
	return append(out, after...)
}
