package cloudflare

import (
	"encoding/json"
	"strings"

	"sitegen.dev/core/site"
)

// record is a line of the log. Workers Logs indexes the fields of lines that are JSON.
type record struct {
	Level   string `json:"level"`
	Message string `json:"message"`
	Method  string `json:"method,omitempty"`
	Path    string `json:"path,omitempty"` // without the query, which is where secrets are
	Route   string `json:"route,omitempty"`
	Status  int    `json:"status,omitempty"`
	Error   string `json:"error,omitempty"`
	At      string `json:"at,omitempty"`
	Stack   string `json:"stack,omitempty"`
	Ray     string `json:"ray,omitempty"` // what Cloudflare calls the request
}

// line is a record of the site as a line of the log.
func line(r *site.LogRecord, ray string) []byte {
	out := record{Level: levelName(r.Level), Message: r.Message, Method: r.Method, Path: r.Path, Route: r.Route, Status: r.Status, At: r.At, Ray: ray}
	if r.Err != nil {
		out.Error = r.Err.Error()
	}
	var stack []string
	for _, f := range r.Stack {
		stack = append(stack, f.String())
	}
	out.Stack = strings.Join(stack, " < ")
	data, err := json.Marshal(out)
	if err != nil {
		panic(err) // texts and a number
	}
	return data
}

func levelName(l site.Level) string {
	switch {
	case l >= site.LevelError:
		return "error"
	case l >= site.LevelWarn:
		return "warn"
	}
	return "info"
}
