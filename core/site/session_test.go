package site

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
)

// visits is a site with sessions, and the time that they see.
type visits struct {
	*tester
	app *App
	now time.Time
}

func newVisits(t *testing.T, driver SessionDriver, routes ...*Route) *visits {
	v := &visits{now: time.Unix(1_000_000, 0)}
	v.app = &App{Sessions: NewSessions(SessionConfig{TTL: time.Hour}, rand.Read), Routes: routes}
	v.app.Sessions.now = func() time.Time { return v.now }
	v.tester = &tester{t: t}
	v.h = NewHandler(v.app, Host{Sessions: driver, Log: func(_ context.Context, r LogRecord) { v.logs = append(v.logs, r) }})
	return v
}

// cookie gives the session's id that an answer sets: "" for none, "-" for one that is taken back.
func sessionOf(t *testing.T, a *memSink) string {
	t.Helper()
	h := Header{lines: a.header}
	id := ""
	for _, line := range h.Values("Set-Cookie") {
		if rest, ok := strings.CutPrefix(line, "session="); ok {
			id, _, _ = strings.Cut(rest, ";")
			if id == "" {
				id = "-"
			}
			if !strings.Contains(line, "; HttpOnly") || !strings.Contains(line, "; SameSite=Lax") || !strings.Contains(line, "; Path=/") {
				t.Errorf("an unsafe cookie: %s", line)
			}
		}
	}
	return id
}

var sessionCount = NewSessionKey[int]("count")

func sessionRoutes() []*Route {
	return []*Route{
		get("/read", func(p *Page) error {
			n, err := sessionCount.Get(p.Session)
			if err != nil {
				return err
			}
			keys, err := p.Session.Keys()
			if err != nil {
				return err
			}
			return p.Text(fmt.Sprint(n, keys))
		}),
		get("/count", func(p *Page) error {
			n, err := sessionCount.Get(p.Session)
			if err == nil {
				err = sessionCount.Set(p.Session, n+1)
			}
			if err != nil {
				return err
			}
			return p.Text(fmt.Sprint(n + 1))
		}),
		get("/short", func(p *Page) error {
			if err := p.Session.Set("short", "x", time.Minute); err != nil {
				return err
			}
			return p.Text("set")
		}),
		get("/drop", func(p *Page) error {
			if err := sessionCount.Delete(p.Session); err != nil {
				return err
			}
			has, err := p.Session.Has("count")
			return errors.Join(err, p.Text(fmt.Sprint(has)))
		}),
		get("/regenerate", func(p *Page) error { return errors.Join(p.Session.Regenerate(), p.Text("new")) }),
		get("/destroy", func(p *Page) error { return errors.Join(p.Session.Destroy(), p.Text("gone")) }),
		get("/destroy-and-set", func(p *Page) error {
			return errors.Join(p.Session.Destroy(), sessionCount.Set(p.Session, 40), p.Text("anew"))
		}),
		get("/alias", func(p *Page) error {
			list := []int{1, 2}
			err := p.Session.Set("list", list)
			list[0] = 9
			var got []int
			_, err2 := p.Session.Get("list", &got)
			return errors.Join(err, err2, p.Text(fmt.Sprint(got)))
		}),
		get("/load", func(p *Page) error {
			ok, err := p.Session.Load(p.URL.Query().Get("id"))
			n, err2 := sessionCount.Get(p.Session)
			id, err3 := p.Session.ID()
			return errors.Join(err, err2, err3, p.Text(fmt.Sprintf("%t %d %s", ok, n, id)))
		}),
		get("/load-and-set", func(p *Page) error {
			_, err := p.Session.Load(p.URL.Query().Get("id"))
			return errors.Join(err, sessionCount.Set(p.Session, 30), p.Text("set"))
		}),
		get("/set-and-load", func(p *Page) error {
			err := sessionCount.Set(p.Session, 50)
			ok, err2 := p.Session.Load(p.URL.Query().Get("id"))
			n, err3 := sessionCount.Get(p.Session)
			return errors.Join(err, err2, err3, p.Text(fmt.Sprint(ok, n)))
		}),
		get("/destroy-and-load", func(p *Page) error {
			id, err := p.Session.ID()
			err2 := p.Session.Destroy()
			ok, err3 := p.Session.Load(id)
			return errors.Join(err, err2, err3, p.Text(fmt.Sprint(ok)))
		}),
		get("/regenerate-and-load", func(p *Page) error {
			err := p.Session.Regenerate()
			ok, err2 := p.Session.Load(p.URL.Query().Get("id"))
			return errors.Join(err, err2, p.Text(fmt.Sprint(ok)))
		}),
		get("/id", func(p *Page) error {
			id, err := p.Session.ID()
			return errors.Join(err, p.Text("id="+id))
		}),
		get("/new-id", func(p *Page) error {
			err := sessionCount.Set(p.Session, 1)
			id, err2 := p.Session.ID()
			return errors.Join(err, err2, p.Text(id))
		}),
		get("/fail", func(p *Page) error { return errors.Join(sessionCount.Set(p.Session, 7), errors.New("failed later")) }),
		page("/late", func(w *Writer, p *Page) error {
			w.S("begun")
			if err := p.Flush(); err != nil {
				return err
			}
			err := sessionCount.Set(p.Session, 1)
			w.S(fmt.Sprint(err != nil))
			return w.End()
		}),
		page("/part", func(w *Writer, p *Page) error {
			err := Async(w, p, func(w *Writer, p *Page) error {
				n, err := sessionCount.Get(p.Session)
				w.S(fmt.Sprint(n, err, p.Session.Set("x", 1) != nil))
				return w.End()
			})
			if err != nil {
				return err
			}
			w.S(" ")
			n, err := sessionCount.Get(p.Session)
			w.S(fmt.Sprint(n))
			return errors.Join(err, w.End())
		}),
	}
}

