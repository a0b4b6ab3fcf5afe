package app

import (
	"encoding/json"
	"io"
)

// answer prints the answer of a command for programs, and hands on the error that decides the exit code. Each answer is
// one object with a field "schema", which goes up when a field changes its meaning or goes away.
func answer(w io.Writer, v any, failed error) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil && failed == nil {
		return err
	}
	return failed
}
