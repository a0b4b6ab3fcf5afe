package manifest

import (
	"fmt"
	"slices"
	"strings"
)

// Validate says what in m an adapter could not rely on: the values that schema.json does not allow, and segments that
// are not those of their pattern, which a schema cannot say.
func (m *Manifest) Validate() error {
	if m.Version != Version {
		return fmt.Errorf("route manifest: version is %d, not %d", m.Version, Version)
	}
	if !strings.HasPrefix(m.Base, "/") || !strings.HasSuffix(m.Base, "/") {
		return fmt.Errorf("route manifest: base %q does not begin and end with a slash", m.Base)
	}
	for _, e := range []struct {
		name, value string
		allowed     []string
	}{
		{"output", m.Output, []string{"static", "server"}},
		{"trailingSlash", m.TrailingSlash, []string{"always", "never", "ignore"}},
		{"buildFormat", m.BuildFormat, []string{"directory", "file", "preserve"}},
	} {
		if !slices.Contains(e.allowed, e.value) {
			return fmt.Errorf("route manifest: %s is %q, not one of %s", e.name, e.value, strings.Join(e.allowed, ", "))
		}
	}
	for i := range m.Routes {
		if err := m.Routes[i].validate(); err != nil {
			return err
		}
	}
	for _, r := range m.Redirects {
		if err := r.validate(); err != nil {
			return err
		}
	}
	for _, h := range m.Headers {
		if !strings.HasPrefix(h.Pattern, "/") {
			return fmt.Errorf("route manifest: header pattern %q does not begin with a slash", h.Pattern)
		}
		if err := validateHeaders(h.Set); err != nil {
			return err
		}
	}
	return validateFeatures(m.Features)
}

func (r *Route) validate() error {
	if !strings.HasPrefix(r.Pattern, "/") {
		return fmt.Errorf("route manifest: pattern %q does not begin with a slash", r.Pattern)
	}
	if got := patternOf(r.Segments); got != r.Pattern {
		return fmt.Errorf("route manifest: the segments of %s spell %s", r.Pattern, got)
	}
	if !slices.Contains([]RouteType{Page, Endpoint, Redir}, r.Type) {
		return fmt.Errorf("route manifest: %s has the type %q", r.Pattern, r.Type)
	}
	if (r.Type == Redir) != (r.Redirect != nil) {
		return fmt.Errorf("route manifest: %s must have a target if, and only if, it is a redirect", r.Pattern)
	}
	if r.Redirect != nil {
		if err := r.Redirect.validate(); err != nil {
			return err
		}
	}
	if r.Error != 0 && r.Error != 404 && r.Error != 500 {
		return fmt.Errorf("route manifest: %s is an error page for %d", r.Pattern, r.Error)
	}
	if r.Line < 0 || r.Revalidate < 0 {
		return fmt.Errorf("route manifest: %s has a negative number", r.Pattern)
	}
	for _, m := range r.Methods {
		if m == "" || strings.Trim(m, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
			return fmt.Errorf("route manifest: %s has the method %q", r.Pattern, m)
		}
	}
	return validateFeatures(r.Features)
}

// patternOf writes segments as their author did.
func patternOf(segments [][]Part) string {
	if len(segments) == 0 {
		return "/"
	}
	var b strings.Builder
	for _, parts := range segments {
		b.WriteByte('/')
		for _, p := range parts {
			switch {
			case p.Rest:
				b.WriteString("[..." + p.Param + "]")
			case p.Param != "":
				b.WriteString("[" + p.Param + "]")
			default:
				b.WriteString(p.Text)
			}
		}
	}
	return b.String()
}

func (r *Redirect) validate() error {
	if !strings.HasPrefix(r.From, "/") {
		return fmt.Errorf("route manifest: redirect from %q, which does not begin with a slash", r.From)
	}
	if r.To == "" {
		return fmt.Errorf("route manifest: the redirect of %s has no target", r.From)
	}
	if !slices.Contains([]int{301, 302, 303, 307, 308}, r.Status) {
		return fmt.Errorf("route manifest: the redirect of %s has the status %d", r.From, r.Status)
	}
	return nil
}

func validateHeaders(headers []Header) error {
	for _, h := range headers {
		if h.Name == "" || strings.ContainsAny(h.Name+h.Value, "\r\n\x00") {
			return fmt.Errorf("route manifest: header %q: %q would break the header block", h.Name, h.Value)
		}
	}
	return nil
}

func validateFeatures(features []Feature) error {
	for _, f := range features {
		if f.Name == "" {
			return fmt.Errorf("route manifest: a feature without a name")
		}
		if f.Line < 0 || f.Col < 0 {
			return fmt.Errorf("route manifest: feature %s has a negative place", f.Name)
		}
	}
	return nil
}
