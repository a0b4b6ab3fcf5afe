package site

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"html"
	"math/big"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"sitegen.dev/core/site/seal"
)

type priceProps struct {
	SKU   string
	Count int
	When  time.Time
	Tags  []string
	Label Opt[string]
	Rest  Attrs
	Big   string
	Icon  Node
	Any   any
	Link  *url.URL
	Links map[string]url.URL
	Much  *big.Int
	Raw   []byte
	Has   map[string]struct{}
	Key   string `json:"-"`
	err   error
}

type priceSlots struct {
	Default, Aside Node
	Row            func(n int) Node
}

func keyRing(keys string) (KeyRing, error) { return seal.New(keys) }

func islandKey(t testing.TB, b byte) string {
	t.Helper()
	k, err := seal.NewKey(bytes.NewReader(bytes.Repeat([]byte{b}, 32)))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

const priceID, priceHash = "Price-00000001", "hash1"

func price(w *Writer, page *Page, p priceProps, s priceSlots) error {
	w.S("<b>" + p.SKU + "</b>")
	if v, ok := p.Label.Get(); ok {
		w.S(v)
	}
	V(p.Count).Text(w)
	V(len(p.Big)).Text(w)
	if p.Key != "" {
		w.S(p.Key)
	}
	if p.Link != nil {
		home, raw := p.Links["home"], string(p.Raw)
		w.S(p.Link.String() + home.String() + p.Much.String() + raw)
		if _, ok := p.Has["User"]; ok {
			w.S(" has")
		}
	}
	for _, n := range []Node{s.Default, s.Aside} {
		if n != nil {
			if err := n(w); err != nil {
				return err
			}
		}
	}
	Script(w, page, "s")
	Head(w, page)
	return w.End()
}

// islandApp has a page that holds what defers writes, and the islands.
func islandApp(key string, defers func(w *Writer, page *Page) error) *App {
	plain := func(f func(w *Writer, page *Page) error) func(*Writer, *Page, struct{}, struct{}) error {
		return func(w *Writer, page *Page, _, _ struct{}) error { return f(w, page) }
	}
	return &App{
		Assets: map[string]Asset{"s": {Tag: "<script></script>"}},
		Config: Config{CheckOrigin: true, BodyLimit: 1 << 20},
		Islands: NewIslands(keyRing, key, "",
			NewIsland(priceID, priceHash, "src/Price.gosite", price),
			NewIsland("Other-00000002", priceHash, "src/Other.gosite", price),
			NewIsland("Fails-00000003", "", "src/Fails.gosite", plain(func(*Writer, *Page) error { return errors.New("no stock") })),
			NewIsland("Panics-00000004", "", "src/Panics.gosite", plain(func(*Writer, *Page) error { panic("no stock") })),
			NewIsland("Moves-00000005", "", "src/Moves.gosite", plain(func(_ *Writer, page *Page) error { return page.Redirect("/") })),
			NewIsland("Gone-00000006", "", "src/Gone.gosite", plain(func(_ *Writer, page *Page) error { return page.NotFound() })),
			NewIsland("Caches-00000007", "", "src/Caches.gosite", plain(func(w *Writer, page *Page) error {
				page.Response.Header.Set("Cache-Control", "public, max-age=60")
				page.Cookies.Set(Cookie{Name: "seen", Value: "1"})
				c, _ := page.Cookies.Get("user")
				w.S(c.Value + " " + page.Pattern + " " + page.URL.Path)
				return w.End()
			})),
			NewIsland("Nests-00000008", "", "src/Nests.gosite", plain(func(w *Writer, page *Page) error {
				return Defer(w, page, priceID, priceHash, priceProps{SKU: "inner"}, nil, nil)
			})),
			NewIsland("Rewrites-00000009", "", "src/Rewrites.gosite", plain(func(_ *Writer, page *Page) error { return page.Rewrite("/plain") })),
		),
		Routes: []*Route{page("/", defers), page("/plain", fixed("<html>")), page("/[...all]", fixed("catch-all")),
			{Pattern: "/404", Error: 404, Render: fixed("404 page")}, {Pattern: "/500", Error: 500, Render: fixed("500 page")}},
	}
}

func deferPrice(p priceProps, slots Fills) func(w *Writer, page *Page) error {
	return func(w *Writer, page *Page) error {
		if err := Defer(w, page, priceID, priceHash, p, slots, func(w *Writer) error { w.S("<i>wait</i>"); return nil }); err != nil {
			return err
		}
		return w.End()
	}
}

var marker = regexp.MustCompile(`<script type="application/json" data-sitegen-island="([^"]*)">([^<]*)</script>`)

// requests gives the requests that the loader would make for a page, as "GET /path" or with a body.
func requests(page string) []string {
	var out []string
	for _, m := range marker.FindAllStringSubmatch(page, -1) {
		if m[2] == "" {
			out = append(out, "GET "+html.UnescapeString(m[1]))
		} else {
			out = append(out, "POST "+html.UnescapeString(m[1])+"\nContent-Type: application/json\n\n"+m[2])
		}
	}
	return out
}

func TestIsland(t *testing.T) {
	full := priceProps{SKU: "tea", Count: 3, When: time.Unix(5, 0), Tags: []string{"a"}, Label: When(true, "L"), Rest: Attrs{"a": "b", "n": 1}, Any: "x", Key: "K"}
	slots := Fills{
		"Default": func(w *Writer) error { w.S("<u>in</u>"); return nil },
		"Aside":   nil,
	}
	for _, tt := range []struct {
		name   string
		props  priceProps
		slots  Fills
		method string
		want   string
	}{
		{"nothing", priceProps{}, nil, "GET", "<b></b>00<script></script>"},
		{"props", full, nil, "GET", "<b>tea</b>L30K<script></script>"},
		{"kinds", priceProps{SKU: "pot", Link: &url.URL{Scheme: "https", Host: "a.example", Path: "/a b", RawQuery: "q=1"}, Links: map[string]url.URL{"home": {Path: "/home"}},
			Much: new(big.Int).Lsh(big.NewInt(1), 70), Raw: []byte("\x00raw"), Has: map[string]struct{}{"User": {}}}, nil, "GET",
			"<b>pot</b>00https://a.example/a%20b?q=1/home1180591620717411303424\x00raw has<script></script>"},
		{"slots", priceProps{SKU: "cake"}, slots, "GET", "<b>cake</b>00<u>in</u><script></script>"},
		{"large", priceProps{Big: strings.Repeat("y", 4000)}, slots, "POST", "<b></b>04000<u>in</u><script></script>"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			x := newTester(t, islandApp(islandKey(t, 1), deferPrice(tt.props, tt.slots)), nil)
			got := x.do("GET /").body.String()
			hint := ""
			if u := marker.FindStringSubmatch(got); u != nil && tt.method == "GET" {
				hint = `<link rel="preload" as="fetch" crossorigin="anonymous" href="` + u[1] + `">`
			}
			if !strings.Contains(got, "<!--sitegen-island--><i>wait</i>"+hint+"<script") || strings.Count(got, islandLoader) != 1 {
				t.Fatalf("page: %s %s", got, x.messages())
			}
			if tt.props.SKU != "" && strings.Contains(got, tt.props.SKU) {
				t.Error("the props can be read")
			}
			reqs := requests(got)
			if len(reqs) != 1 || !strings.HasPrefix(reqs[0], tt.method+" /_island/"+priceID) {
				t.Fatalf("requests: %.200q", reqs)
			}
			x.run([]exchangeCase{{reqs[0], "200\nContent-Type: text/html; charset=utf-8\nX-Robots-Tag: noindex\nCache-Control: private, no-store\nSitegen-Island: " + priceID + "\n\n" + tt.want}})
			if tt.method == "GET" {
				_, p, _ := strings.Cut(reqs[0], "?p=")
				form := "POST /_island/" + priceID + "\nContent-Type: application/x-www-form-urlencoded\n"
				x.run([]exchangeCase{
					{form + "Origin: http://example.com\n\np=" + p, "200\n\n" + tt.want},
					{form + "Origin: https://evil.example\n\np=" + p, "403"},
					{"POST /_island/" + priceID + "\nContent-Type: application/json\n\n" + `{"p":"` + p + `"}`, "200\n\n" + tt.want},
					{"HEAD /_island/" + priceID + "?p=" + p, "200\n\n"},
					{reqs[0] + "&dpl=1", "200\n\n" + tt.want},
				})
			}
		})
	}
}

