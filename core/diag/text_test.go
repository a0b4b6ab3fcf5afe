package diag

import (
	"bytes"
	"strings"
	"testing"
	"unicode"
)

func at(file string, line, col, endLine, endCol int) Range {
	r := Range{Pos: Pos{File: file, Line: line, Col: col}}
	if endLine > 0 {
		r.End = Pos{File: file, Line: endLine, Col: endCol}
	}
	return r
}

func render(t *testing.T, o TextOptions, d ...Diagnostic) string {
	t.Helper()
	var l List
	l.Add(d...)
	var b bytes.Buffer
	if err := Text(&b, &l, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func sources(files map[string]string) func(string) []byte {
	return func(file string) []byte {
		if s, ok := files[file]; ok {
			return []byte(s)
		}
		return nil
	}
}

func TestText(t *testing.T) {
	long := strings.Repeat("a", 100) + "<b>" + strings.Repeat("c", 100)
	for _, tt := range []struct {
		name string
		src  string
		d    []Diagnostic
		want string
	}{
		{"nothing", "", nil, ""},
		{"no place", "", []Diagnostic{{Code: "SG7001", Message: "no Go"}}, "error: no Go [SG7001]\n\n1 error\n"},
		{"whole file", "x\n", []Diagnostic{{Severity: Warning, Code: "SG3004", Range: at("f", 0, 0, 0, 0), Message: "m"}}, "f: warning: m [SG3004]\n\n1 warning\n"},
		{"range, hint and note", "<ul>\n  <li>x\n</ul>\n", []Diagnostic{{
			Code: "SG1001", Range: at("f", 3, 1, 3, 6), Message: "<li> is never closed", Hint: "write </li>",
			Notes: []Note{{at("f", 2, 3, 2, 7), "opened here"}},
		}}, `f:3:1: error: <li> is never closed [SG1001]
    3 | </ul>
      | ^^^^^
  hint: write </li>
  f:2:3: note: opened here
    2 |   <li>x
      |   ^^^^

1 error
`},
		{"only the beginning is known: the word is marked", "a := föö(1)\n", []Diagnostic{{Range: at("f", 1, 6, 0, 0), Message: "m"}}, `f:1:6: error: m
    1 | a := föö(1)
      |      ^^^

1 error
`},
		{"tabs and wide letters", "\tx\t日本 = y\n", []Diagnostic{{Range: at("f", 1, 13, 1, 14), Message: "m"}}, `f:1:13: error: m
    1 |     x   日本 = y
      |                ^

1 error
`},
		{"range over several lines", "a {\n}\n", []Diagnostic{{Range: at("f", 1, 3, 2, 2), Message: "m"}}, `f:1:3: error: m
    1 | a {
      |   ^

1 error
`},
		{"behind the end of the line", "ab\r\n", []Diagnostic{{Range: at("f", 1, 9, 1, 10), Message: "m"}}, `f:1:9: error: m
    1 | ab
      |   ^

1 error
`},
		{"line that is not there", "ab\n", []Diagnostic{{Range: at("f", 9, 1, 0, 0), Message: "m"}}, "f:9:1: error: m\n\n1 error\n"},
		{"long line", long, []Diagnostic{{Range: at("f", 1, 101, 1, 104), Message: "m"}}, "f:1:101: error: m\n" +
			"    1 | …" + strings.Repeat("a", 40) + "<b>" + strings.Repeat("c", 76) + "…\n" +
			"      | " + strings.Repeat(" ", 41) + "^^^\n\n1 error\n"},
		{"several lines in message and hint", "", []Diagnostic{{Message: "a\n\tb", Hint: "c\nd"}}, `error: a
        b
  hint: c
        d

1 error
`},
		{"hostile file", "\x1b[2Jx\u202ey\x00\xff!\n", []Diagnostic{{Range: at("f\x1b]0;\n\x07", 1, 0, 0, 0), Message: "m\x1b[31m\rn\u2028"}}, "f\\x1b]0; \\a:1: error: m\\x1b[31m\\rn\\u2028\n\n1 error\n"},
		{"control characters in a line", "\x1b[2J\u202e\xffx\n", []Diagnostic{{Range: at("f", 1, 9, 1, 10), Message: "m"}}, "f:1:9: error: m\n    1 | \ufffd[2J\ufffd\ufffdx\n      |       ^\n\n1 error\n"},
		{"counts", "", []Diagnostic{{Message: "a"}, {Message: "b"}, {Severity: Warning, Message: "c"}, {Severity: Info, Message: "d"}, {Message: "a"}},
			"error: a\n\nerror: b\n\nwarning: c\n\ninfo: d\n\n2 errors, 1 warning, 1 note\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := render(t, TextOptions{Source: sources(map[string]string{"f": tt.src})}, tt.d...)
			if got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

func TestTextColor(t *testing.T) {
	got := render(t, TextOptions{Color: true, Source: sources(map[string]string{"f": "ab\n"}), Path: func(s string) string { return "../" + s }},
		Diagnostic{Code: "SG1001", Range: at("f", 1, 1, 1, 3), Message: "m"})
	want := "\x1b[1m../f:1:1:\x1b[0m \x1b[1;31merror:\x1b[0m \x1b[1mm\x1b[0m\x1b[2m [SG1001]\x1b[0m\n" +
		"\x1b[2m    1 | \x1b[0mab\n\x1b[2m      | \x1b[0m\x1b[1;31m^^\x1b[0m\n\n\x1b[1;31m1 error\x1b[0m\n"
	if got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestGitHub(t *testing.T) {
	var l List
	l.Add(
		Diagnostic{Code: "SG1001", Range: at("a,b:c.gosite", 3, 1, 3, 6), Message: "100% wrong", Hint: "do\n::set-output name=x::y", Notes: []Note{{at("d", 1, 2, 0, 0), "here"}}},
		Diagnostic{Severity: Warning, Range: at("f", 1, 2, 4, 1), Message: "m\r\n::error::x\x1b[0m"},
		Diagnostic{Severity: Info, Message: "i"},
	)
	var b bytes.Buffer
	if err := GitHub(&b, &l); err != nil {
		t.Fatal(err)
	}
	want := "::error file=a%2Cb%3Ac.gosite,line=3,endLine=3,col=1,endColumn=5,title=SG1001::100%25 wrong%0Ahint: do%0A::set-output name=x::y%0Ad:1:2: here\n" +
		"::warning file=f,line=1,endLine=4,col=2::m\\r%0A::error::x\\x1b[0m\n" +
		"::notice::i\n"
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

func FuzzPrinters(f *testing.F) {
	f.Add("a\tb\n", "m", "h", 1, 2, 1, 3)
	f.Add("\x1b[0m日\xff\u202e", "a\nb", "::error::", 1, 4, 2, 1)
	f.Add(strings.Repeat("x\t", 300), "m", "", 1, 290, 1, 295)
	f.Fuzz(func(t *testing.T, src, message, hint string, line, col, endLine, endCol int) {
		var l List
		l.Add(Diagnostic{Code: "SG1001", Range: at(message, line, col, endLine, endCol), Message: message, Hint: hint, Notes: []Note{{at("f", line, col, 0, 0), src}}})
		var b bytes.Buffer
		if err := Text(&b, &l, TextOptions{Source: func(string) []byte { return []byte(src) }}); err != nil {
			t.Fatal(err)
		}
		for _, r := range b.String() {
			if r != '\n' && unicode.IsControl(r) || r == '\u202e' {
				t.Fatalf("%q in %q", r, b.String())
			}
		}
		b.Reset()
		if err := GitHub(&b, &l); err != nil {
			t.Fatal(err)
		}
		if strings.Count(b.String(), "\n") != 1 {
			t.Fatalf("more than one command: %q", b.String())
		}
	})
}
