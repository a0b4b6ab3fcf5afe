package diag

import (
	"encoding/json"
	"fmt"
	"io"
)

// JSONVersion is the version of what JSON writes. It goes up when a field changes its meaning or goes away.
const JSONVersion = 1

// Report is what JSON writes.
type Report struct {
	Version     int          `json:"version"`
	Errors      int          `json:"errors"`
	Warnings    int          `json:"warnings"`
	Diagnostics []Diagnostic `json:"diagnostics"` // sorted; never null
}

// NewReport gives a List in the form for programs.
func NewReport(l *List) Report {
	r := Report{Version: JSONVersion, Diagnostics: l.Sorted()}
	if r.Diagnostics == nil {
		r.Diagnostics = []Diagnostic{}
	}
	for _, d := range r.Diagnostics {
		switch d.Severity {
		case Error:
			r.Errors++
		case Warning:
			r.Warnings++
		}
	}
	return r
}

// JSON writes a List for programs: one indented object, also for an empty List.
func JSON(w io.Writer, l *List) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(NewReport(l))
}

// UnmarshalText reads a severity's name.
func (s *Severity) UnmarshalText(text []byte) error {
	for _, known := range []Severity{Error, Warning, Info} {
		if known.String() == string(text) {
			*s = known
			return nil
		}
	}
	return fmt.Errorf("unknown severity %q", text)
}