// TestIslandAttacks sends what somebody might make of what a page holds.
func TestIslandAttacks(t *testing.T) {
	key := islandKey(t, 1)
	app := islandApp(key, deferPrice(priceProps{SKU: "tea"}, Fills{"Default": func(w *Writer) error { w.S("<u>in</u>"); return nil }}))
	app.Config.TrailingSlash = "always"
	x := newTester(t, app, nil)
	ring, err := seal.New(key)
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := seal.New(islandKey(t, 2))
	if err != nil {
		t.Fatal(err)
	}
	enc := base64.RawURLEncoding.EncodeToString
	_, good, _ := strings.Cut(requests(x.do("GET /").body.String())[0], "?p=")
	sealed, _ := base64.RawURLEncoding.DecodeString(good)
	flipped := bytes.Clone(sealed)
	flipped[len(flipped)-1] ^= 1
	context := islandContext(priceID, priceHash)
	message := []byte(`{"p":{"SKU":"\"forged\""}}`)
	at := "GET /_island/" + priceID
	post := "POST /_island/" + priceID + "\nContent-Type: application/json\n\n"
	cases := []exchangeCase{
		{at + "?p=" + good, "200"},
		{at, "400"},
		{at + "?p=", "400"},
		{at + "?q=" + good, "400"},
		{at + "?p=" + good + "&p=" + good, "400"},
		{at + "?p=" + good + "=", "400"},
		{at + "?p=%zz", "400"},
		{at + "?p=" + enc(flipped), "400"},
		{at + "?p=" + enc(sealed[:20]), "400"},
		{at + "?p=" + enc([]byte(`{"p":{"SKU":"plain"}}`)), "400"},
		{at + "?p=" + url.QueryEscape(`{"p":{"SKU":"plain"}}`), "400"},
		// The message of one component is none for another, nor for other props, nor for another purpose.
		{"GET /_island/Other-00000002?p=" + good, "400"},
		{at + "?p=" + enc(ring.Seal(message, islandContext(priceID, "hash0"))), "400"},
		{at + "?p=" + enc(ring.Seal(message, nil)), "400"},
		{at + "?p=" + enc(ring.Seal([]byte("<u>in</u>"), context)), "400"},
		{at + "?p=" + enc(foreign.Seal(message, context)), "400"},
		// What another version of the site could have sealed.
		{at + "?p=" + enc(ring.Seal([]byte(`{"p":{"Gone":1}}`), context)), "400"},
		{at + "?p=" + enc(ring.Seal([]byte(`{"p":{"Count":"x"}}`), context)), "400"},
		{at + "?p=" + enc(ring.Seal([]byte(`{"p":{"err":{}}}`), context)), "400"},
		{at + "?p=" + enc(ring.Seal([]byte(`{"s":{"Row":"x"}}`), context)), "400"},
		{at + "?p=" + enc(ring.Seal([]byte(`{"s":{"Nowhere":"x"}}`), context)), "400"},
		{at + "?p=" + enc(ring.Seal(nil, context)), "400"},
		// Names that are not there are refused before anything is read.
		{"GET /_island/Nope-00000001?p=" + good, "404\nX-Robots-Tag: noindex\nCache-Control: no-store"},
		{"GET /_island/", "404"},
		{"GET /_island/" + strings.ToLower(priceID) + "?p=" + good, "404"},
		{"GET /_island/" + priceID + "/?p=" + good, "404"},
		{"GET /_island/" + priceID + "%00?p=" + good, "400"},
		{"GET /_island/../_island/" + priceID + "?p=" + good, "400"},
		{"GET //_island/" + priceID + "?p=" + good, "301\nLocation: /_island/" + priceID + "?p=" + good},
		{"POST /_island/Nope-00000001\nContent-Length: 99999999\n\nx", "404"},
		{"DELETE /_island/Nope-00000001", "404"},
		{"PUT /_island/" + priceID + "?p=" + good, "405\nAllow: GET, HEAD, POST, OPTIONS"},
		{"OPTIONS /_island/" + priceID, "204\nAllow: GET, HEAD, POST, OPTIONS"},
		{at + "?p=" + strings.Repeat("A", 3*maxIslandURL), "414"},
		{post + `{"p":"` + good + `"}`, "200"},
		{post + `{"p":"` + good, "400"},
		{post + `{"p":7}`, "400"},
		{post + `{}`, "400"},
		{post + `null`, "400"},
		{post, "400"},
		{post + strings.Repeat("[", 100_000), "400"},
		{post + strings.Repeat(" ", 1<<20+1), "413"},
		{"POST /_island/" + priceID + "\nContent-Length: 2000000\nContent-Type: application/json\n\n{}", "413"},
		{"POST /_island/" + priceID + "?p=" + good + "\nContent-Type: application/json\n\n{}", "400"},
		{"POST /_island/" + priceID + "\nContent-Type: text/html\n\n" + good, "415"},
		{"POST /_island/" + priceID + "\nContent-Type: text/plain\n\n" + good, "403"},
		{"POST /_island/" + priceID + "\n\n" + good, "403"},
	}
	x.run(cases)
	for _, tt := range cases[1:] {
		if body := x.do(tt.in).body.String(); strings.Contains(body, "forged") || strings.Contains(body, "plain\"") || strings.Contains(tt.want, "40") && strings.Contains(body, "<") {
			t.Errorf("%q answers %q", tt.in, body)
		}
	}
	if m := x.messages(); strings.Contains(m, "the page failed") {
		t.Errorf("an attack is logged as a failure: %s", m)
	}
}

