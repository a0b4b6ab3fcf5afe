package site

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"
	"unicode/utf8"
)

// SessionDriver keeps the sessions of all visitors: a map, a folder, the key-value store of a platform. It is safe for use
// by several goroutines. What it is given is opaque; ids are 32 hexadecimal digits and are safe as the names of files.
type SessionDriver interface {
	// Load gives what was saved for an id, or nil when there is nothing, or nothing any more.
	Load(ctx context.Context, id string) ([]byte, error)
	// Save keeps data for an id until the time given, in place of what was there. It must not keep the slice.
	Save(ctx context.Context, id string, data []byte, until time.Time) error
	// Delete forgets an id; one that does not exist is no error.
	Delete(ctx context.Context, id string) error
}

// SessionConfig is what site.yaml says about sessions.
type SessionConfig struct {
	Driver string        // "memory", "file" or "platform": what the adapter is to give as Host.Sessions
	Dir    string        // of driver "file"
	TTL    time.Duration // how long a session lives after it was last written; 0 is 24 hours
	Cookie Cookie        // its name, "" for "session", and attributes; the value is ours
}

// Sessions is what a site with sessions links beside its pages. Everything about them is reached through it, so that they
// cost nothing elsewhere.
type Sessions struct {
	SessionConfig
	random func([]byte) (int, error)
	now    func() time.Time
	memory memorySessions // where the host gives no driver
	open   func(*Sessions, *exchange) *Session
	commit func(*Sessions, *exchange) error
}

// NewSessions makes the Sessions of an App. random is Read of crypto/rand, which this package does not import.
func NewSessions(c SessionConfig, random func([]byte) (int, error)) *Sessions {
	if c.TTL <= 0 {
		c.TTL = 24 * time.Hour
	}
	if c.Cookie.Name == "" {
		c.Cookie.Name = "session"
	}
	return &Sessions{SessionConfig: c, random: random, now: time.Now, open: (*Sessions).session, commit: (*Sessions).save}
}

// Session holds values of one visitor from one request to the next. Nothing is loaded before it is asked for, and no cookie
// is sent before something is set. Values are kept as JSON, so a later change of what was set does not change the session.
// What is set is saved, as a whole, when the answer begins; of two requests at once, the later one wins, and what is set in a
// session that the other has ended or given another id is dropped.
//
// On a page that is prerendered every method panics, since there is no visitor.
type Session struct {
	*sessionState
	part bool // of a component with server:async, which can change nothing
}

// sessionState is shared by a page and its parts.
type sessionState struct {
	of *Sessions
	x  *exchange

	mu       sync.Mutex
	loaded   bool
	loadErr  error
	id       string // under which the driver has it, or is to have it; "" for none
	from     string // under which the driver had the values; "" for none
	values   map[string]sessionValue
	changed  bool
	closed   bool // the header is on its way
	kept     bool // and lets caches keep the answer
	renew    bool // give it another id
	destroy  bool
	obsolete []string // ids to forget
}

type sessionValue struct {
	Data  json.RawMessage `json:"d"`
	Until int64           `json:"u,omitempty"` // Unix seconds; 0 for the whole life of the session
}

// storedSession is what a driver keeps.
type storedSession struct {
	Until  int64                   `json:"u"`
	Values map[string]sessionValue `json:"v"`
}

// maxSession bounds what one session may hold, in bytes of JSON.
const maxSession = 1 << 20

var (
	errNoSessions  = errors.New("sessions are off: write `session: {driver: memory}` into site.yaml")
	errLateSession = errors.New("the session was changed after the output had begun: change it before page.Flush and before a large page's first rows")
	errKeptSession = errors.New("the session was asked for after an answer that caches may keep had begun: ask it before page.Flush, or leave out page.Cache and `const revalidate`")
	errPartSession = errors.New("the session was changed in a component with server:async, whose output may come after that of the page has begun: change it in the page, or render the component in place")
)

func (s *Sessions) session(x *exchange) *Session {
	return &Session{sessionState: &sessionState{of: s, x: x}}
}

