package sitetest

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"sitegen.dev/core/site"
)

type props struct{ Name string }

type slots struct{ Default site.Node }

var visitor = site.NewKey[string]()

// hello is a component as generated code has them.
func hello(w *site.Writer, page *site.Page, props props, slots slots) error {
	w.S("<p>")
	site.V(props.Name).Text(w)
	w.S(" " + page.Request.Method + " " + page.URL.String() + " " + visitor.Get(page.Locals))
	if slots.Default != nil {
		w.Fail(slots.Default(w))
	}
	w.S("</p>")
	return w.End()
}

func TestRender(t *testing.T) {
	if got, want := Render(t, hello, props{"A & B"}, slots{HTML("<b>tea</b>")}), "<p>A &amp; B GET http://example.com/ <b>tea</b></p>"; got != want {
		t.Errorf("Render = %s; want %s", got, want)
	}
	v := Visit{
		Request: httptest.NewRequest("DELETE", "https://tea.example/a%20b/?x=1", nil),
		Before:  func(p *site.Page) { visitor.Set(p.Locals, "ada") },
	}
	if got, want := RenderOn(t, v, hello, props{}, slots{}), "<p> DELETE https://tea.example/a%20b/?x=1 ada</p>"; got != want {
		t.Errorf("RenderOn = %s; want %s", got, want)
	}
}

// spy is a test that goes on after Fatal, up to the end of the function that called it.
type spy struct {
	testing.TB
	said []string
}

func (s *spy) Helper() {}
func (s *spy) Logf(format string, args ...any) {
	s.said = append(s.said, "log: "+fmt.Sprintf(format, args...))
}
func (s *spy) Errorf(format string, args ...any) {
	s.said = append(s.said, "error: "+fmt.Sprintf(format, args...))
}
func (s *spy) Fatalf(format string, args ...any) {
	s.said = append(s.said, "fatal: "+fmt.Sprintf(format, args...))
	panic(s)
}
func (s *spy) Fatal(args ...any) { s.Fatalf("%s", fmt.Sprint(args...)) }

// told gives what a test says of itself.
func told(t *testing.T, f func(tb testing.TB)) string {
	s := &spy{TB: t}
	func() {
		defer func() {
			if v := recover(); v != nil && v != any(s) {
				panic(v)
			}
		}()
		f(s)
	}()
	return strings.Join(s.said, "\n")
}

func TestRenderFails(t *testing.T) {
	type none struct{}
	for want, f := range map[string]func(tb testing.TB){
		"fatal: the component failed: no tea": func(tb testing.TB) {
			Render(tb, func(*site.Writer, *site.Page, none, none) error { return errors.New("no tea") }, none{}, none{})
		},
		"index out of range": func(tb testing.TB) {
			Render(tb, func(*site.Writer, *site.Page, none, none) error { _ = []int{}[len(tb.Name())*0]; return nil }, none{}, none{})
		},
		"fatal: GET http://example.com/%2e%2e cannot be asked of a site: 400": func(tb testing.TB) {
			RenderOn(tb, Visit{Request: httptest.NewRequest("GET", "http://example.com/%2e%2e", nil)}, hello, props{}, slots{})
		},
	} {
		if got := told(t, f); !strings.Contains(got, want) || !strings.Contains(got, "fatal: ") {
			t.Errorf("the test said %q; want %q", got, want)
		}
	}
}

func app() *site.App {
	return &site.App{
		Config: site.Config{CheckOrigin: true},
		Routes: []*site.Route{
			{Pattern: "/name", Render: func(w *site.Writer, page *site.Page) error {
				if page.Request.Method == "POST" {
					form, err := page.Request.Form()
					if err != nil {
						return err
					}
					page.Cookies.Set(site.Cookie{Name: "name", Value: form.Get("name")})
					return page.Redirect("/name", 303)
				}
				name, _ := page.Cookies.Get("name")
				w.S("name=" + name.Value)
				return w.End()
			}},
			{Pattern: "/broken", Render: func(w *site.Writer, page *site.Page) error { return errors.New("no tea") }},
			{Pattern: "/cut", Type: site.EndpointRoute, Methods: map[string]site.Handler{"GET": func(p *site.Page) error {
				return p.Stream("text/plain", func(w io.Writer) error {
					fmt.Fprint(w, "tea")
					return errors.New("no more tea")
				})
			}}},
		},
	}
}

func TestHandler(t *testing.T) {
	h := Handler(t, app())
	post := func(origin string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("POST", "/name", strings.NewReader("name=ada"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	if w := post(""); w.Code != 403 {
		t.Errorf("a post without an origin: %d", w.Code)
	}
	w := post("http://example.com")
	if w.Code != 303 || w.Header().Get("Location") != "/name" || len(w.Result().Cookies()) != 1 {
		t.Fatalf("the post: %d %v", w.Code, w.Header())
	}
	r := httptest.NewRequest("GET", "/name", nil)
	r.AddCookie(w.Result().Cookies()[0])
	w = httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != 200 || !strings.HasSuffix(w.Body.String(), "name=ada") {
		t.Errorf("the page: %d %s", w.Code, w.Body)
	}
	w = httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("HEAD", "/name", nil))
	if w.Code != 200 || w.Body.Len() > 0 {
		t.Errorf("HEAD: %d, %q", w.Code, w.Body)
	}

	// A real server and client, which come with a RequestURI and without.
	srv := httptest.NewServer(h)
	defer srv.Close()
	res, err := http.Get(srv.URL + "/nothing")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != 404 {
		t.Errorf("a page that is not there: %d", res.StatusCode)
	}
	made, err := http.NewRequest("GET", "http://example.com/name?x=1", nil)
	if err != nil {
		t.Fatal(err)
	}
	w = httptest.NewRecorder()
	h.ServeHTTP(w, made)
	if w.Code != 200 {
		t.Errorf("a request of http.NewRequest: %d", w.Code)
	}
}

func TestHandlerFails(t *testing.T) {
	for path, want := range map[string]string{
		"/broken": "log: GET /broken: ",
		"/cut":    "error: the answer broke off: ",
	} {
		got := told(t, func(tb testing.TB) {
			Handler(tb, app()).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", path, nil))
		})
		if !strings.Contains(got, want) || !strings.Contains(got, "tea") {
			t.Errorf("%s: the test said %q; want %q", path, got, want)
		}
	}
}
