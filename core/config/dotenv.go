package config

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"sitegen.dev/core/diag"
)

// DotEnvFiles are the files that hold variables for local work, the strongest first. The mode is "production" for a build and
// its preview, "development" for the development server.
func DotEnvFiles(mode string) []string {
	return []string{".env." + mode + ".local", ".env.local", ".env." + mode, ".env"}
}

// ParseDotEnv reads a file of NAME=value lines. Blank lines and those that begin with # say nothing; "export" in front is
// overlooked. A value in single quotes is taken as it is; in double quotes \n, \t, \", \\ and \$ are escapes, and it may have
// several lines; without quotes it ends at a # behind a blank. Nothing is expanded: a password may hold a $.
func ParseDotEnv(file string, data []byte) (map[string]string, *diag.List) {
	out, list := map[string]string{}, &diag.List{}
	text := strings.TrimPrefix(strings.ReplaceAll(string(data), "\r\n", "\n"), "\ufeff")
	at := func(line int) diag.Range { return diag.Range{Pos: diag.Pos{File: file, Line: line, Col: 1}} }
	if len(data) > maxFile || !utf8.ValidString(text) || strings.Contains(text, "\x00") {
		list.Error("SG4022", at(1), file+" is no text, or far too large", "write NAME=value lines in UTF-8")
		return out, list
	}
	line := 0
	for text != "" {
		line++
		first, rest, _ := strings.Cut(text, "\n")
		text = rest
		s := strings.TrimLeftFunc(first, unicode.IsSpace) // blanks at the end may belong to a value in quotes
		if s == "" || s[0] == '#' {
			continue
		}
		s = strings.TrimPrefix(s, "export ")
		name, raw, ok := strings.Cut(s, "=")
		name = strings.TrimSpace(name)
		value := strings.TrimLeftFunc(raw, unicode.IsSpace)
		if !ok || name == "" || strings.ContainsAny(name, " \t\"'#") {
			list.Error("SG4022", at(line), "this line is not of the form NAME=value", "") // it may hold a secret
			continue
		}
		if value == "" || value[0] != '"' && value[0] != '\'' {
			if i := comment(raw); i >= 0 {
				value = raw[:i]
			}
			out[name] = strings.TrimSpace(value)
			continue
		}
		// The quotes may close on a later line.
		quoted := value[1:]
		begin := line
		for {
			v, behind, closed := unquoteEnv(quoted, value[0])
			if closed {
				if b := strings.TrimSpace(behind); b != "" && b[0] != '#' {
					list.Error("SG4022", at(line), "something stands behind the closing quote", "escape quotes inside with a backslash")
				}
				out[name] = v
				break
			}
			if text == "" {
				list.Error("SG4022", at(begin), "the quote that begins the value of "+name+" is never closed", "close it")
				break
			}
			line++
			next, rest, _ := strings.Cut(text, "\n")
			text = rest
			quoted += "\n" + next
		}
	}
	return out, list
}

// comment gives the place of a # behind a blank, -1 for none.
func comment(s string) int {
	for i := 1; i < len(s); i++ {
		if s[i] == '#' && (s[i-1] == ' ' || s[i-1] == '\t') {
			return i
		}
	}
	return -1
}

// unquoteEnv reads up to the closing quote.
func unquoteEnv(s string, quote byte) (value, behind string, closed bool) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == quote:
			return b.String(), s[i+1:], true
		case c == '\\' && quote == '"' && i+1 < len(s):
			i++
			switch s[i] {
			case 'n':
				b.WriteByte('\n')
			case 't':
				b.WriteByte('\t')
			case '"', '\\', '$':
				b.WriteByte(s[i])
			default:
				b.WriteByte('\\')
				b.WriteByte(s[i])
			}
		default:
			b.WriteByte(c)
		}
	}
	return "", "", false
}
