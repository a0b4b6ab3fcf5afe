package config

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestParseDotEnv(t *testing.T) {
	for _, tt := range []struct{ src, want, problems string }{
		{"", "", ""},
		{"A=1\nB = two words \n\n# C=3\nexport D=4\r\nE=", "A=1|B=two words|D=4|E=", ""},
		{"A=x#y # comment\nB=#\n", "A=x#y|B=#", ""},
		{"A= # fill in\nB =\t# too\nC=x\t# c", "A=|B=|C=x", ""},
		{`A="a # b" # c` + "\nB='it\\n$X'\n", "A=a # b|B=it\\n$X", ""},
		{`A="l1\nl2\t\"q\" \\ \$ \x"`, "A=l1\nl2\t\"q\" \\ $ \\x", ""},
		{"A=\"one\ntwo\"\nB=3", "A=one\ntwo|B=3", ""},
		{"A='one \ntwo' \nB=\" \n\"", "A=one \ntwo|B= \n", ""},
		{"A=p$a$$w0rd=x==\n", "A=p$a$$w0rd=x==", ""},
		{"\ufeffA=1\nA=2", "A=2", ""},
		{"hunter2\nA=1", "A=1", "1: this line is not of the form NAME=value"},
		{"=x\nB C=1\n", "", "1: this line is not of the form NAME=value|2: this line is not of the form NAME=value"},
		{"X=1\nA=\"never\nclosed", "X=1", "2: the quote that begins the value of A is never closed"},
		{`A="x" y`, "A=x", "1: something stands behind the closing quote"},
		{"A=\xff", "", "1: .env is no text, or far too large"},
		{"A=\x00", "", "1: .env is no text, or far too large"},
	} {
		values, list := ParseDotEnv(".env", []byte(tt.src))
		var got []string
		for _, name := range slices.Sorted(maps.Keys(values)) {
			got = append(got, name+"="+values[name])
		}
		if s := strings.Join(got, "|"); s != tt.want {
			t.Errorf("%q: %q, want %q", tt.src, s, tt.want)
		}
		var problems []string
		for _, d := range list.Sorted() {
			problems = append(problems, strings.TrimPrefix(d.Pos.String(), ".env:")[:1]+": "+d.Message)
		}
		if s := strings.Join(problems, "|"); s != tt.problems {
			t.Errorf("%q: says %q, want %q", tt.src, s, tt.problems)
		}
	}
}

func FuzzParseDotEnv(f *testing.F) {
	f.Add("A=1\nB=\"x\ny\" # c\nexport C='d'")
	f.Fuzz(func(t *testing.T, src string) {
		values, list := ParseDotEnv(".env", []byte(src))
		for name := range values {
			if name == "" || strings.ContainsAny(name, " \n=") {
				t.Errorf("a variable is called %q", name)
			}
		}
		for _, d := range list.Sorted() {
			if d.Line < 1 || d.Line > 1+strings.Count(src, "\n") {
				t.Errorf("%s is outside of the file", d.Pos)
			}
		}
	})
}

func TestEnv(t *testing.T) {
	c, got := load(t, `env:
  A: {scope: public}
  B: {scope: secret, type: url, optional: true}
  C: {scope: public, when: run, type: int, default: 3, values: [3, 4]}
  D: {scope: secret, when: build}
`)
	if len(got) > 0 {
		t.Fatal(got)
	}
	var lines []string
	for _, v := range c.Env {
		s := v.Name + " " + v.Type + " " + v.Default + " " + strings.Join(v.Values, ",")
		for word, is := range map[string]bool{"secret": v.Secret, "run": v.Run, "optional": v.Optional} {
			if is {
				s += " " + word
			}
		}
		fields := strings.Fields(s)
		slices.Sort(fields)
		lines = append(lines, strings.Join(fields, " "))
	}
	want := []string{"A string", "B optional run secret url", "3 3,4 C int run", "D secret string"}
	if !slices.Equal(lines, want) {
		t.Errorf("got %q, want %q", lines, want)
	}
	for _, tt := range []struct {
		v     EnvVar
		value string
		ok    bool
	}{
		{EnvVar{Type: "string"}, "anything", true}, {EnvVar{Type: "int"}, "-12", true}, {EnvVar{Type: "int"}, "1.5", false},
		{EnvVar{Type: "float"}, "1.5", true}, {EnvVar{Type: "float"}, "x", false}, {EnvVar{Type: "bool"}, "true", true}, {EnvVar{Type: "bool"}, "yes", false},
		{EnvVar{Type: "url"}, "https://a.example", true}, {EnvVar{Type: "url"}, "postgres://u:p@h/db", true}, {EnvVar{Type: "url"}, "nowhere", false},
		{EnvVar{Type: "string", Values: []string{"a", "b"}}, "b", true}, {EnvVar{Type: "string", Values: []string{"a", "b"}}, "c", false},
	} {
		if got := tt.v.Check(tt.value); (got == "") != tt.ok || strings.Contains(got, tt.value) {
			t.Errorf("%+v with %q: %q", tt.v, tt.value, got)
		}
	}
}

// FuzzDotEnvValue writes a value in each notation that can hold it, behind and before others, and reads it back.
func FuzzDotEnvValue(f *testing.F) {
	for _, s := range []string{"x", "", "two words", "a # b", "it's", "\"q\"", "\\n\n\t$x", " x ", "#", "é\u00a0", "a\r\nb", "=", "'", "export "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		if !utf8.ValidString(value) || strings.ContainsAny(value, "\x00\r\ufeff") || len(value) > 1000 {
			return
		}
		notations := []string{`"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`, "$", `\$`).Replace(value) + `" # "why'`,
			`"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`}
		if !strings.Contains(value, "'") {
			notations = append(notations, "'"+value+"'#c", " '"+value+"'  ")
		}
		if strings.TrimSpace(value) == value && !strings.ContainsAny(value, "\n") && !strings.Contains(" "+value, " #") && !strings.Contains(value, "\t#") && (value == "" || value[0] != '"' && value[0] != '\'') {
			notations = append(notations, value, " "+value+"\t", value+" # c", value+"\t#c")
		}
		for _, n := range notations {
			for _, end := range []string{"\n", "\r\n"} {
				src := strings.ReplaceAll("A=1\nexport  X="+n+"\n# c\nB='2'", "\n", end)
				got, list := ParseDotEnv(".env", []byte(src))
				if list.Len() > 0 || len(got) != 3 || got["A"] != "1" || got["B"] != "2" || got["X"] != value {
					t.Errorf("%q is read as %q, %v; want %q", src, got, list.Sorted(), value)
				}
			}
		}
	})
}

// A variable without a scope is told which one its name speaks for.
func TestScopeMissing(t *testing.T) {
	_, list := Load("site.yaml", []byte("env:\n  PUBLIC_SHOP: {default: tea}\n"), func(string) string { return "" })
	if got := list.Sorted(); len(got) != 1 || got[0].Hint != "write PUBLIC_SHOP: {scope: public}" {
		t.Errorf("%v", got)
	}
	_, list = Load("site.yaml", []byte("env:\n  KEY: {type: string}\n"), func(string) string { return "" })
	if got := list.Sorted(); len(got) != 1 || got[0].Hint != "write KEY: {scope: secret}" {
		t.Errorf("%v", got)
	}
}