// TestIslandKeys is a deploy: pages of before are answered by the servers of after.
func TestIslandKeys(t *testing.T) {
	first, second := islandKey(t, 1), islandKey(t, 2)
	with := func(built, env string) *tester {
		x := &tester{t: t}
		x.h = NewHandler(islandApp(built, deferPrice(priceProps{SKU: "tea"}, nil)), Host{Getenv: func(name string) string {
			if name == "SITEGEN_KEY" {
				return env
			}
			return ""
		}})
		return x
	}
	request := func(x *tester) string { return requests(x.do("GET /").body.String())[0] }
	old := request(with("", first))
	for _, tt := range []struct {
		name, built, env string
		want             int
	}{
		{"same key", "", first, 200},
		{"new key with the old one behind it", "", second + "," + first, 200},
		{"new key alone", "", second, 400},
		{"that of the build", first, "", 200},
		{"that of the build behind one from outside", first, second, 200},
		{"another build", second, "", 400},
	} {
		if got := with(tt.built, tt.env).do(old); got.status != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got.status, tt.want)
		}
	}
	if request(with("", second+","+first)) != request(with(second, "")) {
		t.Error("the first key does not seal")
	}
	ring, err := seal.New(first)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ keys, mark, want string }{
		{first, ring.Mark(), ""},
		{second + "," + first, ring.Mark(), ""},
		{second, ring.Mark(), "does not hold the key that the site was built with"},
		{"", ring.Mark(), "SITEGEN_KEY is not set"},
		{" ,", "", "SITEGEN_KEY is not set"},
		{"secret", "", "SITEGEN_KEY: key 1 has 4 bytes, not 32; `sitegen create-key` prints one"},
	} {
		app := &App{Islands: NewIslands(keyRing, "", tt.mark)}
		err := app.UseKeys(tt.keys)
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("UseKeys(%q): %v, want %q", tt.keys, err, tt.want)
		}
		if err != nil && tt.keys == "secret" && strings.Contains(err.Error(), "secret") {
			t.Error("the message shows the key")
		}
	}
	if err := new(App).UseKeys("nonsense"); err != nil {
		t.Errorf("a site without islands wants a key: %v", err)
	}
}

