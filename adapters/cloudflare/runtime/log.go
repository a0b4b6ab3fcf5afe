package cloudflare

import (
	"strconv"
	"unicode/utf8"

	"sitegen.dev/core/site"
)

// line is a record of the site as a line of the log: JSON, whose fields Workers Logs indexes. Package encoding/json
// would be a tenth of the program.
func line(r *site.LogRecord, ray string) []byte {
	failure, status, stack := "", "", ""
	if r.Err != nil {
		failure = r.Err.Error()
	}
	if r.Status != 0 {
		status = strconv.Itoa(r.Status)
	}
	for i, f := range r.Stack {
		if i > 0 {
			stack += " < "
		}
		stack += f.String()
	}
	b := []byte{'{'}
	for _, f := range [...]struct{ name, value string }{
		{"level", levelName(r.Level)},
		{"message", r.Message},
		{"method", r.Method},
		{"path", r.Path}, // without the query, which is where secrets are
		{"route", r.Route},
		{"status", status},
		{"error", failure},
		{"at", r.At},
		{"stack", stack},
		{"ray", ray}, // what Cloudflare calls the request
	} {
		if f.value == "" {
			continue
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = appendQuoted(b, f.name)
		b = append(b, ':')
		if f.name == "status" {
			b = append(b, f.value...)
		} else {
			b = appendQuoted(b, f.value)
		}
	}
	return append(b, '}')
}

// appendQuoted writes a text as JSON.
func appendQuoted(b []byte, s string) []byte {
	b = append(b, '"')
	for _, r := range s { // what is no UTF-8 comes as U+FFFD
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r < 0x20:
			const hex = "0123456789abcdef"
			b = append(b, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return append(b, '"')
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
