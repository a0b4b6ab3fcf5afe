package netlify

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/textproto"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"sitegen.dev/core/site"
	"sitegen.dev/core/site/netlify"
)

const (
	// maxAnswer is what a Lambda function may answer, in bytes of JSON.
	maxAnswer = 6 << 20
	// lastMoment is how long before the end of its time a function stops to wait for work behind the answer.
	lastMoment = 200 * time.Millisecond
)

// event is what Netlify hands to a Lambda function. The query is taken from RawURL, which keeps order and encoding.
type event struct {
	Path       string              `json:"path"`
	Method     string              `json:"httpMethod"`
	RawURL     string              `json:"rawUrl"`
	RawQuery   string              `json:"rawQuery"`
	Headers    map[string]string   `json:"headers"`
	MultiValue map[string][]string `json:"multiValueHeaders"` // may hold null
	Body       string              `json:"body"`
	IsBase64   bool                `json:"isBase64Encoded"` // also without a body
	Blobs      string              `json:"blobs"`           // base64 of JSON
	PurgeToken string              `json:"purgeAPIToken"`
}

// answer is what goes back.
type answer struct {
	StatusCode int                 `json:"statusCode"`
	Headers    map[string][]string `json:"multiValueHeaders"`
	Body       string              `json:"body"`
	IsBase64   bool                `json:"isBase64Encoded"`
}

// Function answers events. It is a Handler of github.com/aws/aws-lambda-go/lambda.
type Function struct {
	h      *handler
	getenv func(string) string
}

// Lambda gives the site as a function. It ends the process when the site cannot start, which the platform reports.
func Lambda(p *Program) *Function {
	h, err := newHandler(p, os.Stderr)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return &Function{h, os.Getenv}
}

// Invoke answers one event.
func (f *Function) Invoke(ctx context.Context, payload []byte) (out []byte, err error) {
	var e event
	if err := json.Unmarshal(payload, &e); err != nil {
		return nil, fmt.Errorf("the event is no request: %w", err)
	}
	r := &recorder{h: f.h, method: e.Method, answer: answer{Headers: map[string][]string{}}}
	r.platform = Platform{h: f.h, base: ctx, info: f.info(&e)}
	if err := r.request(&e); err != nil {
		return nil, err
	}
	r.serve(ctx)
	out, err = json.Marshal(r.finish())
	if err == nil && (len(out) > maxAnswer || r.err == errTooLarge) {
		f.h.log(context.WithValue(ctx, requestKey{}, r.platform.info.RequestID), site.LevelError,
			"the answer is too large for a function in mode lambda: use mode shim, which streams",
			"path", r.req.Target, "limit", strconv.Itoa(maxAnswer))
		return json.Marshal(failure())
	}
	return out, err
}

// request fills in the site's request.
func (r *recorder) request(e *event) error {
	r.req.Method, r.req.Target = e.Method, e.Path
	if e.RawQuery != "" {
		r.req.Target += "?" + e.RawQuery
	}
	if scheme, rest, ok := strings.Cut(e.RawURL, "://"); ok {
		host, target := rest, "/"
		if i := strings.IndexAny(rest, "/?"); i >= 0 {
			if host, target = rest[:i], rest[i:]; target[0] == '?' {
				target = "/" + target
			}
		}
		target, _, _ = strings.Cut(target, "#")
		r.req.Host, r.req.Target, r.platform.info.Scheme = host, target, scheme
	}
	for _, name := range e.names() {
		for _, v := range e.values(name) {
			if strings.EqualFold(name, "Host") {
				if r.req.Host == "" {
					r.req.Host = v
				}
				continue
			}
			receive(&r.req, name, v)
		}
	}
	data := []byte(e.Body)
	if e.IsBase64 && e.Body != "" {
		var err error
		if data, err = base64.StdEncoding.DecodeString(e.Body); err != nil {
			return fmt.Errorf("the body of the event is no base64: %w", err)
		}
	}
	if len(data) > 0 {
		r.req.Body = bytes.NewReader(data)
	}
	r.h.prepare(&r.req, &r.platform)
	return nil
}