func TestIslandAnswers(t *testing.T) {
	names := []string{"Fails-00000003", "Panics-00000004", "Moves-00000005", "Gone-00000006", "Caches-00000007", "Nests-00000008", "Rewrites-00000009"}
	app := islandApp(islandKey(t, 1), func(w *Writer, page *Page) error {
		for _, name := range names {
			if err := Defer(w, page, name, "", struct{}{}, nil, nil); err != nil {
				return err
			}
		}
		return w.End()
	})
	app.Config.Base = "/docs/"
	app.Middleware = func(page *Page, next Handler) error {
		page.Response.Header.Set("X-Middleware", page.Pattern)
		return next(page)
	}
	x := newTester(t, app, memStatic{"500.html": "static 500", "_island/" + priceID: "a file"})
	page := x.do("GET /docs/").body.String()
	if strings.Count(page, islandLoader) != 1 {
		t.Error("the script is not there once")
	}
	reqs := requests(page)
	x.run([]exchangeCase{
		{reqs[0], "500\nX-Robots-Tag: noindex\nX-Middleware: /_island/[island]\nContent-Type: text/plain; charset=utf-8\n\n500 Internal Server Error\n"},
		{reqs[1], "500\nContent-Type: text/plain; charset=utf-8"},
		{reqs[2], "302\nLocation: /\n\n"},
		{reqs[3], "404\n\n"},
		{reqs[4] + "\nCookie: user=ada", "200\nCache-Control: public, max-age=60\nSet-Cookie: seen=1; Path=/; HttpOnly; SameSite=Lax\n\nada /_island/[island] /docs/_island/Caches-00000007"},
		{reqs[6], "200\nSitegen-Island: \n\n<html>"},
		{"GET /_island/" + priceID, "404\n\n404 page"},
		{"GET /docs/_island/" + priceID, "400"},
	})
	nested := x.do(reqs[5]).body.String()
	if strings.Contains(nested, "type=\"module\"") {
		t.Error("the script comes again in an island")
	}
	x.run([]exchangeCase{{requests(nested)[0], "200\n\n<b>inner</b>00<script></script>"}})
	if m := x.messages(); !strings.Contains(m, "no stock") {
		t.Errorf("log: %s", m)
	}
	for _, r := range x.logs {
		if strings.Contains(r.Message, "failed") && !strings.HasPrefix(r.Route, "/_island/") {
			t.Errorf("logged for the route %q", r.Route)
		}
	}
}

