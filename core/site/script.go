package site

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// JSVar is a variable of a script; see Var.
type JSVar struct {
	name string
	json string
	err  error
}

// Var hands v to a script as JSON, under the rules of encoding/json.
func Var[T any](name string, v T, errs ...error) JSVar {
	if len(errs) != 0 && errs[0] != nil {
		return JSVar{err: errs[0]}
	}
	return anyVar(name, any(v))
}

func anyVar(name string, x any) JSVar {
	b, err := appendJSON(nil, x)
	return JSVar{name: name, json: stringOf(b), err: err}
}

// ok says whether the variable can be written; what is wrong with it fails w.
func (v *JSVar) ok(w *Writer) bool {
	switch {
	case v.err != nil && v.name != "":
		if w.err == nil {
			file, line := caller()
			w.Fail(&ValueError{File: file, Line: line, Message: v.name + " cannot be handed to the script: " + v.err.Error(), Err: v.err,
				Hint: "hand over what JSON can hold: text, numbers, structs, slices, maps"})
		}
	case v.err != nil:
		w.failWith(v.err)
	case !isIdentifier(v.name):
		w.failName("variable of a script", v.name, "use a name that JavaScript allows, such as \"userName\"")
	default:
		return true
	}
	return false
}

// ScriptVars writes the declarations of vs at the start of a script. The values cannot end the script, begin a
// comment or do anything else than be values.
func ScriptVars(w *Writer, vs ...JSVar) {
	for i := range vs {
		v := &vs[i]
		if !v.ok(w) {
			return
		}
		w.S("const ")
		w.S(v.name)
		w.S(" = ")
		w.S(v.json)
		w.S(";\n")
	}
}

// ScriptData writes vs as one object of JSON, for a script that stands behind the element.
func ScriptData(w *Writer, vs ...JSVar) {
	w.S("{")
	for i := range vs {
		v := &vs[i]
		if !v.ok(w) {
			return
		}
		if i > 0 {
			w.S(",")
		}
		w.S(`"`)
		w.S(v.name)
		w.S(`":`)
		w.S(strings.ReplaceAll(v.json, `["__proto__"]:`, `"__proto__":`)) // no string of JSON holds a bare quote
	}
	w.S("}")
}

// appendJSON appends x as JSON that can stand in a script element.
func appendJSON(b []byte, x any) ([]byte, error) {
	switch x := x.(type) {
	case string:
		if plainJSON(x) {
			return append(append(append(b, '"'), x...), '"'), nil
		}
	case bool:
		return strconv.AppendBool(b, x), nil
	case int:
		return strconv.AppendInt(b, int64(x), 10), nil
	case float64:
		if x == math.Trunc(x) && math.Abs(x) < 1<<53 && !(x == 0 && math.Signbit(x)) {
			return strconv.AppendInt(b, int64(x), 10), nil
		}
	}
	j, err := json.Marshal(x)
	if err != nil {
		return b, err
	}
	return appendScriptSafe(b, j), nil
}

// plainJSON reports whether s is printed as it is between quotes.
func plainJSON(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ', c >= 0x7f, c == '"', c == '\\', c == '<', c == '>', c == '&':
			return false
		}
	}
	return true
}

// appendScriptSafe appends JSON as an expression of JavaScript in a script element. Two things differ: what could end
// the script or a line of it is escaped, as it can occur in strings only; and "__proto__" as a key, which would be
// the prototype there, becomes a computed one.
func appendScriptSafe(b, j []byte) []byte {
	for i := 0; i < len(j); {
		if j[i] != '"' {
			b = append(b, j[i])
			i++
			continue
		}
		end := i + 1
		for end < len(j) && j[end] != '"' {
			if j[end] == '\\' {
				end++
			}
			end++
		}
		end = min(end+1, len(j))
		str := j[i:end]
		i = end
		if i < len(j) && j[i] == ':' && isProto(str) {
			b = append(b, `["__proto__"]`...)
			continue
		}
		b = appendScriptString(b, str)
	}
	return b
}

func appendScriptString(b, str []byte) []byte {
	for i := 0; i < len(str); i++ {
		switch c := str[i]; {
		case c == '<', c == '>', c == '&':
			b = append(b, '\\', 'u', '0', '0', upperHex[c>>4], upperHex[c&15])
		case c == 0xE2 && i+2 < len(str) && str[i+1] == 0x80 && str[i+2]&^1 == 0xA8:
			b = append(b, '\\', 'u', '2', '0', '2', '8'+str[i+2]&1)
			i += 2
		default:
			b = append(b, c)
		}
	}
	return b
}

func isProto(str []byte) bool {
	if bytes.IndexByte(str, '\\') < 0 {
		return string(str) == `"__proto__"`
	}
	var s string
	return json.Unmarshal(str, &s) == nil && s == "__proto__"
}

// isIdentifier reports whether a script can declare a constant of this name, in strict mode too.
func isIdentifier(s string) bool {
	if s == "" || !utf8.ValidString(s) {
		return false
	}
	for i, r := range s {
		switch {
		case r == '$', r == '_', unicode.IsLetter(r):
		case i > 0 && unicode.IsDigit(r):
		default:
			return false
		}
	}
	switch s {
	case "arguments", "await", "break", "case", "catch", "class", "const", "continue", "debugger", "default", "delete",
		"do", "else", "enum", "eval", "export", "extends", "false", "finally", "for", "function", "if", "implements",
		"import", "in", "instanceof", "interface", "let", "new", "null", "package", "private", "protected", "public",
		"return", "static", "super", "switch", "this", "throw", "true", "try", "typeof", "var", "void", "while",
		"with", "yield", "undefined", "NaN", "Infinity":
		return false
	}
	return true
}
