// Package diag holds what the compiler says to the author of a site: a position in a file, a code that never changes
// its meaning, what is wrong and what to do about it. Every other package collects Diagnostics into a List; only the
// command line prints them, through the printers of this package.
//
// Something the author can fix is a Diagnostic; something sitegen did wrong is an ordinary error. The package imports
// nothing of sitegen.
package diag

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Pos is a place in a file. Line and Col count from 1; Col counts bytes, as go/token does. A zero Line means the whole
// file, an empty File means no place at all.
type Pos struct {
	File string `json:"file,omitempty"` // slash-separated, relative to the project root
	Line int    `json:"line,omitempty"`
	Col  int    `json:"col,omitempty"`
}

// String gives "file:line:col", leaving out what is not known.
func (p Pos) String() string {
	s := p.File
	if p.Line > 0 {
		s += ":" + strconv.Itoa(p.Line)
		if p.Col > 0 {
			s += ":" + strconv.Itoa(p.Col)
		}
	}
	return s
}

// Range is a stretch of a file from Pos up to, not including, End. End may be zero where only the start is known.
type Range struct {
	Pos
	End Pos `json:"end,omitzero"`
}

// Severity says whether a Diagnostic stops the build.
type Severity int

// The severities, worst first.
const (
	Error Severity = iota
	Warning
	Info
)

// String gives the severity's name in lower case.
func (s Severity) String() string {
	switch s {
	case Error:
		return "error"
	case Warning:
		return "warning"
	}
	return "info"
}

// MarshalText gives the severity's name.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Note points from a Diagnostic to another place that explains it: "first declared here".
type Note struct {
	Range
	Message string `json:"message"`
}

// Diagnostic is one thing the author should know. Message has no full stop, no position and no name of an internal
// function; Hint is an order, ideally a line to paste, or empty.
type Diagnostic struct {
	Severity Severity `json:"severity"`
	Code     Code     `json:"code"`
	Range
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
	Notes   []Note `json:"notes,omitempty"`
}

// Error gives the diagnostic on one line, so that a Diagnostic can travel as an error.
func (d Diagnostic) Error() string {
	var b strings.Builder
	if d.File != "" {
		b.WriteString(d.Pos.String())
		b.WriteString(": ")
	}
	b.WriteString(d.Message)
	return b.String()
}

// List collects diagnostics. The zero List is ready to use; it is not safe for use by several goroutines.
type List struct {
	items []Diagnostic
}

// Add appends diagnostics.
func (l *List) Add(d ...Diagnostic) { l.items = append(l.items, d...) }

// Error appends an error. The hint may be empty.
func (l *List) Error(code Code, at Range, message, hint string) {
	l.Add(Diagnostic{Severity: Error, Code: code, Range: at, Message: message, Hint: hint})
}

// Warn appends a warning. The hint may be empty.
func (l *List) Warn(code Code, at Range, message, hint string) {
	l.Add(Diagnostic{Severity: Warning, Code: code, Range: at, Message: message, Hint: hint})
}

// Len is the number of diagnostics collected, of any severity.
func (l *List) Len() int { return len(l.items) }

// HasErrors says whether any diagnostic is an Error.
func (l *List) HasErrors() bool {
	return slices.ContainsFunc(l.items, func(d Diagnostic) bool { return d.Severity == Error })
}

// Sorted gives the diagnostics by file, line, column, severity and code, without exact repetitions; at the end what is
// noted of no file, which is about all of it. The List itself is left as it is.
func (l *List) Sorted() []Diagnostic {
	out := slices.Clone(l.items)
	closing := func(d Diagnostic) int {
		if d.File == "" && d.Severity == Info {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(out, func(a, b Diagnostic) int {
		return cmp.Or(
			cmp.Compare(closing(a), closing(b)),
			cmp.Compare(a.File, b.File),
			cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Col, b.Col),
			cmp.Compare(a.Severity, b.Severity),
			cmp.Compare(a.Code, b.Code),
			cmp.Compare(a.Message, b.Message),
		)
	})
	return slices.CompactFunc(out, func(a, b Diagnostic) bool {
		return a.Code == b.Code && a.Range == b.Range && a.Message == b.Message
	})
}

// Err gives the List as an error when it holds at least one Error, else nil. errors.As finds the *Failure.
func (l *List) Err() error {
	if !l.HasErrors() {
		return nil
	}
	return &Failure{List: l}
}

// Failure is the error form of a List.
type Failure struct{ List *List }

// Error gives one line per diagnostic.
func (f *Failure) Error() string {
	var lines []string
	for _, d := range f.List.Sorted() {
		lines = append(lines, d.Error())
	}
	return strings.Join(lines, "\n")
}
