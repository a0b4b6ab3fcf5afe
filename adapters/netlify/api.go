package netlify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// defaultAPI is where Netlify's API is; NETLIFY_API_URL names another one, for Netlify's own tools too. What it takes is
// described at https://open-api.netlify.com.
const defaultAPI = "https://api.netlify.com/api/v1"

// api is Netlify's API with somebody's token.
type api struct {
	base  string // without a slash at the end
	token string
	agent string
	http  *http.Client
	pause func(ctx context.Context, d time.Duration) error // between attempts
	busy  func(text string)                                // says why it takes longer
}

// How often a call is tried again, and after which time at first and at most. The times are near those of Netlify's own
// command line, which waits from 5 to 90 seconds.
const (
	retries    = 5
	firstPause = 2 * time.Second
	lastPause  = time.Minute
)

// sleep is pause of a real clock.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// refusal is an answer of the API that is none.
type refusal struct {
	Status  int
	Message string
}

// Error gives the message of the API.
func (e *refusal) Error() string { return fmt.Sprintf("%s (%d)", e.Message, e.Status) }

// refused says whether the API answered with that status.
func refused(err error, status ...int) bool {
	var r *refusal
	if !errors.As(err, &r) {
		return false
	}
	for _, s := range status {
		if r.Status == s {
			return true
		}
	}
	return false
}

// unreachable is a call that got no answer, however often it was tried.
type unreachable struct{ err error }

// Error says why.
func (e *unreachable) Error() string { return e.err.Error() }

// Unwrap gives the last attempt's error.
func (e *unreachable) Unwrap() error { return e.err }

// call makes a call with a JSON body, if in is not nil, and reads the answer into out, if that is not nil.
func (a *api) call(ctx context.Context, method, path string, in, out any) error {
	if in == nil {
		return a.send(ctx, method, path, "", 0, nil, out)
	}
	data, err := json.Marshal(in)
	if err != nil {
		return err
	}
	body := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }
	return a.send(ctx, method, path, "application/json", int64(len(data)), body, out)
}

// send makes a call and makes it again where that may help: when there was no answer, when the API is busy, and when it
// failed. What it refuses it would refuse again. open gives the body anew for each attempt.
func (a *api) send(ctx context.Context, method, path, kind string, size int64, open func() (io.ReadCloser, error), out any) error {
	delay := firstPause
	for attempt := 0; ; attempt++ {
		after, err := a.try(ctx, method, path, kind, size, open, attempt, out)
		var r *refusal
		switch {
		case err == nil || ctx.Err() != nil:
			return errors.Join(err, ctx.Err())
		case errors.As(err, &r):
			if attempt == retries || r.Status < 500 && r.Status != http.StatusRequestTimeout && r.Status != http.StatusTooManyRequests {
				return err
			}
		case attempt == retries || errors.As(err, new(*unreadable)):
			return err
		}
		// A little by chance, so that calls that failed together do not come back together.
		wait := max(after, delay/2+rand.N(delay/2))
		a.busy(fmt.Sprintf("%s; trying again in %.0fs", bareCause(err), wait.Seconds()))
		if err := a.pause(ctx, wait); err != nil {
			return err
		}
		delay = min(delay*2, lastPause)
	}
}

// unreadable is a file that cannot be sent because it cannot be read.
type unreadable struct{ err error }

// Error says why.
func (e *unreadable) Error() string { return e.err.Error() }

// Unwrap gives the reason.
func (e *unreadable) Unwrap() error { return e.err }

// maxAnswerSize is more than the longest answer of the API, one that asks for every file of a large site.
const maxAnswerSize = 256 << 20

// try makes a call once. after is how long the API wants to be left alone.
func (a *api) try(ctx context.Context, method, path, kind string, size int64, open func() (io.ReadCloser, error), attempt int, out any) (after time.Duration, err error) {
	var body io.ReadCloser
	if open != nil {
		if body, err = open(); err != nil {
			return 0, &unreadable{err}
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, a.base+path, body)
	if err != nil {
		return 0, err
	}
	if open != nil {
		req.ContentLength, req.GetBody = size, open
		if size == 0 {
			body.Close()
			req.Body = http.NoBody
		}
		req.Header.Set("Content-Type", kind)
	}
	req.Header.Set("Authorization", "Bearer "+a.token)
	req.Header.Set("User-Agent", a.agent)
	if attempt > 0 && method == http.MethodPut {
		req.Header.Set("X-Nf-Retry-Count", strconv.Itoa(attempt))
	}
	res, err := a.http.Do(req)
	if err != nil {
		return 0, &unreachable{err}
	}
	defer res.Body.Close()
	data, err := io.ReadAll(io.LimitReader(res.Body, maxAnswerSize))
	if err != nil {
		return 0, &unreachable{err}
	}
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return wanted(res.Header, time.Now()), &refusal{res.StatusCode, a.masked(said(res, data))}
	}
	if out == nil {
		return 0, nil
	}
	if err := json.Unmarshal(data, out); err != nil {
		return 0, &refusal{res.StatusCode, a.masked("the answer is no JSON: " + short(data))}
	}
	return 0, nil
}

// masked is a text of another's without the token: what answers may repeat the request, and the message goes into logs that more
// people read than know the token.
func (a *api) masked(text string) string {
	if a.token == "" {
		return text
	}
	return strings.ReplaceAll(text, a.token, "…")
}

// maxWait is how long an answer may ask to wait.
const maxWait = 5 * time.Minute

// wanted is how long an answer asks to wait: in seconds, or until a second of the clock where there were too many calls.
func wanted(h http.Header, now time.Time) time.Duration {
	if s, err := strconv.Atoi(h.Get("Retry-After")); err == nil && s > 0 {
		return min(time.Duration(s)*time.Second, maxWait)
	}
	if s, err := strconv.ParseInt(h.Get("X-RateLimit-Reset"), 10, 64); err == nil {
		return min(max(time.Unix(s, 0).Sub(now), 0), maxWait)
	}
	return 0
}

// said is what the API says about a refusal: {"code": 422, "message": "…"}, or {"errors": …} for what is wrong with fields.
func said(res *http.Response, data []byte) string {
	var body struct {
		Message string          `json:"message"`
		Error   string          `json:"error"`
		Errors  json.RawMessage `json:"errors"`
	}
	if json.Unmarshal(data, &body) == nil {
		switch {
		case body.Message != "":
			return body.Message
		case body.Error != "":
			return body.Error
		case len(body.Errors) > 0:
			return short(body.Errors)
		}
	}
	return strings.TrimSpace(http.StatusText(res.StatusCode) + " " + short(data))
}

// short is the beginning of a text on one line.
func short(data []byte) string {
	const most = 200
	s := strings.Join(strings.Fields(string(data)), " ")
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}
