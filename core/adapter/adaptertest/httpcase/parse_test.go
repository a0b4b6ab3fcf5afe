package httpcase

import (
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	f, err := Parse("cases/sample.http", `# A comment.
variants: default, base

=== one | P0 | behaviour 1
ask GET /a
+ X-A: 1\r
= body
status 200
header X-B ~ ^a$
cookie a=1
cookie b=2
body has x\ty
then
> GET /b HTTP/1.1
>
status 404, none
closed

=== many | P1* | security C3
variants: base
ask GET $path
+ X: $x
status $status
| name | path | status | x |
| first | /a | 200 | - |
| second | /b\|c | 404 | 1 |
`)
	if err != nil {
		t.Fatal(err)
	}
	if f.Name != "sample" || len(f.Cases) != 3 {
		t.Fatalf("%q with %d cases", f.Name, len(f.Cases))
	}
	var ids []string
	for _, c := range f.Cases {
		ids = append(ids, c.ID+" "+c.Priority+" "+c.Source+" "+strings.Join(c.Variants, ","))
	}
	want := "sample/one P0 behaviour 1 default,base\nsample/many/first P1 security C3 base\nsample/many/second P1 security C3 base"
	if got := strings.Join(ids, "\n"); got != want {
		t.Errorf("cases\n%s\nwant\n%s", got, want)
	}
	if !f.Cases[1].Star || f.Cases[0].Star {
		t.Error("the star belongs to the table alone")
	}
	texts := func(c *Case, exchange int) string {
		var b strings.Builder
		for _, s := range c.exchanges[exchange].sends {
			b.WriteString(s.text)
		}
		return b.String()
	}
	for i, tt := range []struct {
		got, want string
	}{
		{texts(f.Cases[0], 0), "GET /a HTTP/1.1\r\nHost: {host}\r\nX-A: 1\r\r\nContent-Length: {length}\r\n\r\nbody"},
		{texts(f.Cases[0], 1), "GET /b HTTP/1.1\r\n\r\n"},
		{texts(f.Cases[1], 0), "GET /a HTTP/1.1\r\nHost: {host}\r\n\r\n"},
		{texts(f.Cases[2], 0), "GET /b|c HTTP/1.1\r\nHost: {host}\r\nX: 1\r\n\r\n"},
	} {
		if tt.got != tt.want {
			t.Errorf("%d: sends %q, want %q", i, tt.got, tt.want)
		}
	}
	if got := f.Cases[2].At("cases/sample.http"); got != "cases/sample.http:26" {
		t.Errorf("the row is at %s", got)
	}
}

