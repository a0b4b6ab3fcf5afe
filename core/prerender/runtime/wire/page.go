package wire

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// pageMark begins, behind the Prefix, an Event that says no more than that a page is there. There is one for every page,
// also for each of ten thousand that were kept, and JSON would cost more than finding out that they may stay.
const pageMark = 'p'

// AppendPage appends a page event as one line. ok is false for an event that says more than the short form can: then it is
// sent as JSON.
func AppendPage(b []byte, e *Event) (_ []byte, ok bool) {
	if e.Kind != Page || len(e.Headers) > 0 || len(e.Images) > 0 || e.Message != "" || e.Problem != nil {
		return b, false
	}
	texts := [...]string{e.Route, e.Source, e.Path, e.File}
	for _, s := range texts {
		for i := range len(s) {
			if s[i] < ' ' {
				return b, false
			}
		}
	}
	kept := byte('0')
	if e.Kept {
		kept = '1'
	}
	b = append(b, Prefix...)
	b = append(b, pageMark, kept)
	b = strconv.AppendInt(b, int64(e.Status), 10)
	b = append(b, '\t')
	b = strconv.AppendInt(b, e.Size, 10)
	for _, s := range texts {
		b = append(b, '\t')
		b = append(b, s...)
	}
	return append(b, '\n'), true
}

// ReadEvent reads an event, without the Prefix.
func ReadEvent(line []byte) (e Event, err error) {
	e, ok := readPage(line)
	if !ok {
		err = json.Unmarshal(line, &e)
	}
	return e, err
}

func readPage(line []byte) (e Event, ok bool) {
	if len(line) < 2 || line[0] != pageMark {
		return e, false
	}
	parts := bytes.Split(bytes.TrimSuffix(line[2:], []byte("\n")), []byte("\t"))
	if len(parts) != 6 {
		return e, false
	}
	status, err := strconv.Atoi(string(parts[0]))
	size, err2 := strconv.ParseInt(string(parts[1]), 10, 64)
	if err != nil || err2 != nil {
		return e, false
	}
	return Event{
		Kind: Page, Kept: line[1] == '1', Status: status, Size: size,
		Route: string(parts[2]), Source: string(parts[3]), Path: string(parts[4]), File: string(parts[5]),
	}, true
}
