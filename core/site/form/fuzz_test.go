package form_test

import (
	"net/http/httptest"
	"net/url"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"sitegen.dev/core/site"
	"sitegen.dev/core/site/form"
	"sitegen.dev/core/site/sitetest"
)

// roundTrip are the fields whose values come out of a form as they went in.
type roundTrip struct {
	Text   string `maxlength:"20"`
	Mail   string `type:"email"`
	Page   string `type:"url"`
	Agree  bool
	Seats  int `min:"1" max:"8"`
	Small  uint8
	Price  float64   `min:"0.5"`
	Day    time.Time `min:"2026-01-01"`
	At     time.Time `type:"datetime-local"`
	Month  time.Time `type:"month"`
	Level  level
	Maybe  *int
	Topics []string `oneof:"go|html|css"`
}

// FuzzRead reads whatever is sent. What comes out is within the limits, and a form that shows it sends it again.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"text=a&mail=a%40b.c&page=https%3A%2F%2Fx.y&agree=on&seats=3&small=255&price=0.5&day=2026-02-28&at=2026-02-28T10%3A30%3A01.5&month=2026-02&level=low&maybe=0&topics=go&topics=css",
		"text=%F0%9F%8D%83%0D%0A&seats=9&price=1e-300&day=0000-00-00&at=2026-02-28+10%3A30", "topics=&topics=+go+&agree=&agree=0", "seats=+8&small=-0&maybe=-1",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		first, ok := posted(t, body)
		if !ok {
			return
		}
		d := first.Data
		if d.Seats < 0 || d.Seats > 8 || d.Price != 0 && d.Price < 0.5 || len([]rune(d.Text)) > 20 || d.Level != "" && d.Level != "low" && d.Level != "high" || !d.Day.IsZero() && d.Day.Year() < 2026 {
			t.Errorf("%q comes to %+v", body, d)
		}
		again := url.Values{}
		read(t, d, func(shown *form.Form[roundTrip]) {
			for _, name := range []string{"text", "mail", "page", "seats", "small", "price", "day", "at", "month", "level", "maybe"} {
				if v := shown.Value(name); v != "" {
					again.Set(name, v)
				}
			}
			if shown.Has("agree", "on") {
				again.Set("agree", "on")
			}
			again["topics"] = d.Topics
		})
		second, ok := posted(t, again.Encode())
		if !ok || len(second.Problems()) > 0 || !reflect.DeepEqual(second.Data, d) {
			t.Errorf("%q comes to %+v, which is sent as %q and comes to %+v: %v", body, d, again.Encode(), second.Data, second.Problems())
		}
	})
}

// posted reads a body; ok is false where it is no form.
func posted(t *testing.T, body string) (f *form.Form[roundTrip], ok bool) {
	t.Helper()
	r := httptest.NewRequest("POST", "http://example.com/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	sitetest.RenderOn(t, sitetest.Visit{Request: r}, func(_ *site.Writer, page *site.Page, _, _ struct{}) error {
		var err error
		f, err = form.Read(page, roundTrip{})
		ok = err == nil
		return nil
	}, struct{}{}, struct{}{})
	return f, ok
}

// read gives the form of a page that was only asked for.
func read(t *testing.T, d roundTrip, do func(*form.Form[roundTrip])) {
	t.Helper()
	sitetest.RenderOn(t, sitetest.Visit{}, func(_ *site.Writer, page *site.Page, _, _ struct{}) error {
		f, err := form.Read(page, d)
		if err != nil {
			t.Error(err)
			return nil
		}
		do(f)
		return nil
	}, struct{}{}, struct{}{})
}

// email is the expression of the HTML standard.
var email = regexp.MustCompile("^[a-zA-Z0-9.!#$%&'*+\\/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$")

// FuzzEmail holds the addresses against the expression.
func FuzzEmail(f *testing.F) {
	for _, seed := range []string{"a@b", "a@b.c", "a.@b", "@b", "a@", "a@-b", "a@b-", "a@b..c", "a@b@c", "ä@b", "a b@c", "a@" + strings.Repeat("x", 63), "a@" + strings.Repeat("x", 64)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.TrimSpace(strings.ToValidUTF8(s, "\uFFFD"))
		if s == "" || strings.ContainsAny(s, "\r\n") {
			return
		}
		form, ok := posted(t, url.Values{"mail": {s}}.Encode())
		if !ok {
			return
		}
		if got, want := form.Data.Mail == s, email.MatchString(s); got != want {
			t.Errorf("%q is an address: %v, want %v", s, got, want)
		}
	})
}
