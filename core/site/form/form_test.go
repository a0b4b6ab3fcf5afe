package form_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"sitegen.dev/core/site"
	"sitegen.dev/core/site/form"
	"sitegen.dev/core/site/sitetest"
)

// post is the request of a form.
func post(values url.Values) *http.Request {
	r := httptest.NewRequest("POST", "http://example.com/", strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

// on runs what a page does for a request, and gives what it writes.
func on(t *testing.T, r *http.Request, do func(w *site.Writer, page *site.Page) error) string {
	t.Helper()
	return sitetest.RenderOn(t, sitetest.Visit{Request: r}, func(w *site.Writer, page *site.Page, _, _ struct{}) error { return do(w, page) }, struct{}{}, struct{}{})
}

// readAs reads a form for a request.
func readAs[T any](t *testing.T, r *http.Request, initial T, check func(f *form.Form[T], page *site.Page)) {
	t.Helper()
	on(t, r, func(_ *site.Writer, page *site.Page) error {
		f, err := form.Read(page, initial)
		if err != nil {
			t.Errorf("Read: %v", err)
			return nil
		}
		check(f, page)
		return nil
	})
}

type level string

func (l *level) UnmarshalText(b []byte) error {
	switch level(b) {
	case "low", "high":
		*l = level(b)
		return nil
	}
	return fmt.Errorf("no level: %s", b)
}

type every struct {
	Text    string
	Long    string `minlength:"3" maxlength:"5"`
	Secret  string `form:"password,secret"`
	Mail    string `type:"email"`
	Page    string `type:"url"`
	Size    string `oneof:"small|large"`
	Agree   bool
	Seats   int `min:"1" max:"8"`
	Small   int8
	Count   uint
	Price   float64   `min:"0.5"`
	Day     time.Time `min:"2026-01-01" max:"2026-12-31"`
	At      time.Time `type:"datetime-local"`
	Month   time.Time `type:"month"`
	Clock   time.Time `type:"time"`
	Level   level
	Maybe   *int
	Topics  []string `oneof:"go|html|css"`
	Numbers []int
	hidden  string
	Admin   bool `form:"-"`
}

// Each kind of field, with what a visitor may send for it: its value, or the kind of the problem.
func TestRead(t *testing.T) {
	seven := 7
	at := func(layout, s string) time.Time {
		v, err := time.Parse(layout, s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, tt := range []struct {
		field  string // of the struct
		values url.Values
		want   any // nil: the zero value
		kind   form.Kind
	}{
		{"Text", url.Values{"text": {" a\r\nb "}}, "a\nb", ""},
		{"Text", url.Values{"text": {"first", "second"}}, "first", ""},
		{"Text", url.Values{"text": {"  ", "second"}}, "second", ""},
		{"Text", url.Values{"Text": {"a"}}, nil, ""},
		{"Long", url.Values{"long": {""}}, nil, ""},
		{"Long", url.Values{"long": {"ab"}}, nil, form.TooShort},
		{"Long", url.Values{"long": {"äöü"}}, "äöü", ""},
		{"Long", url.Values{"long": {"a\r\nbc"}}, "a\nbc", ""},
		{"Long", url.Values{"long": {"🍃🍃"}}, "🍃🍃", ""}, // four code units
		{"Long", url.Values{"long": {"🍃🍃🍃"}}, nil, form.TooLong},
		{"Secret", url.Values{"password": {" pass "}}, " pass ", ""},
		{"Mail", url.Values{"mail": {"ada@example.com"}}, "ada@example.com", ""},
		{"Mail", url.Values{"mail": {"ada"}}, nil, form.WrongType},
		{"Page", url.Values{"page": {"https://example.com/x?y"}}, "https://example.com/x?y", ""},
		{"Page", url.Values{"page": {"javascript:alert(1)"}}, nil, form.WrongType},
		{"Page", url.Values{"page": {"//example.com"}}, nil, form.WrongType},
		{"Size", url.Values{"size": {"large"}}, "large", ""},
		{"Size", url.Values{"size": {"huge"}}, nil, form.NotListed},
		{"Agree", url.Values{"agree": {"on"}}, true, ""},
		{"Agree", url.Values{"agree": {"0", "1"}}, true, ""},
		{"Agree", url.Values{"agree": {"0"}}, nil, ""},
		{"Agree", url.Values{}, nil, ""},
		{"Seats", url.Values{"seats": {"8"}}, 8, ""},
		{"Seats", url.Values{"seats": {"9"}}, nil, form.TooLarge},
		{"Seats", url.Values{"seats": {"0"}}, nil, form.TooSmall},
		{"Seats", url.Values{"seats": {"1.5"}}, nil, form.WrongType},
		{"Seats", url.Values{"seats": {"1_0"}}, nil, form.WrongType},
		{"Seats", url.Values{"seats": {"0x1"}}, nil, form.WrongType},
		{"Small", url.Values{"small": {"-128"}}, int8(-128), ""},
		{"Small", url.Values{"small": {"128"}}, nil, form.WrongType},
		{"Count", url.Values{"count": {"-1"}}, nil, form.WrongType},
		{"Price", url.Values{"price": {"2.5e1"}}, 25.0, ""},
		{"Price", url.Values{"price": {"0.4"}}, nil, form.TooSmall},
		{"Price", url.Values{"price": {"NaN"}}, nil, form.WrongType},
		{"Price", url.Values{"price": {"0x1p4"}}, nil, form.WrongType},
		{"Price", url.Values{"price": {"1e999"}}, nil, form.WrongType},
		{"Day", url.Values{"day": {"2026-02-28"}}, at(time.DateOnly, "2026-02-28"), ""},
		{"Day", url.Values{"day": {"2026-02-30"}}, nil, form.WrongType},
		{"Day", url.Values{"day": {"2025-12-31"}}, nil, form.TooSmall},
		{"Day", url.Values{"day": {"2027-01-01"}}, nil, form.TooLarge},
		{"At", url.Values{"at": {"2026-02-28T10:30"}}, at("2006-01-02T15:04", "2026-02-28T10:30"), ""},
		{"At", url.Values{"at": {"2026-02-28T10:30:05"}}, at("2006-01-02T15:04:05", "2026-02-28T10:30:05"), ""},
		{"Month", url.Values{"month": {"2026-02"}}, at("2006-01", "2026-02"), ""},
		{"Clock", url.Values{"clock": {"23:59"}}, at("15:04", "23:59"), ""},
		{"Clock", url.Values{"clock": {"24:00"}}, nil, form.WrongType},
		{"Level", url.Values{"level": {"high"}}, level("high"), ""},
		{"Level", url.Values{"level": {"middle"}}, nil, form.WrongType},
		{"Maybe", url.Values{"maybe": {"7"}}, &seven, ""},
		{"Maybe", url.Values{"maybe": {" "}}, nil, ""},
		{"Topics", url.Values{"topics": {"go", "", "css"}}, []string{"go", "css"}, ""},
		{"Topics", url.Values{"topics": {"go", "perl"}}, nil, form.NotListed},
		{"Numbers", url.Values{"numbers": {"1", "2"}}, []int{1, 2}, ""},
		{"Numbers", url.Values{"numbers": {"1", "two"}}, nil, form.WrongType},
		{"Admin", url.Values{"admin": {"on"}, "Admin": {"on"}, "-": {"on"}}, nil, ""},
		{"hidden", url.Values{"hidden": {"x"}}, nil, ""},
	} {
		t.Run(tt.field+" "+tt.values.Encode(), func(t *testing.T) {
			readAs(t, post(tt.values), every{}, func(f *form.Form[every], page *site.Page) {
				got := reflect.ValueOf(f.Data).FieldByName(tt.field)
				if tt.want == nil && !got.IsZero() || tt.want != nil && !reflect.DeepEqual(got.Interface(), tt.want) {
					t.Errorf("got %v, want %v", got, tt.want)
				}
				var kind form.Kind
				if p := f.Problems(); len(p) == 1 {
					kind = p[0].Kind
				} else if len(p) > 1 {
					t.Errorf("%d problems", len(p))
				}
				if kind != tt.kind || f.OK() != (kind == "") {
					t.Errorf("problem %q, want %q; OK is %v", kind, tt.kind, f.OK())
				}
				if want := map[bool]int{true: 422}[kind != ""]; page.Response.Status != want {
					t.Errorf("status %d, want %d", page.Response.Status, want)
				}
			})
		})
	}
}

// A field that has to be there says what it wants, in words that suit it.
func TestRequired(t *testing.T) {
	type needs struct {
		Name   string       `form:",required"`
		Agree  bool         `form:",required"`
		Size   string       `form:",required" oneof:"s|l"`
		Topics []string     `form:",required"`
		N      *int         `form:"n,required"`
		Photo  *site.File   `form:",required"`
		Notes  []*site.File `form:"-"`
	}
	readAs(t, post(url.Values{"name": {" "}, "agree": {"off"}}), needs{Name: "before"}, func(f *form.Form[needs], page *site.Page) {
		want := []string{"name: Please fill this in.", "agree: Please tick this box.", "size: Please choose one.", "topics: Please choose one.", "n: Please fill this in.", "photo: Please choose a file."}
		var got []string
		for _, p := range f.Problems() {
			got = append(got, p.Field+": "+p.Message)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		if f.Data.Name != "" {
			t.Errorf("name is %q, which was there before", f.Data.Name)
		}
	})
}

func TestFiles(t *testing.T) {
	type upload struct {
		Photo *site.File
		More  []*site.File
	}
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for _, f := range [][3]string{{"photo", "a.png", "png"}, {"more", "b.txt", "b"}, {"more", "c.txt", ""}, {"more", "", ""}} {
		w, err := m.CreateFormFile(f[0], f[1])
		if err != nil {
			t.Fatal(err)
		}
		w.Write([]byte(f[2]))
	}
	m.Close()
	r := httptest.NewRequest("POST", "http://example.com/", &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	readAs(t, r, upload{}, func(f *form.Form[upload], _ *site.Page) {
		if f.Data.Photo == nil || string(f.Data.Photo.Bytes()) != "png" {
			t.Errorf("photo is %v", f.Data.Photo)
		}
		if len(f.Data.More) != 2 || f.Data.More[1].Name != "c.txt" {
			t.Errorf("more is %v", f.Data.More)
		}
		if v := f.Value("photo"); v != "" {
			t.Errorf("the value of a file is %q", v)
		}
	})
}

// What a page says before and after a form was sent.
func TestAttributes(t *testing.T) {
	type signup struct {
		Email  string `form:",required" type:"email" maxlength:"80"`
		Pass   string `form:",required,secret" type:"password" minlength:"8"`
		Seats  int    `min:"1" max:"8"`
		Price  float64
		Day    time.Time `min:"2026-01-01"`
		Text   string    `maxlength:"500"`
		Agree  bool      `form:",required"`
		Size   string    `form:",required" oneof:"s|l"`
		Topics []string  `form:",required"`
		Photo  []*site.File
	}
	show := func(w *site.Writer, f *form.Form[signup]) error {
		line := func(name string, tag string, a site.Attrs) {
			w.S(name)
			site.Spread(w, tag, a)
			w.S("\n")
		}
		for _, name := range []string{"email", "pass", "seats", "price", "day", "agree", "photo"} {
			line("input", "input", f.Input(name))
		}
		line("textarea", "textarea", f.Textarea("text"))
		w.S(f.Value("text") + "\n")
		line("select", "select", f.Select("topics"))
		line("option", "option", f.Option("topics", "go"))
		line("option", "option", f.Option("topics", "css"))
		line("choice", "input", f.Choice("topics", "go"))
		line("choice", "input", f.Choice("size", "l"))
		for _, name := range []string{"email", "seats", ""} {
			if m := f.Message(name); m != nil {
				m(w)
			} else {
				w.S("nothing of " + name)
			}
			w.S("\n")
		}
		return w.Err()
	}
	day := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	initial := signup{Email: "ada@example.com", Pass: "secret pass", Seats: 2, Day: day, Text: "<Hello>", Agree: true, Size: "l", Topics: []string{"go"}}
	got := on(t, httptest.NewRequest("GET", "http://example.com/", nil), func(w *site.Writer, page *site.Page) error {
		f, err := form.Read(page, initial)
		if err != nil {
			return err
		}
		if f.Fail("email", "not said of a form that was not sent"); f.Posted() || f.OK() || len(f.Problems()) > 0 {
			t.Error("it is posted")
		}
		if page.Response.Status != 0 {
			t.Errorf("status %d", page.Response.Status)
		}
		return show(w, f)
	})
	if want := `input maxlength="80" name="email" required type="email" value="ada@example.com"
input minlength="8" name="pass" required type="password"
input max="8" min="1" name="seats" type="number" value="2"
input name="price" step="any" type="number"
input min="2026-01-01" name="day" type="date" value="2026-05-01"
input checked name="agree" required type="checkbox"
input multiple name="photo" type="file"
textarea maxlength="500" name="text"
<Hello>
select multiple name="topics" required
option selected value="go"
option value="css"
choice checked name="topics" type="checkbox" value="go"
choice checked name="size" required type="radio" value="l"
nothing of email
nothing of seats
nothing of 
`; got != want {
		t.Errorf("before: got\n%s\nwant\n%s", got, want)
	}
	got = on(t, post(url.Values{"email": {`"<x>"`}, "pass": {"long enough"}, "seats": {"9"}, "topics": {"css"}, "text": {"a\r\nb"}}), func(w *site.Writer, page *site.Page) error {
		f, err := form.Read(page, initial)
		if err != nil {
			return err
		}
		f.Fail("", "Sold <out>.")
		f.Fail("email", "not said, as there is a message")
		if page.Response.Status != 422 {
			t.Errorf("status %d", page.Response.Status)
		}
		return show(w, f)
	})
	if want := `input aria-describedby="email-error" aria-invalid="true" maxlength="80" name="email" required type="email" value="&#34;&lt;x&gt;&#34;"
input minlength="8" name="pass" required type="password"
input aria-describedby="seats-error" aria-invalid="true" max="8" min="1" name="seats" type="number" value="9"
input name="price" step="any" type="number"
input min="2026-01-01" name="day" type="date"
input aria-describedby="agree-error" aria-invalid="true" name="agree" required type="checkbox"
input multiple name="photo" type="file"
textarea maxlength="500" name="text"
a
b
select multiple name="topics" required
option value="go"
option selected value="css"
choice name="topics" type="checkbox" value="go"
choice aria-describedby="size-error" aria-invalid="true" name="size" required type="radio" value="l"
<p class="form-error" id="email-error">Please enter an email address.</p>
<p class="form-error" id="seats-error">Please enter 8 or less.</p>
<p class="form-error" role="alert">Sold &lt;out&gt;.</p>
`; got != want {
		t.Errorf("after: got\n%s\nwant\n%s", got, want)
	}
}

// A filter has its fields in the query; what is not there, or wrong, is as it was.
func TestQuery(t *testing.T) {
	type filter struct {
		Q     string
		Sort  string `oneof:"date|name"`
		Page  int    `min:"1"`
		Topic []string
	}
	initial := filter{Sort: "date", Page: 1}
	for _, tt := range []struct {
		query  string
		posted bool
		want   filter
		value  string // of page
		fails  int
	}{
		{"", false, initial, "1", 0},
		{"?utm=x", false, initial, "1", 0},
		{"?q=tea&topic=a&topic=b", true, filter{"tea", "date", 1, []string{"a", "b"}}, "1", 0},
		{"?page=3&sort=name", true, filter{"", "name", 3, nil}, "3", 0},
		{"?page=0&sort=size", true, initial, "0", 2},
	} {
		on(t, httptest.NewRequest("GET", "http://example.com/"+tt.query, nil), func(_ *site.Writer, page *site.Page) error {
			f, err := form.Query(page, initial)
			if err != nil {
				return err
			}
			if f.Posted() != tt.posted || !reflect.DeepEqual(f.Data, tt.want) || len(f.Problems()) != tt.fails || f.Value("page") != tt.value {
				t.Errorf("%s: posted %v, data %+v, %d problems, page is %q", tt.query, f.Posted(), f.Data, len(f.Problems()), f.Value("page"))
			}
			if page.Response.Status != 0 {
				t.Errorf("%s: status %d", tt.query, page.Response.Status)
			}
			return nil
		})
	}
}

func TestMessages(t *testing.T) {
	type seats struct {
		Seats int    `max:"8"`
		Name  string `form:",required"`
	}
	say := form.Messages(func(p form.Problem) string {
		if p.Kind == form.TooLarge {
			return "Höchstens " + p.Limit
		}
		return ""
	})
	on(t, post(url.Values{"seats": {"9"}}), func(_ *site.Writer, page *site.Page) error {
		f, err := form.Read(page, seats{}, say)
		if err != nil {
			return err
		}
		if got := f.Error("seats") + "|" + f.Error("name"); got != "Höchstens 8|Please fill this in." {
			t.Errorf("got %q", got)
		}
		return nil
	})
}

// A body that is no form is the visitor's fault, and answered as such.
func TestNoForm(t *testing.T) {
	r := httptest.NewRequest("POST", "http://example.com/", strings.NewReader("{}"))
	r.Header.Set("Content-Type", "application/json")
	on(t, r, func(_ *site.Writer, page *site.Page) error {
		_, err := form.Read(page, every{})
		if e, ok := err.(*site.RequestError); !ok || e.Status != 415 {
			t.Errorf("the error is %v", err)
		}
		return nil
	})
}

// A struct that cannot be a form is told of with the first request.
func TestWrongStructs(t *testing.T) {
	check := func(name string, read func(page *site.Page) error, want string) {
		t.Run(name, func(t *testing.T) {
			on(t, nil, func(_ *site.Writer, page *site.Page) error {
				err := read(page)
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("the error is %v, want %q", err, want)
				}
				return nil
			})
		})
	}
	check("no struct", reading[string], "string is no struct")
	check("a map", reading[struct{ M map[string]string }], ".M has the type map[string]string, which no field of a form comes to")
	check("bytes", reading[struct{ B []byte }], ".B has the type []uint8")
	check("an option", reading[struct {
		A string `form:"a,requierd"`
	}], `.A has "requierd" in its tag, which is neither required nor secret`)
	check("a limit", reading[struct {
		A int `min:"one"`
	}], `.A has the min "one", which is no value of it`)
	check("a limit of a text", reading[struct {
		A string `max:"9"`
	}], ".A has a max, which only numbers and times have")
	check("a length", reading[struct {
		A int `maxlength:"9"`
	}], `.A has the maxlength "9", which must be a number and of a text`)
	check("a list", reading[struct {
		A int `oneof:"1|b"`
	}], `.A has "b" in oneof, which is no value of it`)
	check("a list with blanks", reading[struct {
		A string `oneof:"small | large"`
	}], `.A has "small " in oneof, with blanks around it`)
	check("a pointer too many", reading[struct{ F **site.File }], ".F has the type **site.File, which no field of a form comes to")
	check("a kind of time", reading[struct {
		A time.Time `type:"week"`
	}], "so its type must be date, datetime-local, month or time")
	check("two of a name", reading[struct {
		A string `form:"b"`
		B string
	}], `.B is called "b", as another field is`)
}

func reading[T any](page *site.Page) error {
	var zero T
	_, err := form.Read(page, zero)
	return err
}

// A field that is not there is a mistake of the page.
func TestUnknownField(t *testing.T) {
	on(t, nil, func(_ *site.Writer, page *site.Page) error {
		f, err := form.Read(page, struct{ Email string }{})
		if err != nil {
			return err
		}
		defer func() {
			if got := fmt.Sprint(recover()); !strings.Contains(got, `Input("mail")`) || !strings.Contains(got, "it has email") {
				t.Errorf("it says %q", got)
			}
		}()
		f.Input("mail")
		return nil
	})
}

// Embedded structs are read like their fields, as where two forms share some.
func TestEmbedded(t *testing.T) {
	type Address struct {
		City string `form:",required"`
		Zip  string
	}
	type order struct {
		Address
		Zip string `form:"zip,required"`
	}
	readAs(t, post(url.Values{"city": {"Rome"}, "zip": {"1"}}), order{}, func(f *form.Form[order], _ *site.Page) {
		if f.Data.City != "Rome" || f.Data.Zip != "1" || f.Data.Address.Zip != "" || !f.OK() {
			t.Errorf("%+v %v", f.Data, f.Problems())
		}
	})
}

// A browser sends the addresses of <input type="email" multiple> as one value with commas.
func TestSeveralAddresses(t *testing.T) {
	type invite struct {
		To []string `type:"email"`
	}
	for _, tt := range []struct {
		values []string
		want   []string
		ok     bool
		value  string
	}{
		{[]string{"a@b.c,d@e.f"}, []string{"a@b.c", "d@e.f"}, true, "a@b.c,d@e.f"},
		{[]string{"a@b.c , d@e.f,"}, []string{"a@b.c", "d@e.f"}, true, "a@b.c , d@e.f,"},
		{[]string{"a@b.c", "d@e.f"}, []string{"a@b.c", "d@e.f"}, true, "a@b.c,d@e.f"},
		{[]string{"a@b.c,d"}, nil, false, "a@b.c,d"},
		{[]string{","}, nil, true, ","},
	} {
		readAs(t, post(url.Values{"to": tt.values}), invite{}, func(f *form.Form[invite], _ *site.Page) {
			if !reflect.DeepEqual(f.Data.To, tt.want) || f.OK() != tt.ok || f.Input("to")["value"] != tt.value {
				t.Errorf("%q: got %q, %v, shown as %q", tt.values, f.Data.To, f.OK(), f.Input("to")["value"])
			}
		})
	}
	readAs(t, httptest.NewRequest("GET", "http://example.com/", nil), invite{[]string{"a@b.c", "d@e.f"}}, func(f *form.Form[invite], _ *site.Page) {
		if v := f.Input("to")["value"]; v != "a@b.c,d@e.f" {
			t.Errorf("before: shown as %q", v)
		}
	})
}

// A password is a secret, whether the tag says so or not.
func TestPasswordIsSecret(t *testing.T) {
	type login struct {
		Pass string `type:"password"`
	}
	readAs(t, post(url.Values{"pass": {" hidden "}}), login{}, func(f *form.Form[login], _ *site.Page) {
		if f.Data.Pass != " hidden " || f.Value("pass") != "" || f.Input("pass")["value"] != nil {
			t.Errorf("it is %q, and shown as %q", f.Data.Pass, f.Value("pass"))
		}
	})
}

// Browsers show no time with more than three digits of a second.
func TestTimesForBrowsers(t *testing.T) {
	type meeting struct {
		At time.Time `type:"datetime-local"`
	}
	at := time.Date(2026, 5, 1, 10, 0, 0, 123456789, time.UTC)
	readAs(t, httptest.NewRequest("GET", "http://example.com/", nil), meeting{at}, func(f *form.Form[meeting], _ *site.Page) {
		if v := f.Value("at"); v != "2026-05-01T10:00:00.123" {
			t.Errorf("shown as %q", v)
		}
	})
	readAs(t, httptest.NewRequest("GET", "http://example.com/", nil), meeting{at.Truncate(time.Second).Add(5)}, func(f *form.Form[meeting], _ *site.Page) {
		if v := f.Value("at"); v != "2026-05-01T10:00" {
			t.Errorf("shown as %q", v)
		}
	})
}

// A filter whose number is emptied is sent with that field, which holds nothing.
func TestQueryEmpty(t *testing.T) {
	type filter struct {
		Q    string
		Sort string `oneof:"date|name"`
		Page int    `min:"1"`
		Max  *int
	}
	ten := 10
	initial := filter{Q: "tea", Sort: "date", Page: 1, Max: &ten}
	on(t, httptest.NewRequest("GET", "http://example.com/?q=&sort=&page=+&max=", nil), func(_ *site.Writer, page *site.Page) error {
		f, err := form.Query(page, initial)
		if err != nil {
			return err
		}
		if want := (filter{Sort: "date", Page: 1}); !f.Posted() || !reflect.DeepEqual(f.Data, want) || f.Value("page") != "1" || !f.Has("sort", "date") {
			t.Errorf("%v %+v, page is %q, sort is %q", f.Posted(), f.Data, f.Value("page"), f.Value("sort"))
		}
		return nil
	})
}

// Yes and no as radio buttons: a *bool has to be answered, and no is an answer. A zero that stands in the list is one of its values.
func TestYesNo(t *testing.T) {
	type answer struct {
		Coming *bool `form:",required"`
		Guests int   `oneof:"0|1|2"`
	}
	checked := func(f *form.Form[answer]) (out string) {
		for _, name := range []string{"yes", "no"} {
			if f.Choice("coming", name)["checked"] == true {
				out += name
			}
		}
		for _, n := range []string{"0", "1", "2"} {
			if f.Option("guests", n)["selected"] == true {
				out += n
			}
		}
		return out
	}
	yes, no := true, false
	for _, tt := range []struct {
		initial answer
		want    string
	}{{answer{}, "0"}, {answer{&no, 1}, "no1"}, {answer{&yes, 2}, "yes2"}} {
		readAs(t, httptest.NewRequest("GET", "http://example.com/", nil), tt.initial, func(f *form.Form[answer], _ *site.Page) {
			if got := checked(f); got != tt.want {
				t.Errorf("before: %q, want %q", got, tt.want)
			}
		})
	}
	for _, tt := range []struct {
		values url.Values
		data   *bool
		want   string
		fails  string
	}{
		{url.Values{"coming": {"no"}, "guests": {"0"}}, &no, "no0", ""},
		{url.Values{"coming": {"yes"}, "guests": {"2"}}, &yes, "yes2", ""},
		{url.Values{}, nil, "", "Please choose one."},
	} {
		readAs(t, post(tt.values), answer{}, func(f *form.Form[answer], _ *site.Page) {
			if got := checked(f); got != tt.want || f.Error("coming") != tt.fails || !reflect.DeepEqual(f.Data.Coming, tt.data) {
				t.Errorf("%v: %q, %q, %v", tt.values, got, f.Error("coming"), f.Data.Coming)
			}
		})
	}
}