func TestSession(t *testing.T) {
	v := newVisits(t, nil, sessionRoutes()...)
	do := func(path, id string) (body, sent string) {
		t.Helper()
		text := "GET " + path
		if id != "" {
			text += "\nCookie: session=" + id
		}
		a := v.do(text)
		return a.body.String(), sessionOf(t, a)
	}
	if body, id := do("/read", ""); body != "0 []" || id != "" {
		t.Errorf("a visitor who only reads: %q, cookie %q", body, id)
	}
	body, id := do("/count", "")
	if body != "1" || !isSessionID(id) {
		t.Fatalf("the first value: %q, cookie %q", body, id)
	}
	if body, again := do("/count", id); body != "2" || again != id {
		t.Errorf("the second: %q, cookie %q after %q", body, again, id)
	}
	if body, sent := do("/read", id); body != "2 [count]" || sent != "" {
		t.Errorf("read: %q, cookie %q", body, sent)
	}
	if body, _ := do("/part", id); body != "2 <nil> true 2" {
		t.Errorf("in a part: %q", body)
	}
	if body, sent := do("/late", id); body != "beguntrue" || sent != "" {
		t.Errorf("after the output had begun: %q, cookie %q", body, sent)
	}
	if body, _ := do("/alias", id); body != "[1 2]" {
		t.Errorf("a value that was changed after it was set: %q", body)
	}

	// Somebody else's id, or one that the site never gave, is not taken over.
	for _, forged := range []string{strings.Repeat("0", 32), strings.Repeat("a", 31), strings.ToUpper(id), "../../etc/passwd", id + "x", "x", id[:31] + "%"} {
		if body, sent := do("/count", forged); body != "1" || sent == forged || !isSessionID(sent) || sent == id {
			t.Errorf("the id %q: %q, cookie %q", forged, body, sent)
		}
	}

	// Values and sessions end.
	do("/short", id)
	v.now = v.now.Add(59 * time.Second)
	if body, _ := do("/read", id); body != "2 [count list short]" {
		t.Errorf("within its lifetime: %q", body)
	}
	v.now = v.now.Add(time.Second)
	if body, _ := do("/read", id); body != "2 [count list]" {
		t.Errorf("after its lifetime: %q", body)
	}
	v.now = v.now.Add(time.Hour)
	if body, _ := do("/read", id); body != "0 []" {
		t.Errorf("after the session has ended: %q", body)
	}

	_, id = do("/count", "")
	_, other := do("/regenerate", id)
	if !isSessionID(other) || other == id {
		t.Errorf("regenerated: %q after %q", other, id)
	}
	if body, _ := do("/read", id); body != "0 []" {
		t.Errorf("the old id after that: %q", body)
	}
	if body, _ := do("/read", other); body != "1 [count]" {
		t.Errorf("the new one: %q", body)
	}
	if body, sent := do("/drop", other); body != "false" || sent != other {
		t.Errorf("deleted: %q, cookie %q", body, sent)
	}
	_, anew := do("/destroy-and-set", other)
	if body, _ := do("/read", anew); body != "40 [count]" || anew == other {
		t.Errorf("destroyed and set: %q", body)
	}
	if _, sent := do("/destroy", anew); sent != "-" {
		t.Errorf("destroyed: cookie %q", sent)
	}
	if body, _ := do("/read", anew); body != "0 []" {
		t.Errorf("after that: %q", body)
	}
	if _, sent := do("/destroy", ""); sent != "" {
		t.Errorf("nothing destroyed: cookie %q", sent)
	}

	// A session whose id comes another way than by the cookie.
	_, id = do("/count", "")
	_, mine := do("/count", "")
	if body, sent := do("/load?id="+id, ""); body != "true 1 "+id || sent != id {
		t.Errorf("loaded: %q, cookie %q", body, sent)
	}
	if body, sent := do("/load?id="+id, mine); body != "true 1 "+id || sent != id {
		t.Errorf("loaded in place of another: %q, cookie %q", body, sent)
	}
	if body, _ := do("/read", mine); body != "1 [count]" {
		t.Errorf("the other one after that: %q", body)
	}
	for _, wrong := range []string{"", strings.Repeat("0", 32), "../x", strings.ToUpper(id)} {
		if body, sent := do("/load?id="+wrong, mine); body != "false 1 "+mine || sent != "" {
			t.Errorf("loaded %q: %q, cookie %q", wrong, body, sent)
		}
		if body, sent := do("/load?id="+wrong, ""); body != "false 0 " || sent != "" {
			t.Errorf("loaded %q without a session: %q, cookie %q", wrong, body, sent)
		}
	}
	if _, sent := do("/load-and-set?id="+id, mine); sent != id {
		t.Errorf("loaded and set: cookie %q", sent)
	}
	if body, _ := do("/read", id); body != "30 [count]" {
		t.Errorf("after that: %q", body)
	}
	if body, sent := do("/set-and-load?id="+id, mine); body != "true 30" || sent != id {
		t.Errorf("set and loaded: %q, cookie %q", body, sent)
	}
	if body, _ := do("/read", mine); body != "1 [count]" {
		t.Errorf("what was set before another session was loaded is saved: %q", body)
	}
	if body, sent := do("/id", id); body != "id="+id || sent != "" {
		t.Errorf("the id: %q, cookie %q", body, sent)
	}
	if body, sent := do("/id", ""); body != "id=" || sent != "" {
		t.Errorf("the id of no session: %q, cookie %q", body, sent)
	}
	if body, sent := do("/new-id", ""); !isSessionID(body) || body != sent {
		t.Errorf("the id of a new one: %q, cookie %q", body, sent)
	}

	// What is over is not taken up again.
	if body, sent := do("/destroy-and-load", id); body != "false" || sent != "-" {
		t.Errorf("destroyed and loaded: %q, cookie %q", body, sent)
	}
	_, id = do("/count", "")
	if body, sent := do("/regenerate-and-load?id="+id, mine); body != "true" || sent != id {
		t.Errorf("regenerated and loaded: %q, cookie %q", body, sent)
	}
	if body, _ := do("/read", mine); body != "0 []" {
		t.Errorf("the old id after that: %q", body)
	}

	a := v.do("GET /fail")
	if a.status != 500 || !isSessionID(sessionOf(t, a)) {
		t.Errorf("set by an endpoint that fails: %d, %v", a.status, a.header)
	}
}

