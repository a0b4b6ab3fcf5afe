package feed

import (
	"fmt"
	"strings"

	"sitegen.dev/core/site"
)

// Robots is a robots.txt (RFC 9309). The zero value lets everybody read everything.
type Robots struct {
	Rules    []RobotsRule
	Sitemaps []string // paths or full addresses
}

// RobotsRule says what some programs may read. Of Allow and Disallow the longer match counts.
type RobotsRule struct {
	Agents   []string // "Googlebot"; none are all that no other rule names
	Allow    []string // paths, with * for any text and $ for the end
	Disallow []string // "/" is everything
}

// Serve answers with the file.
func (r Robots) Serve(page *site.Page) error {
	var b strings.Builder
	var bad error
	line := func(key, value string) {
		if strings.ContainsAny(value, "\r\n") {
			bad = fmt.Errorf("robots.txt: %q holds a line break", value)
		}
		b.WriteString(key + ": " + value + "\n")
	}
	rules := r.Rules
	if len(rules) == 0 {
		rules = []RobotsRule{{}}
	}
	for i, rule := range rules {
		if i > 0 {
			b.WriteString("\n")
		}
		agents := rule.Agents
		if len(agents) == 0 {
			agents = []string{"*"}
		}
		for _, a := range agents {
			line("User-agent", a)
		}
		for _, p := range rule.Allow {
			line("Allow", p)
		}
		for _, p := range rule.Disallow {
			line("Disallow", p)
		}
		if len(rule.Allow)+len(rule.Disallow) == 0 {
			b.WriteString("Disallow:\n")
		}
	}
	if len(r.Sitemaps) > 0 {
		w, err := newWriter(page)
		if err != nil {
			return err
		}
		b.WriteString("\n")
		for _, s := range r.Sitemaps {
			line("Sitemap", w.address(s))
		}
		if w.err != nil {
			return w.err
		}
	}
	if bad != nil {
		return bad
	}
	return send(page, b.String(), "text/plain; charset=utf-8")
}