// names lists the headers in order.
func (e *event) names() []string {
	var names []string
	for name := range e.MultiValue {
		names = append(names, name)
	}
	for name := range e.Headers {
		if _, ok := e.MultiValue[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// values are the lines of a header. A null in the list of several stands for what is in the list of single ones.
func (e *event) values(name string) []string {
	values := slices.DeleteFunc(slices.Clone(e.MultiValue[name]), func(v string) bool { return v == "" })
	if len(values) == 0 {
		if v, ok := e.Headers[name]; ok {
			return []string{v}
		}
	}
	return values
}

// get gives a header of the platform's.
func (e *event) get(name string) string {
	for _, n := range e.names() {
		if strings.EqualFold(n, name) {
			if v := e.values(n); len(v) > 0 {
				return v[0]
			}
		}
	}
	return ""
}

// info gathers what the platform says in headers and in the environment.
func (f *Function) info(e *event) info {
	var i info
	i.IP = e.get("x-nf-client-connection-ip")
	i.RequestID = e.get("x-nf-request-id")
	i.Account.ID = e.get("x-nf-account-id")
	i.Site.ID = e.get("x-nf-site-id")
	if i.Site.ID == "" {
		i.Site.ID = f.getenv("SITE_ID")
	}
	i.Site.Name, i.Site.URL = f.getenv("SITE_NAME"), f.getenv("URL")
	i.Deploy.ID, i.Deploy.Context = e.get("x-nf-deploy-id"), e.get("x-nf-deploy-context")
	i.Deploy.Published = e.get("x-nf-deploy-published") == "1"
	i.Server.Region = f.getenv("AWS_REGION")
	if data, err := base64.StdEncoding.DecodeString(e.get("x-nf-geo")); err == nil {
		var raw struct {
			netlify.Geo
			Postal string `json:"postal_code"`
		}
		if json.Unmarshal(data, &raw) == nil { // a place that cannot be read is one that is not known
			i.Geo = raw.Geo
			if i.Geo.PostalCode == "" {
				i.Geo.PostalCode = raw.Postal
			}
		}
	}
	i.BlobsContext, i.PurgeToken = blobsContext(e.Blobs, i.Site.ID), e.PurgeToken
	return i
}

// blobsContext writes what an event says about Blobs as functions in JavaScript are told it; "" is nothing.
func blobsContext(event, siteID string) string {
	var said struct {
		URL      string `json:"url"`
		Uncached string `json:"url_uncached"`
		Token    string `json:"token"`
	}
	data, err := base64.StdEncoding.DecodeString(event)
	if err != nil || json.Unmarshal(data, &said) != nil || said.URL == "" {
		return ""
	}
	data, err = json.Marshal(map[string]string{"edgeURL": said.URL, "uncachedEdgeURL": said.Uncached, "token": said.Token, "siteID": siteID})
	if err != nil {
		return ""
	}
	return base64.StdEncoding.EncodeToString(data)
}

// recorder is one event with its answer, which it is the site.Sink of.
type recorder struct {
	h        *handler
	method   string
	req      site.Request
	platform Platform
	answer   answer
	body     bytes.Buffer
	err      error
}

var (
	_ site.Sink       = (*recorder)(nil)
	_ site.Aborter    = (*recorder)(nil)
	_ io.StringWriter = (*recorder)(nil)
)

func (r *recorder) serve(ctx context.Context) {
	defer func() {
		if v := recover(); v != nil {
			r.h.log(ctx, site.LevelError, "panic", "error", fmt.Sprint(v), "stack", string(debug.Stack()))
			r.err = fmt.Errorf("panic: %v", v)
		}
	}()
	r.h.serve(ctx, &r.req, &r.platform, r)
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-lastMoment))
		defer cancel()
	}
	r.platform.wait(ctx) // the function is frozen as soon as it has answered
}

// Start keeps status and header.
func (r *recorder) Start(status int, h *site.Header) error {
	if r.answer.StatusCode != 0 {
		return errors.New("the answer has begun already")
	}
	r.answer.StatusCode = status
	r.h.header(&r.platform, r.method, status, h, func(name, value string) {
		if name = textproto.CanonicalMIMEHeaderKey(name); name != "Content-Length" || r.method == "HEAD" {
			r.answer.Headers[name] = append(r.answer.Headers[name], value)
		}
	})
	return nil
}

// errTooLarge stops a page that would never end.
var errTooLarge = errors.New("the answer is too large")

// Write keeps bytes of the body.
func (r *recorder) Write(p []byte) (int, error) {
	if err := r.room(len(p)); err != nil || r.method == "HEAD" {
		return len(p), err
	}
	return r.body.Write(p)
}

// WriteString is Write for texts.
func (r *recorder) WriteString(s string) (int, error) {
	if err := r.room(len(s)); err != nil || r.method == "HEAD" {
		return len(s), err
	}
	return r.body.WriteString(s)
}

func (r *recorder) room(n int) error {
	if r.body.Len()+n > maxAnswer {
		r.err = errTooLarge
	}
	return r.err
}

// Flush does nothing: the answer goes out as a whole.
func (r *recorder) Flush() error { return nil }

// Abort remembers that the answer is not whole.
func (r *recorder) Abort(err error) { r.err = cmp.Or(r.err, err) }

// finish gives the answer. Half of one is none: nothing was sent so far.
func (r *recorder) finish() answer {
	if r.err != nil || r.answer.StatusCode == 0 {
		return failure()
	}
	a := r.answer
	if data := r.body.Bytes(); text(a.Headers["Content-Type"]) && utf8.Valid(data) {
		a.Body = string(data)
	} else if len(data) > 0 {
		a.Body, a.IsBase64 = base64.StdEncoding.EncodeToString(data), true
	}
	return a
}

// text says whether a body of that type may go into JSON as it is, which is a third smaller.
func text(contentType []string) bool {
	if len(contentType) == 0 {
		return false
	}
	kind, _, _ := strings.Cut(strings.ToLower(contentType[0]), ";")
	return strings.HasPrefix(kind, "text/") || strings.HasSuffix(kind, "json") || strings.HasSuffix(kind, "xml") || strings.HasSuffix(kind, "javascript")
}

// failure is the answer when there is none.
func failure() answer {
	return answer{
		StatusCode: 500,
		Headers:    map[string][]string{"Content-Type": {"text/plain; charset=utf-8"}, "Cache-Control": {"no-store"}},
		Body:       "500 Internal Server Error\n",
	}
}