// A request that began before somebody signed out does not bring the session back, however long it takes.
func TestSessionEndsMeanwhile(t *testing.T) {
	for _, tt := range []struct{ meanwhile, then string }{
		{"/destroy", "set"}, {"/destroy", "regenerate"}, {"/destroy", "delete"}, {"/regenerate", "set"}, {"/regenerate", "regenerate"},
	} {
		var v *visits
		id := ""
		v = newVisits(t, nil, append(sessionRoutes(), get("/slow", func(p *Page) error {
			n, err := sessionCount.Get(p.Session)
			v.do("GET " + tt.meanwhile + "\nCookie: session=" + id)
			switch tt.then {
			case "set":
				err = errors.Join(err, sessionCount.Set(p.Session, n+10))
			case "regenerate":
				err = errors.Join(err, p.Session.Regenerate())
			case "delete":
				err = errors.Join(err, sessionCount.Delete(p.Session))
			}
			return errors.Join(err, p.Text("done"))
		}))...)
		id = sessionOf(t, v.do("GET /count"))
		a := v.do("GET /slow\nCookie: session=" + id)
		if sent := sessionOf(t, a); a.status != 200 || sent != "" {
			t.Errorf("%s, then %s: %d, cookie %q", tt.meanwhile, tt.then, a.status, sent)
		}
		if a := v.do("GET /read\nCookie: session=" + id); a.body.String() != "0 []" {
			t.Errorf("%s, then %s: the old id gives %q", tt.meanwhile, tt.then, a.body.String())
		}
		if len(v.logs) != 1 || v.logs[0].Level != LevelInfo {
			t.Errorf("%s, then %s: %v", tt.meanwhile, tt.then, v.logs)
		}
	}
}