// TestDeferRefuses has props that would not arrive as they were.
func TestDeferRefuses(t *testing.T) {
	var d struct {
		F     func()
		C     chan int
		S     struct{ Deep []func() }
		Z     complex128
		I     error
		M     map[float64]int
		Lock  lockLike
		Half  halfMarshaler
		Attrs Attrs
		Self  *selfish
		Node  Node
		Nest  any
		URL   *url.URL
		URLs  map[string][]url.URL
		Deep  struct{ At *url.URL }
	}
	self := &selfish{}
	self.Next = self
	for name, set := range map[string]func(){
		"prop F: func() is a function":                               func() { d.F = func() {} },
		"prop C: chan int is a channel":                              func() { d.C = make(chan int) },
		"in field Deep of struct { Deep []func() }":                  func() { d.S.Deep = []func(){nil} },
		"prop Z: complex128 has no form":                             func() { d.Z = 1 },
		"prop I: error is an interface":                              func() { d.I = errors.New("x") },
		"prop M: map[float64]int has keys":                           func() { d.M = map[float64]int{1: 1} },
		"prop Lock: site.lockLike has no exported fields":            func() { d.Lock.n = 1 },
		"prop Half: site.halfMarshaler has a method MarshalJSON":     func() { d.Half = 1 },
		"prop Attrs: the attribute \"onclick\" has the type site.JS": func() { d.Attrs = Attrs{"onclick": JS("x()")} },
		"prop Self: json: unsupported value: encountered a cycle":    func() { d.Self = self },
		"prop Node: site.Node is a function":                         func() { d.Node = func(*Writer) error { return nil } },
		"prop URL: a URL with a user in it":                          func() { d.URL = &url.URL{Host: "a", User: url.User("ada")} },
		"prop URLs: a URL with a user in it":                         func() { d.URLs = map[string][]url.URL{"a": {{}, {User: url.UserPassword("a", "b")}}} },
		"prop Deep: a URL with a user in it":                         func() { d.Deep.At = &url.URL{User: url.User("")} },
		"prop Nest: json: unsupported type: func()":                  func() { d.Nest = func() {} },
	} {
		zero := d
		set()
		props := d
		d = zero
		x := newTester(t, islandApp(islandKey(t, 1), func(w *Writer, page *Page) error {
			return Defer(w, page, priceID, priceHash, props, nil, nil)
		}), nil)
		got := x.do("GET /")
		if m := x.messages(); got.status != 500 || !strings.Contains(m, name) {
			t.Errorf("%d %s, want %q", got.status, m, name)
		}
		if len(x.logs) > 0 && !strings.Contains(x.logs[0].At, "island_test.go:") {
			t.Errorf("reported at %q", x.logs[0].At)
		}
	}
	app := islandApp(islandKey(t, 1), deferPrice(priceProps{Big: strings.Repeat("x", 2<<20)}, nil))
	x := newTester(t, app, nil)
	if got := x.do("GET /"); got.status != 500 || !strings.Contains(x.messages(), "bytes, and a request may bring 1048576") {
		t.Errorf("too much: %d %s", got.status, x.messages())
	}
	x = newTester(t, islandApp(islandKey(t, 1), deferPrice(priceProps{}, Fills{"Default": func(*Writer) error { return errors.New("slot") }})), nil)
	if got := x.do("GET /"); got.status != 500 || !strings.Contains(x.messages(), "slot") {
		t.Errorf("failing slot: %d %s", got.status, x.messages())
	}
}

type lockLike struct{ n int }

type halfMarshaler int

func (halfMarshaler) MarshalJSON() ([]byte, error) { return []byte("1"), nil }