// forPart gives the session as a component with server:async has it.
func (s *Session) forPart() *Session {
	if s == nil {
		return nil
	}
	return &Session{s.sessionState, true}
}

func (s *Sessions) driver(x *exchange) SessionDriver {
	if x.host != nil && x.host.Sessions != nil {
		return x.host.Sessions
	}
	return &s.memory
}

// begin is called by every method, with the name that the author wrote.
func (s *Session) begin(method string, write bool) error {
	if s == nil {
		return errNoSessions
	}
	if s.x.prerender {
		panic(&PrerenderError{What: "page.Session." + method})
	}
	if write && s.part {
		return errPartSession
	}
	s.mu.Lock()
	if write && s.closed {
		s.mu.Unlock()
		return errLateSession
	}
	if s.kept {
		s.mu.Unlock()
		return errKeptSession
	}
	if err := s.load(); err != nil {
		s.mu.Unlock()
		return err
	}
	return nil
}

// unused says whether nothing of the session was asked for, and from then on refuses to give anything: the answer is for
// whoever asks next, too.
func (s *Session) unused() bool {
	if s == nil {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept = !s.loaded
	return s.kept
}

func (s *sessionState) load() error {
	if s.loaded {
		return s.loadErr
	}
	s.loaded, s.values = true, map[string]sessionValue{}
	id, _ := s.x.cookies.GetRaw(s.of.Cookie.Name)
	_, s.loadErr = s.take(id)
	return s.loadErr
}

// take makes the session the one with an id, if there is one. An id that is unknown is not taken over: what is set gets one
// of ours.
func (s *sessionState) take(id string) (bool, error) {
	if !isSessionID(id) {
		return false, nil
	}
	data, err := s.of.driver(s.x).Load(s.x.ctx, id)
	if err != nil {
		return false, errors.Join(errors.New("the session cannot be loaded"), err)
	}
	var stored storedSession
	now := s.of.now().Unix()
	if data == nil || json.Unmarshal(data, &stored) != nil || stored.Until <= now {
		return false, nil
	}
	s.id, s.from, s.values = id, id, stored.Values
	if s.values == nil {
		s.values = map[string]sessionValue{}
	}
	maps.DeleteFunc(s.values, func(_ string, v sessionValue) bool { return v.Until != 0 && v.Until <= now })
	return true, nil
}

// Load makes the session the one with an id, which came another way than by the cookie: from an app, or with the link of a
// mail. It says whether there is such a session; if not, nothing changes. What was set before and not saved is dropped, and the
// visitor's cookie names the session from then on.
//
// Whoever knows the id of a session has the session. Take none from an address that somebody else could have made up: he would have
// the visitor put things into a session of his own.
func (s *Session) Load(id string) (bool, error) {
	if err := s.begin("Load", true); err != nil {
		return false, err
	}
	defer s.mu.Unlock()
	if slices.Contains(s.obsolete, id) {
		return false, nil
	}
	old, renew := s.id, s.renew
	ok, err := s.take(id)
	if ok {
		if renew && old != "" && old != id {
			s.obsolete = append(s.obsolete, old) // worthless, as Regenerate has promised
		}
		s.changed, s.renew, s.destroy = true, renew && old == id, false
	}
	return ok, err
}

// ID gives the id of the session, which is as good as a password, and "" while there is nothing in the session. Of one that
// is new or regenerated it is the new one.
func (s *Session) ID() (string, error) {
	if err := s.begin("ID", false); err != nil {
		return "", err
	}
	defer s.mu.Unlock()
	if s.changed && !s.destroy && !s.closed && !s.part {
		if err := s.name(); err != nil {
			return "", err
		}
	}
	return s.id, nil
}

// name gives an id to a session that has none, or is to have another.
func (s *sessionState) name() error {
	if s.id != "" && !s.renew {
		return nil
	}
	var raw [sessionIDSize]byte
	if _, err := s.of.random(raw[:]); err != nil {
		return err
	}
	if s.id != "" {
		s.obsolete = append(s.obsolete, s.id)
	}
	s.id, s.renew = hex.EncodeToString(raw[:]), false
	return nil
}

// isSessionID says whether a text has the form of an id. Everything that reaches a driver does.
func isSessionID(s string) bool {
	if len(s) != 2*sessionIDSize {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !isDigit(c) && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// sessionIDSize is in bytes: nobody guesses 128 bits.
const sessionIDSize = 16

// Get reads a value into a pointer, and says whether there is one.
func (s *Session) Get(key string, into any) (bool, error) {
	if err := s.begin("Get", false); err != nil {
		return false, err
	}
	v, ok := s.values[key]
	s.mu.Unlock()
	if !ok {
		return false, nil
	}
	return true, json.Unmarshal(v.Data, into)
}

// Set stores a value: whatever encoding/json can write and read again. Text that is not UTF-8, in the key too, is an error:
// JSON has none. Bytes are kept as they are. With a lifetime it is gone sooner than the session.
func (s *Session) Set(key string, v any, lifetime ...time.Duration) error {
	data, err := json.Marshal(v)
	switch {
	case err != nil:
		return err
	case !utf8.ValidString(key):
		return misuse("the key " + quoteShort(key) + " of the session is not UTF-8")
	case replacedText(data):
		return misuse("the value of " + quoteShort(key) + " for the session holds text that is not UTF-8: set it as a []byte")
	}
	if err := s.begin("Set", true); err != nil {
		return err
	}
	defer s.mu.Unlock()
	value := sessionValue{Data: data}
	if len(lifetime) > 0 {
		value.Until = s.of.now().Add(lifetime[0]).Unix()
	}
	s.values[key] = value
	s.changed, s.destroy = true, false
	return nil
}

// replacedText says whether encoding/json has written an escape in place of bytes that are no text. It writes U+FFFD itself
// without one.
func replacedText(data []byte) bool {
	for i := 0; i < len(data); i++ {
		if data[i] == '\\' {
			if bytes.HasPrefix(data[i:], []byte(`\ufffd`)) {
				return true
			}
			i++
		}
	}
	return false
}

// Has says whether there is a value.
func (s *Session) Has(key string) (bool, error) {
	if err := s.begin("Has", false); err != nil {
		return false, err
	}
	defer s.mu.Unlock()
	_, ok := s.values[key]
	return ok, nil
}

// Keys gives the keys of all values, sorted.
func (s *Session) Keys() ([]string, error) {
	if err := s.begin("Keys", false); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.values)), nil
}

// Delete removes a value.
func (s *Session) Delete(key string) error {
	if err := s.begin("Delete", true); err != nil {
		return err
	}
	defer s.mu.Unlock()
	if _, ok := s.values[key]; ok {
		delete(s.values, key)
		s.changed = true
	}
	return nil
}

// Regenerate gives the session another id and makes the old one worthless. Call it when somebody signs in, so that an id
// that somebody else knows is not worth more than before.
func (s *Session) Regenerate() error {
	if err := s.begin("Regenerate", true); err != nil {
		return err
	}
	defer s.mu.Unlock()
	s.changed, s.renew = true, true
	return nil
}

// Destroy removes all values, the session itself and its cookie.
func (s *Session) Destroy() error {
	if err := s.begin("Destroy", true); err != nil {
		return err
	}
	defer s.mu.Unlock()
	clear(s.values)
	s.from = ""
	if s.id != "" {
		s.obsolete = append(s.obsolete, s.id)
		s.id = ""
	}
	s.changed, s.destroy = true, true
	return nil
}

// save stores what was changed, and sets the cookie. It is called before the answer begins, so that a failure can still
// show the error page.
func (s *Sessions) save(x *exchange) error {
	one := x.page.Session
	one.mu.Lock()
	defer one.mu.Unlock()
	one.closed = true
	if !one.changed {
		return nil
	}
	one.changed = false
	driver := s.driver(x)
	if one.destroy {
		if err := one.forget(driver); err != nil {
			return err
		}
		if x.cookies.Has(s.Cookie.Name) {
			x.cookies.Delete(s.Cookie.Name, s.Cookie)
		}
		return nil
	}
	if one.from != "" {
		// Another request may have ended the session since this one began, to sign out: what is saved now would bring it back.
		kept, err := s.kept(x, driver, one.from)
		if err != nil {
			return err
		}
		if !kept {
			x.log(LevelInfo, "what was set in the session is dropped: another request has ended it meanwhile", nil)
			return one.forget(driver)
		}
	}
	if err := one.name(); err != nil {
		return err
	}
	until := s.now().Add(s.TTL)
	data, err := json.Marshal(storedSession{Until: until.Unix(), Values: one.values})
	if err != nil {
		return err
	}
	if len(data) > maxSession {
		return misuse("the session takes more than a megabyte: keep identifiers in it, and the rest in a database")
	}
	if err := driver.Save(x.ctx, one.id, data, until); err != nil {
		return errors.Join(errors.New("the session cannot be saved"), err)
	}
	if err := one.forget(driver); err != nil {
		return err
	}
	cookie := s.Cookie
	cookie.Value, cookie.MaxAge = one.id, max(int(s.TTL/time.Second), 1)
	x.cookies.Set(cookie)
	return nil
}

// kept says whether a driver still has a session.
func (s *Sessions) kept(x *exchange, driver SessionDriver, id string) (bool, error) {
	data, err := driver.Load(x.ctx, id)
	if err != nil {
		return false, errors.Join(errors.New("the session cannot be loaded"), err)
	}
	var stored struct {
		Until int64 `json:"u"`
	}
	return data != nil && json.Unmarshal(data, &stored) == nil && stored.Until > s.now().Unix(), nil
}

// forget deletes what has gone by the ids that the session had before.
func (s *sessionState) forget(driver SessionDriver) error {
	for _, id := range s.obsolete {
		if err := driver.Delete(s.x.ctx, id); err != nil {
			return errors.Join(errors.New("the session cannot be deleted"), err)
		}
	}
	s.obsolete = nil
	return nil
}

// SessionKey is a typed key of a session. Make one per value in a package variable of your own and share that:
//
//	var Cart = site.NewSessionKey[[]Item]("cart")
//
//	items, err := Cart.Get(page.Session)
//	err = Cart.Set(page.Session, append(items, item))
type SessionKey[T any] struct{ name string }

// NewSessionKey makes a key of a name.
func NewSessionKey[T any](name string) SessionKey[T] { return SessionKey[T]{name} }

// Get gives the value, or the zero T when there is none.
func (k SessionKey[T]) Get(s *Session) (T, error) {
	v, _, err := k.Lookup(s)
	return v, err
}

// Lookup gives the value and whether there is one.
func (k SessionKey[T]) Lookup(s *Session) (v T, ok bool, err error) {
	ok, err = s.Get(k.name, &v)
	return v, ok, err
}

// Set stores the value; see Session.Set.
func (k SessionKey[T]) Set(s *Session, v T, lifetime ...time.Duration) error {
	return s.Set(k.name, v, lifetime...)
}

// Delete removes the value.
func (k SessionKey[T]) Delete(s *Session) error { return s.Delete(k.name) }

// memorySessions keeps sessions in the memory of the process: they end with it, and another process does not know them.
type memorySessions struct {
	mu   sync.Mutex
	byID map[string]memorySession
	next time.Time // when those that have ended are looked for
}

type memorySession struct {
	data  []byte
	until time.Time
}

// maxMemorySessions bounds what visitors can make a process keep; beyond it, others have to go.
const maxMemorySessions = 100_000

func (m *memorySessions) Load(_ context.Context, id string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.byID[id].data, nil
}

func (m *memorySessions) Save(_ context.Context, id string, data []byte, until time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.byID == nil {
		m.byID = map[string]memorySession{}
	}
	now := time.Now()
	if now.After(m.next) {
		m.next = now.Add(time.Minute)
		maps.DeleteFunc(m.byID, func(_ string, s memorySession) bool { return now.After(s.until) })
	}
	if _, known := m.byID[id]; !known && len(m.byID) >= maxMemorySessions {
		for other := range m.byID { // any one
			delete(m.byID, other)
			break
		}
	}
	m.byID[id] = memorySession{slices.Clone(data), until}
	return nil
}

func (m *memorySessions) Delete(_ context.Context, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.byID, id)
	return nil
}