// idsDriver notes the ids that it is asked for.
type idsDriver struct {
	memorySessions
	ids []string
}

func (d *idsDriver) Load(ctx context.Context, id string) ([]byte, error) {
	d.ids = append(d.ids, id)
	return d.memorySessions.Load(ctx, id)
}

// What a visitor sends in place of an id never reaches a driver, for which it may be the name of a file.
func TestSessionIDsOfDrivers(t *testing.T) {
	d := &idsDriver{}
	v := newVisits(t, d, sessionRoutes()...)
	for _, sent := range []string{"", "..", "../../etc/passwd", "..%2f..", "/etc/passwd", "x", strings.Repeat("0", 31), strings.Repeat("0", 33),
		strings.Repeat("A", 32), strings.Repeat("g", 32), strings.Repeat("0", 31) + "/", strings.Repeat("0", 31) + "\x00", strings.Repeat("0", 31) + "\u0660"} {
		v.do("GET /count\nCookie: session=" + sent)
	}
	if len(d.ids) > 0 {
		t.Errorf("the driver was asked for %q", d.ids)
	}
	if v.do("GET /read\nCookie: session=" + strings.Repeat("0", 32)); len(d.ids) != 1 {
		t.Errorf("the driver was asked for %q", d.ids)
	}
}

// Without random bytes there is no session, rather than one with an id that can be guessed.
func TestSessionWithoutRandom(t *testing.T) {
	v := newVisits(t, nil, sessionRoutes()...)
	v.app.Sessions.random = func(b []byte) (int, error) { return 0, errors.New("there is nothing random") }
	if a := v.do("GET /count"); a.status != 500 || sessionOf(t, a) != "" || len(v.logs) != 1 {
		t.Errorf("%d, cookie %q, %v", a.status, sessionOf(t, a), v.logs)
	}
}

// brokenDriver fails.
type brokenDriver struct{ load, save error }

func (d brokenDriver) Load(context.Context, string) ([]byte, error) { return nil, d.load }
func (d brokenDriver) Save(context.Context, string, []byte, time.Time) error {
	return d.save
}
func (d brokenDriver) Delete(context.Context, string) error { return nil }

func TestSessionDriverFails(t *testing.T) {
	id := strings.Repeat("0", 32)
	for name, driver := range map[string]brokenDriver{"load": {load: errors.New("a secret")}, "save": {save: errors.New("a secret")}} {
		v := newVisits(t, driver, sessionRoutes()...)
		a := v.do("GET /count\nCookie: session=" + id)
		if a.status != 500 || sessionOf(t, a) != "" || strings.Contains(a.body.String(), "secret") || len(v.logs) != 1 {
			t.Errorf("%s: %d %q %v", name, a.status, a.body.String(), v.logs)
		}
	}
}

// idDriver is told of every id, and has a session for each.
type idDriver struct{ ids []string }

func (d *idDriver) Load(_ context.Context, id string) ([]byte, error) {
	d.ids = append(d.ids, id)
	return []byte(`{"u":9999999999,"v":{"count":{"d":8}}}`), nil
}
func (d *idDriver) Save(_ context.Context, id string, _ []byte, _ time.Time) error {
	d.ids = append(d.ids, id)
	return nil
}
func (d *idDriver) Delete(_ context.Context, id string) error {
	d.ids = append(d.ids, id)
	return nil
}

// Nothing that a visitor makes up reaches a driver, for which an id may be the name of a file.
func TestSessionIDsThatAreNone(t *testing.T) {
	good := strings.Repeat("0a", 16)
	for _, id := range []string{"", "x", "..", "../../etc/passwd", "/etc/passwd", `..\..\x`, "%2e%2e%2f", strings.ToUpper(good), good[1:], good + "0", good[:31] + "g", good[:31] + "/",
		good[:31] + "\x00", good[:31] + "%", good[:30] + "é", `"` + good + `"`, " " + good[1:]} {
		d := &idDriver{}
		v := newVisits(t, d, sessionRoutes()...)
		for _, path := range []string{"/read", "/count", "/regenerate", "/destroy", "/load?id=" + url.QueryEscape(id)} {
			v.do("GET " + path + "\nCookie: session=" + id)
		}
		for _, got := range d.ids {
			if !isSessionID(got) || strings.EqualFold(got, id) {
				t.Errorf("with the cookie %q the driver is asked for %q", id, got)
			}
		}
	}
	d := &idDriver{}
	if a := newVisits(t, d, sessionRoutes()...).do("GET /read\nCookie: session=" + good); a.body.String() != "8 [count]" || len(d.ids) != 1 || d.ids[0] != good {
		t.Errorf("with an id: %q, the driver is asked for %q", a.body.String(), d.ids)
	}
}

