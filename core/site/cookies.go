package site

import (
	"encoding/json"
	"iter"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Cookie is a cookie as it was received, which is Name and Value, or as it is to be set.
//
// Unless Plain is set, a cookie is sent with safe defaults: Path=/, HttpOnly, SameSite=Lax, and Secure when the site is
// asked over https. Fields that are set take the place of their default.
type Cookie struct {
	Name  string
	Value string // any text: it is percent-encoded when it is sent and decoded when it is read

	Path        string
	Domain      string
	MaxAge      int       // seconds; 0 leaves it to Expires, less than 0 deletes the cookie
	Expires     time.Time // zero, without MaxAge: until the browser is closed
	Secure      bool
	HTTPOnly    bool
	SameSite    SameSite
	Partitioned bool
	Priority    string // "Low", "Medium" or "High"

	Plain bool // without the defaults: only the attributes that are set here are sent
	Raw   bool // Value is sent as it is; it has to be encoded already
}

// SameSite says on which requests from other sites a browser sends a cookie.
type SameSite int

// The values of SameSite. The zero value is Lax, or no attribute when the cookie is Plain.
const (
	SameSiteDefault SameSite = iota
	SameSiteLax
	SameSiteStrict
	SameSiteNone
)

// Int reads the value as a decimal number. With an error the number is 0.
func (c Cookie) Int() (int, error) {
	n, err := strconv.Atoi(c.Value)
	if err != nil {
		return 0, err
	}
	return n, nil
}

// Float reads the value as a number. NaN and infinities are none: no comparison would notice them. With an error the
// number is 0.
func (c Cookie) Float() (float64, error) {
	f, err := strconv.ParseFloat(c.Value, 64)
	if err != nil {
		return 0, err
	}
	if f-f != 0 {
		return 0, &strconv.NumError{Func: "ParseFloat", Num: c.Value, Err: strconv.ErrSyntax}
	}
	return f, nil
}

// Bool is false for "", "0" and "false", and true for every other value.
func (c Cookie) Bool() bool { return c.Value != "" && c.Value != "0" && c.Value != "false" }

// JSON reads the value as JSON into v, a pointer.
func (c Cookie) JSON(v any) error { return json.Unmarshal([]byte(c.Value), v) }

// Cookies are the cookies of the request, and those that the answer will set. What is set or deleted is seen by later
// reads in the same request. They are kept over rewrites, redirects, own responses and error pages. The zero value has
// no cookies of a request; it can be filled and given to Merge.
type Cookies struct {
	received    []Cookie // decoded, first of a name first
	set         []setCookie
	req         *Request
	parsed      bool
	prerendered bool
	sent        refuser // told of changes that come too late; nil before that
	err         error
}

type setCookie struct {
	cookie  Cookie
	line    string
	deleted bool
	plain   *string // the value before a CookieCodec
}

// read gives the cookie as later reads in the same request see it.
func (s *setCookie) read() (Cookie, bool) {
	if s.deleted {
		return Cookie{}, false
	}
	c := s.cookie
	if s.plain != nil {
		c.Value, c.Raw = *s.plain, false
	}
	return c, true
}

func (c *Cookies) use(method string) {
	if c.prerendered {
		panic(&PrerenderError{What: "page.Cookies." + method})
	}
	if c.parsed || c.req == nil {
		return
	}
	c.parsed = true
	for i := range c.req.Header.lines {
		if l := &c.req.Header.lines[i]; equalFold(l.Name, "Cookie") {
			c.received = parseCookies(c.received, l.Value)
		}
	}
}

// maxReceived bounds what a request can make All and Get look through; browsers send 180 for one site at most.
const maxReceived = 3000

// parseCookies appends the cookies of a Cookie header. Pairs without a name or a "=" are left out.
func parseCookies(out []Cookie, s string) []Cookie {
	for pair := range strings.SplitSeq(s, ";") {
		name, value, ok := strings.Cut(pair, "=")
		name = strings.Trim(name, " \t")
		if !ok || name == "" {
			continue
		}
		if len(out) == maxReceived {
			return out
		}
		value = strings.Trim(value, " \t")
		if len(value) >= 2 && value[0] == '"' && value[len(value)-1] == '"' {
			value = value[1 : len(value)-1]
		}
		out = append(out, Cookie{Name: name, Value: value})
	}
	return out
}

// Get gives the cookie of that name and whether there is one. A value that cannot be decoded is given as it came.
func (c *Cookies) Get(name string) (Cookie, bool) {
	c.use("Get")
	if s := c.find(name); s != nil {
		return s.read()
	}
	for i := range c.received {
		if c.received[i].Name == name {
			return decoded(c.received[i]), true
		}
	}
	return Cookie{}, false
}

func decoded(c Cookie) Cookie {
	if v, ok := unescape(c.Value); ok && utf8.ValidString(v) {
		c.Value = v
	}
	return c
}

// GetRaw gives the value as it was received, for those with an encoding of their own.
func (c *Cookies) GetRaw(name string) (string, bool) {
	c.use("GetRaw")
	for i := range c.received {
		if c.received[i].Name == name {
			return c.received[i].Value, true
		}
	}
	return "", false
}

// CookieCodec is an encoding for the values of cookies in place of the usual one, which is that of encodeURIComponent: for
// cookies that another program reads or writes, or for values that are signed.
type CookieCodec struct {
	// Encode makes of a value what is sent. It may hold what RFC 6265 allows: printable ASCII without blanks, quotes,
	// commas, semicolons and backslashes.
	Encode func(value string) string
	// Decode is the way back. An error says that the visitor has sent something else, and the cookie counts as absent.
	Decode func(raw string) (value string, err error)
}

// GetWith is Get for a cookie with another encoding. A cookie that Decode refuses is not there.
func (c *Cookies) GetWith(codec CookieCodec, name string) (Cookie, bool) {
	c.use("GetWith")
	if s := c.find(name); s != nil {
		return s.read()
	}
	raw, ok := c.GetRaw(name)
	if !ok {
		return Cookie{}, false
	}
	value, err := codec.Decode(raw)
	if err != nil {
		return Cookie{}, false
	}
	return Cookie{Name: name, Value: value}, true
}

// SetWith is Set for a cookie with another encoding. Later reads in the same request see the value as it was before that.
func (c *Cookies) SetWith(codec CookieCodec, cookie Cookie) {
	c.use("SetWith")
	value := cookie.Value
	cookie.Value, cookie.Raw = codec.Encode(value), true
	if c.store(cookie, false) {
		c.find(cookie.Name).plain = &value
	}
}

// Has says whether there is a cookie of that name.
func (c *Cookies) Has(name string) bool {
	c.use("Has") // the name that a prerendered page is told
	_, ok := c.Get(name)
	return ok
}

// All gives the cookies that Get would find: first those received, then those set.
func (c *Cookies) All() iter.Seq[Cookie] {
	c.use("All")
	return func(yield func(Cookie) bool) {
		for i, r := range c.received {
			if c.find(r.Name) == nil && firstOf(c.received, r.Name) == i && !yield(decoded(r)) {
				return
			}
		}
		for i := range c.set {
			if cookie, ok := c.set[i].read(); ok && !yield(cookie) {
				return
			}
		}
	}
}

func firstOf(cookies []Cookie, name string) int {
	for i := range cookies {
		if cookies[i].Name == name {
			return i
		}
	}
	return -1
}

func (c *Cookies) find(name string) *setCookie {
	for i := range c.set {
		if c.set[i].cookie.Name == name {
			return &c.set[i]
		}
	}
	return nil
}

// Set sends a cookie with the answer. Of several with one name the last is sent. A cookie that browsers would refuse or
// cut (a bad name, attributes that contradict a __Host- or __Secure- prefix, more than 4096 bytes) is not sent: the page
// is answered with the 500 page and the log names the line.
func (c *Cookies) Set(cookie Cookie) {
	c.use("Set")
	c.store(cookie, false)
}

// SetJSON sends a cookie whose value is v as JSON.
func (c *Cookies) SetJSON(cookie Cookie, v any) error {
	c.use("SetJSON")
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	cookie.Value = string(data)
	c.store(cookie, false)
	return nil
}

// Delete makes the browser drop a cookie. One that was set with a path or domain is dropped only with the same: they are
// taken from at.
func (c *Cookies) Delete(name string, at ...Cookie) {
	c.use("Delete")
	var cookie Cookie
	if len(at) > 0 {
		cookie = at[0]
	}
	cookie.Name, cookie.Value, cookie.MaxAge, cookie.Expires = name, "", -1, time.Time{}
	c.store(cookie, true)
}

// Merge sets the cookies that other sets; they win.
func (c *Cookies) Merge(other *Cookies) {
	c.use("Merge")
	for _, s := range other.set {
		if c.store(s.cookie, s.deleted) {
			c.find(s.cookie.Name).plain = s.plain
		}
	}
	if c.err == nil {
		c.err = other.err
	}
}

// Lines gives the Set-Cookie lines that will be sent, in the order in which the names were first set.
func (c *Cookies) Lines() []string {
	out := make([]string, len(c.set))
	for i := range c.set {
		out[i] = c.set[i].line
	}
	return out
}

// store says whether the cookie will be sent.
func (c *Cookies) store(cookie Cookie, deleted bool) bool {
	if c.sent != nil {
		c.sent.late("cookie "+cookie.Name, callerOutside())
		return false
	}
	line, problem := cookie.line(c.req != nil && c.req.secure())
	if problem != "" {
		if c.err == nil {
			c.err = misuse("cookie " + quoteShort(cookie.Name) + ": " + problem)
		}
		return false
	}
	deleted = deleted || cookie.MaxAge < 0
	entry := setCookie{cookie: cookie, line: line, deleted: deleted}
	if s := c.find(cookie.Name); s != nil {
		*s = entry
		return true
	}
	c.set = append(c.set, entry)
	return true
}

// maxCookie is what browsers take for name and value together.
const maxCookie = 4096

// line gives the Set-Cookie line, or what is wrong.
func (c *Cookie) line(secure bool) (line, problem string) {
	v := *c
	host, prefixed := foldPrefix(v.Name, "__Host-"), foldPrefix(v.Name, "__Secure-") || foldPrefix(v.Name, "__Host-")
	if !v.Plain {
		if v.Path == "" {
			v.Path = "/"
		}
		v.HTTPOnly = true
		if v.SameSite == SameSiteDefault {
			v.SameSite = SameSiteLax
		}
		v.Secure = v.Secure || secure || prefixed || v.Partitioned || v.SameSite == SameSiteNone
	}
	if problem := v.problem(host, prefixed); problem != "" {
		return "", problem
	}
	var b strings.Builder
	b.WriteString(v.Name)
	b.WriteByte('=')
	if v.Raw {
		b.WriteString(v.Value)
	} else {
		encodeComponent(&b, v.Value)
	}
	if b.Len() > maxCookie {
		return "", "name and value take " + strconv.Itoa(b.Len()) + " bytes, browsers drop what is over " + strconv.Itoa(maxCookie)
	}
	v.attributes(&b)
	return b.String(), ""
}

func (c *Cookie) problem(host, prefixed bool) string {
	switch {
	case !isToken(c.Name):
		return "the name is no token (letters, digits, hyphens)"
	case c.Raw && !isCookieValue(c.Value):
		return "the raw value holds a blank, a quote, a comma, a semicolon, a backslash or something that is not ASCII; encode it, or leave Raw out"
	case !isAttribute(c.Path) || c.Path != "" && c.Path[0] != '/':
		return "the path " + quoteShort(c.Path) + " does not begin with a slash, or holds a semicolon or control character"
	case !isDomain(c.Domain):
		return "the domain " + quoteShort(c.Domain) + " is not the name of a host"
	case host && (c.Path != "/" || c.Domain != ""):
		return "the prefix __Host- needs Path / and no Domain"
	case prefixed && !c.Secure:
		return "the prefixes __Host- and __Secure- need Secure"
	case c.SameSite == SameSiteNone && !c.Secure:
		return "SameSiteNone needs Secure"
	case c.Partitioned && !c.Secure:
		return "Partitioned needs Secure"
	case c.SameSite < SameSiteDefault || c.SameSite > SameSiteNone:
		return "SameSite has no such value"
	case !c.Expires.IsZero() && (c.Expires.Year() < 1601 || c.Expires.Year() > 9999):
		return "Expires is not between the years 1601 and 9999"
	}
	switch c.Priority {
	case "", "Low", "Medium", "High":
		return ""
	}
	return `Priority is "Low", "Medium" or "High"`
}

func (c *Cookie) attributes(b *strings.Builder) {
	if c.Domain != "" {
		b.WriteString("; Domain=")
		b.WriteString(strings.TrimPrefix(c.Domain, "."))
	}
	if c.Path != "" {
		b.WriteString("; Path=")
		b.WriteString(c.Path)
	}
	switch {
	case c.MaxAge > 0:
		b.WriteString("; Max-Age=")
		b.WriteString(strconv.Itoa(c.MaxAge))
	case c.MaxAge < 0:
		b.WriteString("; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT")
	}
	if c.MaxAge >= 0 && !c.Expires.IsZero() {
		b.WriteString("; Expires=")
		b.WriteString(c.Expires.UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT"))
	}
	if c.HTTPOnly {
		b.WriteString("; HttpOnly")
	}
	if c.Secure {
		b.WriteString("; Secure")
	}
	switch c.SameSite {
	case SameSiteLax:
		b.WriteString("; SameSite=Lax")
	case SameSiteStrict:
		b.WriteString("; SameSite=Strict")
	case SameSiteNone:
		b.WriteString("; SameSite=None")
	}
	if c.Priority != "" {
		b.WriteString("; Priority=")
		b.WriteString(c.Priority)
	}
	if c.Partitioned {
		b.WriteString("; Partitioned")
	}
}

// encodeComponent escapes what encodeURIComponent of JavaScript does, so that scripts read the value as it was set.
func encodeComponent(b *strings.Builder, s string) {
	for i := range len(s) {
		writeEscaped(b, s[i], unreservedByte(s[i]) || strings.IndexByte("!*'()", s[i]) >= 0)
	}
}

// isCookieValue is cookie-value of RFC 6265, without the quotes.
func isCookieValue(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f || c == '"' || c == ',' || c == ';' || c == '\\' {
			return false
		}
	}
	return true
}

func isAttribute(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == ';' {
			return false
		}
	}
	return true
}

// isDomain says whether a cookie can name the host; none at all is fine, a lone dot is not.
func isDomain(s string) bool {
	if s == "." {
		return false
	}
	s = strings.TrimPrefix(s, ".")
	for i := range len(s) {
		if c := s[i]; !isLetter(c) && !isDigit(c) && c != '-' && c != '.' && c != '_' {
			return false
		}
	}
	return true
}
