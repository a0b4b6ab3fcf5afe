package manifest

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// Location is where a prerendered redirect leads to, the value of its header Location, and "" for what is none.
func (p *Prerendered) Location() string {
	for _, h := range p.Headers {
		if strings.EqualFold(h.Name, "Location") {
			return h.Value
		}
	}
	return ""
}

// AppendLine appends p as a line of JSON. The lines of most pages, of which there may be a hundred thousand, are written
// and read without encoding/json, which would take longer than all else that is done for a page that has not changed.
func (p *Prerendered) AppendLine(b []byte) ([]byte, error) {
	if len(p.Headers) > 0 || !simple(p.Path) || !simple(p.File) || !simple(p.Route) {
		line, err := json.Marshal(p)
		return append(append(b, line...), '\n'), err
	}
	for i, s := range [...]string{p.Path, p.File, p.Route} {
		b = append(b, prerenderedParts[i]...)
		b = append(b, s...)
	}
	b = append(b, prerenderedParts[3]...)
	b = strconv.AppendInt(b, int64(p.Status), 10)
	return append(b, "}\n"...), nil
}

// prerenderedParts is what stands before each of the values.
var prerenderedParts = [...]string{`{"path":"`, `","file":"`, `","route":"`, `","status":`}

// ReadPrerendered reads one line.
func ReadPrerendered(line []byte) (p Prerendered, err error) {
	rest := line
	var values [3]string
	for i, part := range prerenderedParts {
		after, ok := bytes.CutPrefix(rest, []byte(part))
		if !ok {
			return readPrerendered(line)
		}
		rest = after
		if i == len(values) {
			break
		}
		end := bytes.IndexByte(rest, '"')
		if end < 0 {
			return readPrerendered(line)
		}
		values[i], rest = string(rest[:end]), rest[end:]
		if !simple(values[i]) {
			return readPrerendered(line)
		}
	}
	digits, ok := bytes.CutSuffix(bytes.TrimSpace(rest), []byte("}"))
	status, err := strconv.Atoi(string(digits))
	if !ok || err != nil {
		return readPrerendered(line)
	}
	return Prerendered{Path: values[0], File: values[1], Route: values[2], Status: status}, nil
}

func readPrerendered(line []byte) (p Prerendered, err error) {
	err = json.Unmarshal(line, &p)
	return p, err
}

// simple says whether encoding/json writes a string as it is.
func simple(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			return false
		}
	}
	return true
}
