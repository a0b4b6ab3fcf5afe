// Package probe is what the routes of the fixture share: it writes down what a page sees, in lines that a case can look
// for.
package probe

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"sitegen.dev/core/site"
)

// Trace is what the middleware hands to pages.
var Trace = site.NewKey[string]()

// User is a value that only some requests have.
var User = site.NewKey[*Account]()

// Account is the type of User.
type Account struct{ Name string }

// Log collects the order in which the middleware and the page ran.
var Log = site.NewKey[*[]string]()

// Mark adds a step to the order.
func Mark(page *site.Page, step string) {
	log := Log.Get(page.Locals)
	if log == nil {
		log = new([]string)
		Log.Set(page.Locals, log)
	}
	*log = append(*log, step)
}

// Order gives the steps so far.
func Order(page *site.Page) string {
	if log := Log.Get(page.Locals); log != nil {
		return strings.Join(*log, ",")
	}
	return ""
}

// Echo answers with everything about the request, its body included.
func Echo(page *site.Page) error {
	page.Response.Header.Set("X-Method", page.Request.Method) // for HEAD, whose answer has no body
	data, err := page.Request.Bytes()
	if err != nil {
		return err
	}
	return page.Text(Lines(page) + Body(data))
}

// Lines describes the request without its body, one fact a line.
func Lines(page *site.Page) string {
	var b strings.Builder
	line := func(name, value string) { fmt.Fprintf(&b, "%s=%s\n", name, value) }
	r := page.Request
	line("method", r.Method)
	line("url", page.URL.String())
	line("scheme", page.URL.Scheme)
	line("host", page.URL.Host)
	line("path", page.URL.Path)
	line("rawpath", page.URL.EscapedPath())
	line("query", page.URL.RawQuery)
	line("pattern", page.Pattern)
	line("origin", page.OriginPath)
	line("client", page.ClientAddr())
	line("site", page.Site.String())
	line("base", page.Base())
	line("prerendered", strconv.FormatBool(page.Prerendered))
	line("trace", Trace.Get(page.Locals))
	if u := User.Get(page.Locals); u != nil {
		line("user", u.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(page.Params)) {
		line("param."+name, strconv.Quote(page.Params[name]))
	}
	for name := range r.Header.All() {
		if n := strings.ToLower(name); strings.HasPrefix(n, "x-") || n == "content-type" || n == "cookie" || n == "user-agent" || n == "accept" {
			line("header."+n, r.Header.Get(name))
		}
	}
	return b.String()
}

// Body describes a body.
func Body(data []byte) string {
	sum := sha256.Sum256(data)
	s := fmt.Sprintf("length=%d\nsha256=%s\n", len(data), hex.EncodeToString(sum[:]))
	if len(data) <= 4096 {
		s += "body=" + strconv.QuoteToASCII(string(data)) + "\n"
	}
	return s
}

// Params writes the parameters of a route, so that pages can show them.
func Params(page *site.Page) string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(page.Params)) {
		out = append(out, name+"="+page.Params[name])
	}
	if len(out) == 0 {
		return "none"
	}
	return strings.Join(out, " ")
}

// Read reads the body in the way that the query asks for.
func Read(page *site.Page) error {
	r := page.Request
	switch as := page.URL.Query().Get("as"); as {
	case "bytes":
		data, err := r.Bytes()
		if err != nil {
			return err
		}
		return page.Text(Body(data))
	case "text":
		s, err := r.Text()
		if err != nil {
			return err
		}
		return page.Text("text=" + strconv.Quote(s) + "\n")
	case "json":
		var v struct {
			Name string
			List []int
		}
		if err := r.JSON(&v); err != nil {
			return err
		}
		return page.Text(fmt.Sprintf("name=%q list=%v\n", v.Name, v.List))
	case "form":
		return form(page)
	case "parts":
		return parts(page)
	case "stream":
		sum, n, reads := sha256.New(), 0, 0
		buf := make([]byte, 1000)
		for {
			k, err := r.Body.Read(buf)
			sum.Write(buf[:k])
			n += k
			reads++
			if err == io.EOF {
				return page.Text(fmt.Sprintf("length=%d\nsha256=%s\n", n, hex.EncodeToString(sum.Sum(nil))))
			}
			if err != nil {
				return err
			}
		}
	case "twice":
		a, err := r.Bytes()
		if err != nil {
			return err
		}
		b, err := r.Text()
		if err != nil {
			return err
		}
		return page.Text(fmt.Sprintf("%d %d %t\n", len(a), len(b), string(a) == b))
	case "own":
		if _, err := r.Bytes(); err != nil {
			var fault *site.RequestError
			if errors.As(err, &fault) {
				return page.Text(fmt.Sprintf("handled %d\n", fault.Status), 422)
			}
			return err
		}
		return page.Text("fits\n")
	case "none":
		return page.Text("unread\n")
	default:
		return page.Text("unknown "+as+"\n", 400)
	}
}

