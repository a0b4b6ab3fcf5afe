package diag

import (
	"bytes"
)

// Overlay is a Diagnostic as the development server shows it in the browser: plain data, the text of which the page
// shows as text and nothing else.
type Overlay struct {
	Severity Severity      `json:"severity"`
	Code     Code          `json:"code,omitempty"`
	Message  string        `json:"message"`
	Hint     string        `json:"hint,omitempty"`
	At       Pos           `json:"at,omitzero"`
	Frame    []OverlayLine `json:"frame,omitempty"`
	Notes    []OverlayNote `json:"notes,omitempty"`
}

// OverlayLine is a line of source. The mark stands on the columns from From up to To; both are 0 without one.
type OverlayLine struct {
	Line int    `json:"line"`
	Text string `json:"text"`
	From int    `json:"from,omitempty"`
	To   int    `json:"to,omitempty"`
}

// OverlayNote is a Note.
type OverlayNote struct {
	At      Pos    `json:"at"`
	Message string `json:"message"`
}

// around is how many lines are shown before and behind the one that is meant.
const around = 3

// Overlays gives the diagnostics of a List, sorted. source gives the text of a file, or nil.
func Overlays(l *List, source func(file string) []byte) []Overlay {
	p := &textPrinter{o: TextOptions{Source: source}, lines: map[string][][]byte{}}
	out := []Overlay{}
	for _, d := range l.Sorted() {
		o := Overlay{Severity: d.Severity, Code: d.Code, Message: cleanText(d.Message, ""), Hint: cleanText(d.Hint, ""), At: d.Pos}
		for n := max(d.Line-around, 1); d.Line > 0 && n <= d.Line+around; n++ {
			line, ok := p.line(Pos{File: d.File, Line: n})
			if !ok {
				continue
			}
			if n != d.Line {
				text, _, _ := window(line, 0, 0)
				o.Frame = append(o.Frame, OverlayLine{Line: n, Text: text})
				continue
			}
			start := min(d.Col-1, len(line))
			end := markEnd(d.Range, line, max(start, 0))
			if d.Col < 1 { // only the line is known, so all of it is meant
				start, end = len(line)-len(bytes.TrimLeft(line, " \t")), len(bytes.TrimRight(line, " \t\r"))
			}
			text, from, to := window(line, start, max(start, end))
			o.Frame = append(o.Frame, OverlayLine{Line: n, Text: text, From: from, To: max(to, from+1)})
		}
		for len(o.Frame) > 0 && len(bytes.TrimSpace([]byte(o.Frame[len(o.Frame)-1].Text))) == 0 && o.Frame[len(o.Frame)-1].Line > d.Line {
			o.Frame = o.Frame[:len(o.Frame)-1]
		}
		for _, n := range d.Notes {
			o.Notes = append(o.Notes, OverlayNote{At: n.Pos, Message: cleanText(n.Message, "")})
		}
		out = append(out, o)
	}
	return out
}
