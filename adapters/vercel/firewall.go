package vercel

import (
	"fmt"
	"regexp"
)

// firewallRule is a rule of the platform's firewall: what it does with requests before anything answers them. It becomes a
// route with "mitigate" (vercel.com/docs/vercel-firewall/vercel-waf/custom-rules, "Configuration in vercel.json").
type firewallRule struct {
	Path    string              `json:"path"` // below the base, as in headers of site.yaml
	Action  string              `json:"action" oneof:"deny challenge"`
	Methods []string            `json:"methods"`
	Has     []firewallCondition `json:"has"`
	Missing []firewallCondition `json:"missing"`
}

// firewallCondition names one part of a request, with a regular expression for the whole of its value.
type firewallCondition struct {
	Header string `json:"header"`
	Cookie string `json:"cookie"`
	Query  string `json:"query"`
	Host   string `json:"host"` // itself the expression
	Value  string `json:"value"`
}

// condition is the same as the route table has it; ok is false where not exactly one part is named.
func (c firewallCondition) condition() (out condition, ok bool) {
	n := 0
	for _, part := range []condition{{"header", c.Header, c.Value}, {"cookie", c.Cookie, c.Value}, {"query", c.Query, c.Value}} {
		if part.Key != "" {
			n, out = n+1, part
		}
	}
	if c.Host != "" {
		n, out = n+1, condition{Type: "host", Value: c.Host}
	}
	return out, n == 1 && (c.Host == "" || c.Value == "")
}

// maxConditions is how many the platform takes of each kind.
const maxConditions = 16

var (
	methodName = regexp.MustCompile(`^[A-Z]{1,32}$`)
	globPath   = regexp.MustCompile(`^/[^\s?#\\]*$`)
)

// checkFirewall finds rules that the platform would refuse.
func checkFirewall(rules []firewallRule, report func(at, problem, hint string)) {
	for i, r := range rules {
		at := fmt.Sprintf("firewall.%d", i)
		if r.Action == "" {
			report(at, "needs an action", "action: deny")
		}
		if !globPath.MatchString(r.Path) {
			report(at+".path", fmt.Sprintf("must be a path that begins with a slash, in which * stands for any text, not %q", r.Path), "path: /wp-*")
		}
		for n, m := range r.Methods {
			if !methodName.MatchString(m) {
				report(fmt.Sprintf("%s.methods.%d", at, n), fmt.Sprintf("must be a method in capitals, not %q", m), "methods: [POST]")
			}
		}
		for name, list := range map[string][]firewallCondition{"has": r.Has, "missing": r.Missing} {
			if len(list) > maxConditions {
				report(at+"."+name, fmt.Sprintf("has %d conditions, and Vercel takes %d", len(list), maxConditions), "join expressions with |")
			}
			for n, c := range list {
				at := fmt.Sprintf("%s.%s.%d", at, name, n)
				cond, ok := c.condition()
				if !ok {
					report(at, "must name one of header, cookie, query and host, which is a regular expression by itself", "{header: User-Agent, value: '.*curl.*'}")
					continue
				}
				if _, err := regexp.Compile(cond.Value); err != nil {
					report(at, fmt.Sprintf("must be a regular expression, not %q", cond.Value), "{header: User-Agent, value: '.*curl.*'}")
				}
			}
		}
	}
}

// firewall adds the rules. They go on to the next route, for a visitor who has passed the challenge.
func (t *table) firewall() {
	for _, r := range t.o.Firewall {
		out := route{Src: glob(t.m.Base, r.Path), Methods: r.Methods, Mitigate: &mitigate{r.Action}, Continue: true}
		for _, c := range r.Has {
			cond, _ := c.condition()
			out.Has = append(out.Has, cond)
		}
		for _, c := range r.Missing {
			cond, _ := c.condition()
			out.Missing = append(out.Missing, cond)
		}
		t.add(out)
	}
}
