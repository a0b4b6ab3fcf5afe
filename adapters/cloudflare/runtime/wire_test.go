package cloudflare

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"sitegen.dev/core/site"
)

func TestHead(t *testing.T) {
	var req site.Request
	body, err := parseHead("POST\nhttps\nexample.com\n/a?b=c\n192.0.2.1\n1\naccept\n*/*\nx-empty\n\n", &req)
	if err != nil || !body {
		t.Fatalf("body %v, %v", body, err)
	}
	if req.Method != "POST" || req.Scheme != "https" || req.Host != "example.com" || req.Target != "/a?b=c" || req.RemoteAddr != "192.0.2.1" {
		t.Errorf("the request is %+v", &req)
	}
	if req.Header.Len() != 2 || req.Header.Get("Accept") != "*/*" || !req.Header.Has("X-Empty") {
		t.Errorf("the header is %+v", req.Header)
	}
	for _, text := range []string{"", "GET\nhttp", "GET\nhttp\nh\n/\na\n", "GET\nhttp\nh\n/\na\n\nname", "GET\nhttp\nh\n/\na\n\nname\nvalue"} {
		if _, err := parseHead(text, &site.Request{}); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}

func TestAppendHead(t *testing.T) {
	var h site.Header
	h.Add("Set-Cookie", "a=1")
	h.Add("Set-Cookie", "b=2")
	if got := string(appendHead(nil, 201, "Made", &h)); got != "201\nMade\nSet-Cookie\na=1\nSet-Cookie\nb=2\n" {
		t.Errorf("the head is %q", got)
	}
	if got := string(appendHead(nil, 404, "", nil)); got != "404\n\n" {
		t.Errorf("the head is %q", got)
	}
}

func FuzzParseHead(f *testing.F) {
	f.Add("GET\nhttp\nh\n/\na\n\nname\nvalue\n")
	f.Fuzz(func(t *testing.T, text string) {
		var req site.Request
		if _, err := parseHead(text, &req); err == nil && strings.Count(text, "\n") != fixedLines+2*req.Header.Len() {
			t.Errorf("%q has %d headers", text, req.Header.Len())
		}
	})
}

func TestLine(t *testing.T) {
	data := line(&site.LogRecord{Level: site.LevelError, Message: "the page failed", Err: errors.New("a\nb"), Path: "/x", Status: 500}, "ray")
	var got map[string]any
	if err := json.Unmarshal(data, &got); err != nil || got["level"] != "error" || got["error"] != "a\nb" || got["ray"] != "ray" || strings.Contains(string(data), "\n") {
		t.Errorf("%s %v", data, err)
	}
}

func FuzzQuote(f *testing.F) {
	f.Add("a\"\\\n\x00\x1f\u2028é")
	f.Add("\xff")
	f.Fuzz(func(t *testing.T, s string) {
		var got string
		if err := json.Unmarshal(appendQuoted(nil, s), &got); err != nil || utf8.ValidString(s) && got != s {
			t.Errorf("%q became %s, %q, %v", s, appendQuoted(nil, s), got, err)
		}
	})
}