func form(page *site.Page) error {
	f, err := page.Request.Form()
	if err != nil {
		return err
	}
	var b strings.Builder
	seen := map[string]bool{}
	n := 0
	for name, value := range f.Fields() {
		if n++; n <= 50 {
			fmt.Fprintf(&b, "field %q=%q\n", name, value)
		}
		seen[name] = true
	}
	fmt.Fprintf(&b, "fields=%d\n", n)
	for _, name := range slices.Sorted(maps.Keys(seen)) {
		if all := f.All(name); len(all) > 1 && len(all) < 20 {
			fmt.Fprintf(&b, "all %q=%q first=%q\n", name, all, f.Get(name))
		}
	}
	for _, name := range []string{"file", "files", "upload"} {
		for _, file := range f.Files(name) {
			sum := sha256.Sum256(file.Bytes())
			fmt.Fprintf(&b, "file %q name=%q type=%q size=%d sha256=%s\n", file.Field, file.Name, file.ContentType, file.Size, hex.EncodeToString(sum[:4]))
		}
	}
	return page.Text(b.String())
}

func parts(page *site.Page) error {
	var b strings.Builder
	for part, err := range page.Request.Parts() {
		if err != nil {
			return err
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "part %q file=%t name=%q length=%d\n", part.Field, part.IsFile, part.FileName, len(data))
	}
	return page.Text(b.String())
}

// Wait pauses, or ends with the request.
func Wait(ctx context.Context, ms int) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Duration(ms) * time.Millisecond):
		return nil
	}
}

var cancelled sync.Map

// Cancelled remembers that the request with that name was cancelled.
func Cancelled(name string) { cancelled.Store(name, true) }

// WasCancelled waits a little for the request with that name to be cancelled.
func WasCancelled(ctx context.Context, name string) bool {
	for range 100 {
		if _, ok := cancelled.Load(name); ok {
			return true
		}
		if Wait(ctx, 50) != nil {
			return false
		}
	}
	return false
}

var written sync.Map

// Written counts what a stream has handed over, by the name of the stream.
func Written(name string) *atomic.Int64 {
	v, _ := written.LoadOrStore(name, new(atomic.Int64))
	return v.(*atomic.Int64)
}

// Cookie makes a cookie of the query.
func Cookie(page *site.Page) site.Cookie {
	q := page.URL.Query()
	c := site.Cookie{
		Name: q.Get("name"), Value: q.Get("value"), Path: q.Get("path"), Domain: q.Get("domain"), Priority: q.Get("priority"),
		Secure: q.Has("secure"), HTTPOnly: q.Has("httponly"), Partitioned: q.Has("partitioned"), Plain: q.Has("plain"), Raw: q.Has("raw"),
	}
	c.MaxAge, _ = strconv.Atoi(q.Get("maxage"))
	if n, err := strconv.ParseInt(q.Get("expires"), 10, 64); err == nil {
		c.Expires = time.Unix(n, 0)
	}
	switch q.Get("samesite") {
	case "lax":
		c.SameSite = site.SameSiteLax
	case "strict":
		c.SameSite = site.SameSiteStrict
	case "none":
		c.SameSite = site.SameSiteNone
	}
	return c
}

// Hex is an encoding of cookies of our own.
var Hex = site.CookieCodec{
	Encode: func(v string) string { return hex.EncodeToString([]byte(v)) },
	Decode: func(raw string) (string, error) {
		v, err := hex.DecodeString(raw)
		return string(v), err
	},
}