type selfish struct{ Next *selfish }

// TestDeferStatic holds islands on prerendered pages, the same bytes every time, and in slots and parts.
func TestDeferStatic(t *testing.T) {
	render := func(w *Writer, page *Page) error {
		for range 2 {
			err := Async(w, page, func(w *Writer, page *Page) error {
				return Defer(w, page, priceID, priceHash, priceProps{SKU: "part"}, Fills{"Default": func(w *Writer) error {
					Script(w, page, "s")
					return Defer(w, page, priceID, priceHash, priceProps{SKU: "slot"}, nil, nil)
				}}, nil)
			})
			if err != nil {
				return err
			}
		}
		Script(w, page, "s")
		return w.End()
	}
	var pages []string
	for range 3 {
		app := islandApp("", render)
		app.Routes = []*Route{{Pattern: "/", Prerender: true, Render: render}}
		if err := app.UseKeys(islandKey(t, 1)); err != nil {
			t.Fatal(err)
		}
		pages = append(pages, renderAll(t, app)["index.html"])
	}
	if pages[0] != pages[1] || pages[1] != pages[2] {
		t.Error("the page differs from run to run")
	}
	if strings.Count(pages[0], islandLoader) != 1 || !strings.HasSuffix(pages[0], "<script></script>") {
		t.Errorf("page: %s", pages[0])
	}
	x := newTester(t, islandApp(islandKey(t, 1), fixed("")), nil)
	part := x.do(requests(pages[0])[1]).body.String()
	if !strings.HasPrefix(part, "<b>part</b>00<script></script><!--sitegen-island-->") || strings.Contains(part, islandLoader) {
		t.Errorf("island: %s", part)
	}
	x.run([]exchangeCase{{requests(part)[0], "200\n\n<b>slot</b>00<script></script>"}})
}

func TestDeferWithoutKey(t *testing.T) {
	render := deferPrice(priceProps{}, nil)
	app := &App{Routes: []*Route{{Pattern: "/", Prerender: true, Render: render}}}
	if _, err := app.RenderStatic(context.Background(), app.Routes[0], PathEntry{Render: render}, nil); err == nil {
		t.Error("a page without a key is rendered")
	}
}

func TestOptJSON(t *testing.T) {
	for _, tt := range []struct {
		in   Opt[string]
		want string
	}{{When(true, "a"), `"a"`}, {When(true, ""), `""`}, {When(false, "a"), "null"}} {
		data, err := json.Marshal(tt.in)
		if err != nil || string(data) != tt.want {
			t.Errorf("%v is %s, %v", tt.in, data, err)
		}
		out := When(true, "before")
		if err := json.Unmarshal(data, &out); err != nil || out != tt.in {
			t.Errorf("%s is %v, %v; want %v", data, out, err, tt.in)
		}
	}
}

// FuzzIsland asks for an island with anything. Only what was sealed is rendered, and nothing is a failure of ours.
func FuzzIsland(f *testing.F) {
	key := islandKey(f, 1)
	ring, err := seal.New(key)
	if err != nil {
		f.Fatal(err)
	}
	context := islandContext(priceID, priceHash)
	enc := base64.RawURLEncoding.EncodeToString
	good := enc(ring.Seal([]byte(`{"p":{"SKU":"\"a\""}}`), context))
	f.Add("p="+good, "", "", []byte(nil))
	f.Add("", "application/json", `{"p":"`+good+`"}`, []byte(nil))
	f.Add("", "multipart/form-data; boundary=x", "--x\r\n\r\n\r\n--x--", []byte(nil))
	f.Add("", "", "", []byte(`{"p":{"Count":1e99},"s":{"Default":"<b>"}}`))
	f.Fuzz(func(t *testing.T, query, kind, body string, message []byte) {
		x := newTester(t, islandApp(key, fixed("")), nil)
		in := "GET /_island/" + priceID + "?" + query
		if message != nil {
			in = "GET /_island/" + priceID + "?p=" + enc(ring.Seal(message, context))
		} else if kind != "" {
			in = "POST /_island/" + priceID + "\nContent-Type: " + kind + "\n\n" + body
		}
		if strings.ContainsAny(query+kind, "\n") {
			return
		}
		got := x.do(in)
		if got.status >= 500 {
			t.Errorf("%q: %d %s", in, got.status, x.messages())
		}
		if got.status == 200 && message == nil && !strings.Contains(in+body, good[:20]) {
			t.Errorf("%q is answered", in)
		}
	})
}