// Every mistake is named with its line.
func TestParseErrors(t *testing.T) {
	head := "=== a | P0 | behaviour 1\n"
	ask := head + "ask GET /\n"
	for text, want := range map[string]string{
		"":                                                  "1: the file holds no cases",
		"\xff":                                              "1: the file is not UTF-8",
		"ask GET /":                                         "1: a line outside of a case",
		"=== a":                                             "1: a case begins with",
		"=== A | P0 | behaviour 1":                          "1: the name of a case",
		"=== a--b | P0 | behaviour 1":                       "1: the name of a case",
		"=== a | P9 | behaviour 1":                          "1: the priority",
		"=== a | P0 | behaviour 99":                         "1: the source",
		"=== a | P0 | security X":                           "1: the source",
		head:                                                "1: the case sends nothing",
		ask:                                                 "2: nothing is expected",
		ask + "status 200\n" + ask + "leave":                "4: there are two cases named a",
		ask + "status 20":                                   `3: "20" is no status`,
		ask + "body empty":                                  "3: the first expectation is status",
		ask + "status 200\nbody has":                        "4: a text stands behind has",
		ask + "status 200\nbody ~ (":                        `4: "(" is no regular expression`,
		ask + "status 200\nbody sha256 00":                  "4: a SHA-256 has",
		ask + "status 200\nbody length x":                   "4: it is body length",
		ask + "status 200\nbody looks nice":                 "4: it is body with",
		ask + "status 200\nheader A":                        "4: it is header NAME",
		ask + "status 200\nheader A absent x":               "4: nothing stands behind absent",
		ask + "status 200\ncookies some":                    "4: it is cookies none",
		ask + "status 200\nclosed now":                      "4: closed stands alone",
		ask + "status 200\ngap 1s a":                        "4: it is gap",
		ask + "status 200\nwithin soon":                     `4: "soon" is no duration`,
		ask + "status 200\ninformational 200":               "4: it is informational",
		ask + "status 200\nshrug":                           `4: "shrug" is nothing`,
		ask + "status 200\n> x":                             "4: something is sent after the answer",
		ask + "status 200\n+ A: b":                          "4: header lines stand between",
		ask + "status 200\n= x":                             "4: a body needs ask",
		ask + "leave\nstatus 200":                           "2: an answer that is not read",
		ask + "+ A: \\q\nstatus 200":                        "3: a backslash begins",
		ask + "+ A: \\x4\nstatus 200":                       `3: \x needs two`,
		ask + "> x\nstatus 200":                             "3: ask and > do not mix",
		ask + "=* x y\nstatus 200":                          "3: it is * COUNT TEXT",
		ask + "=* 99999999 yy\nstatus 200":                  "3: it is * COUNT TEXT",
		ask + "pause 1h\nstatus 200":                        `3: "1h" is no duration`,
		ask + "hangup soon":                                 "3: it is hangup",
		head + "ask GET":                                    "2: it is ask METHOD TARGET",
		head + "ask GET /a b\nstatus 200":                   "2: it is ask METHOD TARGET",
		head + "then\nask GET /\nstatus 200":                "2: then needs a request before it",
		ask + "status 200\nanew now\nask GET /\nstatus 200": "4: anew stands alone",
		ask + "status 200\nvariants: base":                  "4: variants stand at the beginning",
		"variants: A\n" + ask + "status 200":                `1: "A" is no name of a variant`,
		ask + "status 200\n| path |\n| x |":                 "4: the first row names the columns",
		ask + "status 200\n| name | Path |\n| x | y |":      `4: "Path" is no name of a column`,
		ask + "status 200\n| name |":                        "4: the table has no rows",
		ask + "status 200\n| name | a |\n| x |":             "5: the row has 1 cells, the table 2 columns",
		ask + "status 200\n| name |\n| X |":                 "5: the name of a row",
		ask + "status 200\n| name | a |\n| x | y |":         `4: no line uses the column "a"`,
		ask + "status $code\n| name |\n| x |":               `3: the table has no column "code"`,
		ask + "status 200\n| name |\n| x |\nclosed":         "6: the rows of a table stand at the end",
		ask + "status 200\n| name |\n| x |\n| x |":          "6: there are two cases named a/x",
	} {
		_, err := Parse("x/f.http", text)
		if err == nil || !strings.Contains(strings.ReplaceAll(err.Error(), "f/a", "a"), "x/f.http:"+want) {
			t.Errorf("%q: %v; want %q", text, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("=== a | P0 | behaviour 1\nask GET /\n+ A: b\n= x\nstatus 200\nheader A ~ b\ncookie a\nbody is x\nthen\n>= GET\n>* 3 x\nshut\nstatus none\n")
	f.Add("variants: base\n=== a | P1* | security C1\n> $a\n>\npause 1ms\nhangup after \\x00\n| name | a |\n| b | - |\n| c | \\| |")
	f.Fuzz(func(t *testing.T, text string) {
		file, err := Parse("f.http", text)
		if (file == nil) == (err == nil) {
			t.Fatalf("%v, %v", file, err)
		}
		if err != nil {
			if !strings.Contains(err.Error(), "f.http:") {
				t.Errorf("%v names no line", err)
			}
			return
		}
		for _, c := range file.Cases {
			if len(c.exchanges) == 0 || c.Line < 1 {
				t.Errorf("%+v", c)
			}
		}
	})
}
