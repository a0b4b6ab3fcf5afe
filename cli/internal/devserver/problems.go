package devserver

import (
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"sitegen.dev/core/build"
	"sitegen.dev/core/dev/runtime/wire"
	"sitegen.dev/core/diag"
)

// problem is a diagnostic for the overlay.
type problem struct {
	diag.Overlay
	Open      string   `json:"open,omitempty"` // opens the place in an editor
	OpenNotes []string `json:"openNotes,omitempty"`
}

// describe makes the errors of a List ready to be shown. Warnings are for the terminal.
func (s *Server) describe(l *diag.List) []problem { return s.overlays(l, s.source) }

// describeRunning is describe for what the running program says. Files that have changed since it was built are not shown:
// its lines are not theirs any more.
func (s *Server) describeRunning(l *diag.List) []problem {
	s.mu.Lock()
	all, changed := s.missed.all, maps.Clone(s.missed.paths)
	s.mu.Unlock()
	return s.overlays(l, func(name string) []byte {
		if all || changed[s.path(name)] {
			return nil
		}
		return s.source(name)
	})
}

func (s *Server) overlays(l *diag.List, source func(string) []byte) []problem {
	errors := &diag.List{}
	for _, d := range l.Sorted() {
		if d.Severity == diag.Error {
			errors.Add(d)
		}
	}
	out := []problem{}
	for _, o := range diag.Overlays(errors, source) {
		p := problem{Overlay: o, Open: s.editor(o.At)}
		for _, n := range o.Notes {
			p.OpenNotes = append(p.OpenNotes, s.editor(n.At))
		}
		out = append(out, p)
	}
	return out
}

// source reads a file for a code frame. It reads nothing but files below the project or the module.
func (s *Server) source(name string) []byte {
	path := s.path(name)
	if path == "" {
		return nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	return data
}

// path gives the absolute path of a file of the site that a diagnostic names, or "".
func (s *Server) path(name string) string {
	if name == "" || filepath.IsAbs(name) {
		return ""
	}
	return filepath.Join(s.o.Root, filepath.FromSlash(name))
}

// editor gives the URL that opens a place.
func (s *Server) editor(at diag.Pos) string {
	path := s.path(at.File)
	if path == "" || s.o.Editor == "" {
		return ""
	}
	slashed := filepath.ToSlash(path)
	if !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed // C:/…
	}
	return strings.NewReplacer(
		"{file}", (&url.URL{Path: slashed}).EscapedPath(),
		"{line}", strconv.Itoa(max(at.Line, 1)),
		"{column}", strconv.Itoa(max(at.Col, 1)),
	).Replace(s.o.Editor)
}

// diagnose makes a diagnostic of what a program reports about a request.
func (s *Server) diagnose(rec wire.Record, site *build.DevSite) diag.Diagnostic {
	d := diag.Diagnostic{Severity: diag.Error, Code: "SG3150", Message: rec.Message}
	if rec.Level < 8 {
		d.Severity, d.Code = diag.Warning, "SG3106"
	}
	if rec.Error != "" {
		d.Message, d.Hint = relocate(rec.Error, site), rec.Hint
		if rec.Panic {
			d.Message = "panic: " + d.Message
		}
	}
	if rec.Method != "" {
		d.Message += fmt.Sprintf(", while answering %s %s", rec.Method, rec.Path)
	}
	if site == nil {
		return d
	}
	var own []diag.Range
	for _, f := range rec.Stack {
		if file, ok := s.own(f.File); ok {
			own = append(own, site.Place(file, f.Line))
		}
	}
	switch {
	case len(own) > 0:
		d.Range = own[0]
		for _, at := range own[1:] {
			at.Col, at.End = 0, diag.Pos{}
			d.Notes = append(d.Notes, diag.Note{Range: at, Message: "called from here"})
		}
	case rec.File != "":
		if file, ok := s.own(rec.File); ok {
			d.Range = site.Place(file, rec.Line)
		}
	}
	if d.File == "" {
		for _, r := range site.Routes {
			if r.Pattern == rec.Route && rec.Route != "" {
				d.File = r.Source
			}
		}
	}
	d.Col, d.End = 0, diag.Pos{} // a stack knows lines alone
	if rec.Panic {
		if d, ok := site.ReadsRequest(d, rec.Route, rec.Error, rec.Early, s.line(d.Pos)); ok {
			return d
		}
	}
	switch {
	case d.Line > 0 && rec.Returns:
		d.Range = build.ReturnOf(s.source(d.File), d.Range)
	case d.Line == 0 && d.File != "" && rec.Error != "":
		site.PlaceReturned(&d)
	}
	return d
}

// line gives the text of the line that a diagnostic is at, or "".
func (s *Server) line(at diag.Pos) string {
	lines := strings.SplitAfter(string(s.source(at.File)), "\n")
	if at.Line < 1 || at.Line > len(lines) {
		return ""
	}
	return lines[at.Line-1]
}

// own gives a file of a stack relative to the module root, if it is one of the author's.
func (s *Server) own(file string) (string, bool) {
	file = filepath.ToSlash(file)
	if strings.HasSuffix(file, ".gosite") || strings.HasSuffix(file, ".md") {
		return file, !filepath.IsAbs(file)
	}
	s.mu.Lock()
	c := s.site
	s.mu.Unlock()
	if c == nil {
		return "", false
	}
	rest, ok := strings.CutPrefix(file, c.Module+"/")
	return rest, ok && !strings.HasPrefix(rest, ".sitegen/")
}

// placeText finds "file.gosite:12" in a message.
var placeText = regexp.MustCompile(`([\w./\[\]-]+\.(?:gosite|md)):(\d+)`)

// relocate brings the lines in a message of the running program up to date.
func relocate(text string, site *build.DevSite) string {
	if site == nil {
		return text
	}
	return placeText.ReplaceAllStringFunc(text, func(m string) string {
		parts := placeText.FindStringSubmatch(m)
		line, err := strconv.Atoi(parts[2])
		if err != nil {
			return m
		}
		return site.Place(parts[1], line).Pos.File + ":" + strconv.Itoa(site.Place(parts[1], line).Line)
	})
}

// stackPlace finds a file in what Go prints when it ends a program.
var stackPlace = regexp.MustCompile(`(?m)^\s+(\S+\.(?:gosite|md|go)):(\d+)`)

// firstPlace gives the first place of the author's in what a program printed before it ended.
func firstPlace(output string, site *build.DevSite) diag.Range {
	for _, m := range stackPlace.FindAllStringSubmatch(output, -1) {
		file := filepath.ToSlash(m[1])
		if rest, ok := strings.CutPrefix(file, site.Module+"/"); ok {
			file = rest
		} else if strings.HasSuffix(file, ".go") {
			continue
		}
		if filepath.IsAbs(file) || strings.HasPrefix(file, ".sitegen/") {
			continue
		}
		line, _ := strconv.Atoi(m[2])
		at := site.Place(file, line)
		at.Col = 0
		return at
	}
	return diag.Range{}
}