func TestSessionIsOff(t *testing.T) {
	app := &App{Routes: sessionRoutes()}
	x := newTester(t, app, nil)
	if a := x.do("GET /count"); a.status != 500 || len(x.logs) == 0 || !strings.Contains(x.logs[0].Err.Error(), "sessions are off") {
		t.Errorf("%d %v", a.status, x.logs)
	}
	on := &App{Sessions: NewSessions(SessionConfig{}, rand.Read), Routes: []*Route{{Pattern: "/", Prerender: true, Render: func(_ *Writer, p *Page) error {
		_, err := p.Session.Has("x")
		return err
	}}}}
	_, err := on.RenderStatic(t.Context(), on.Routes[0], PathEntry{Render: on.Routes[0].Render}, nil)
	var early *PrerenderError
	if !errors.As(err, &early) || early.What != "page.Session.Has" {
		t.Errorf("while prerendering: %v", err)
	}
}

func TestMemorySessionsAreBounded(t *testing.T) {
	var m memorySessions
	until := time.Now().Add(time.Hour)
	for i := range maxMemorySessions + 10 {
		m.Save(t.Context(), fmt.Sprint(i), nil, until)
	}
	if len(m.byID) != maxMemorySessions {
		t.Errorf("%d sessions are kept", len(m.byID))
	}
}

// What caches keep is for everybody, so that a session cannot be asked once it is on its way to them.
func TestSessionBehindKeptHead(t *testing.T) {
	var first, second error
	v := newVisits(t, nil, &Route{Pattern: "/x", Render: func(w *Writer, p *Page) error {
		p.Cache(Cache{MaxAge: time.Minute})
		w.S("head")
		p.Flush()
		_, first = sessionCount.Get(p.Session)
		_, second = sessionCount.Get(p.Session)
		return nil
	}})
	a := v.do("GET /x")
	if h := (&Header{lines: a.header}).Get("CDN-Cache-Control"); h != "public, max-age=60" {
		t.Errorf("CDN-Cache-Control %q", h)
	}
	if first != errKeptSession || second != errKeptSession {
		t.Errorf("got %v, %v", first, second)
	}
}

// Text that JSON cannot hold is refused: it would come back as something else.
func TestSessionTextIsUTF8(t *testing.T) {
	const bad = "a\xffb"
	for _, tt := range []struct {
		name, key string
		value     any
		ok        bool
	}{
		{"a key", bad, 1, false},
		{"a text", "k", bad, false},
		{"within", "k", map[string][]string{"a": {"b", bad}}, false},
		{"a key within", "k", map[string]int{bad: 1}, false},
		{"bytes", "k", []byte(bad), true},
		{"a replacement character", "k\ufffd", "a\ufffdb", true},
		{"what looks like an escape", `k\ufffd`, `a\ufffd\\ufffd`, true},
		{"other text", "ключ", "日本\x00\"\u2028<", true},
	} {
		v := newVisits(t, nil, get("/set", func(p *Page) error {
			if err := p.Session.Set(tt.key, tt.value); err != nil {
				return err
			}
			return p.Text("set")
		}), get("/has", func(p *Page) error {
			has, err := p.Session.Has(tt.key)
			if err != nil {
				return err
			}
			return p.Text(fmt.Sprint(has))
		}))
		a := v.do("GET /set")
		if ok := a.status == 200; ok != tt.ok {
			t.Errorf("%s: status %d", tt.name, a.status)
		}
		if !tt.ok {
			if len(v.logs) != 1 || !strings.Contains(v.logs[0].Err.Error(), "UTF-8") || !strings.Contains(v.logs[0].At, "session_test.go:") {
				t.Errorf("%s: the log says %v", tt.name, v.logs)
			}
			continue
		}
		if got := v.do("GET /has\nCookie: session=" + sessionOf(t, a)); got.body.String() != "true" {
			t.Errorf("%s: is it there? %s", tt.name, got.body.String())
		}
	}
}
