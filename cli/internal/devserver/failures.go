package devserver

import (
	"net/http"
	"net/url"
	"slices"
)

// failures are what went wrong with a page: with the document itself, and with what the page asked for, its islands,
// endpoints and pictures. They are of the last request for each.
type failures struct {
	own   []problem
	parts []part // in the order of their first failure
}

// part is something that a page asked for.
type part struct {
	path     string
	problems []problem
}

// most pages that failures are remembered of, and most parts of each.
const (
	mostFailures = 1000
	mostParts    = 20
)

// all gives what the overlay of the page shows: what is wrong with the document, or else with its parts. What fails at the
// same place in several parts, as middleware does, is said once.
func (f *failures) all() []problem {
	if len(f.own) > 0 {
		return f.own // the parts are those of an error page
	}
	out := []problem{}
	for _, part := range f.parts {
		for _, p := range part.problems {
			if p.At.Line == 0 || !slices.ContainsFunc(out, func(q problem) bool { return q.At == p.At }) {
				out = append(out, p)
			}
		}
	}
	return out
}

// partOf gives the page that a request belongs to which is not for a document, "" where it is not known.
func partOf(r *http.Request) string {
	u, err := url.Parse(r.Referer())
	if err != nil || u.Host != r.Host {
		return ""
	}
	return u.Path
}

// begun forgets what the parts of a page have come to: the page is loaded, and asks for them again.
func (s *Server) begun(page string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.failures[page]; f != nil {
		f.parts = nil
	}
}

// failed remembers what went wrong with a page, or that nothing did, and tells the browsers that show it.
func (s *Server) failed(page string, problems []problem) {
	s.change(page, len(problems) > 0, func(f *failures) { f.own = problems })
}

// partFailed is failed for a part of a page.
func (s *Server) partFailed(page, path string, problems []problem) {
	if page == "" {
		return
	}
	s.change(page, len(problems) > 0, func(f *failures) {
		i := slices.IndexFunc(f.parts, func(p part) bool { return p.path == path })
		switch {
		case i < 0 && len(problems) > 0 && len(f.parts) < mostParts:
			f.parts = append(f.parts, part{path, problems})
		case i >= 0 && len(problems) > 0:
			f.parts[i].problems = problems
		case i >= 0:
			f.parts = slices.Delete(f.parts, i, i+1)
		}
	})
}

// change changes what is known of a page.
func (s *Server) change(page string, bad bool, how func(*failures)) {
	s.mu.Lock()
	f, had := s.failures[page], s.failures[page] != nil
	if !had {
		if !bad || len(s.failures) >= mostFailures {
			s.mu.Unlock()
			return
		}
		f = &failures{}
		s.failures[page] = f
	}
	how(f)
	all := f.all()
	if len(all) == 0 {
		delete(s.failures, page)
	}
	s.mu.Unlock()
	s.hub.send("failures", map[string]any{"path": page, "failures": all})
}
