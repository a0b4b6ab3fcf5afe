package site

import (
	"errors"
	"strconv"
	"strings"
)

// settle turns what a page returned into page.Response. What is left is a failure.
func (x *exchange) settle(err error) error {
	if err == nil {
		return nil
	}
	if x.committed {
		return x.tooLate(err)
	}
	var (
		send    *sendError
		status  *statusError
		rewrite *rewriteError
		fault   *RequestError
	)
	switch {
	case errors.As(err, &send):
		return x.settleSend(send)
	case errors.As(err, &status):
		if status.status == 508 {
			x.log(LevelError, "the request was rewritten more than "+strconv.Itoa(maxRewrites)+" times", nil)
		}
		return x.settleStatus(status.status)
	case errors.As(err, &rewrite):
		if err := x.rewriteTo(rewrite.target); err != nil {
			return x.settle(err)
		}
		return x.run()
	case errors.As(err, &fault):
		return x.short(fault.Status, fault.Reason)
	}
	return err
}

func (x *exchange) settleSend(send *sendError) error {
	r := send.resp
	if (r.Status == 404 || r.Status == 500) && r.body == noBody && !x.isEndpoint() && r.err == nil {
		// An empty answer asks for the error page; its headers are kept.
		x.resp.take(r)
		return x.errorPage(r.Status, nil)
	}
	if r.err != nil {
		return r.err
	}
	x.resp.take(r)
	if x.resp.Status == 0 {
		x.resp.Status = 200
	}
	return nil
}

func (x *exchange) settleStatus(status int) error {
	if x.isEndpoint() && !x.prerender {
		x.resp.clearBody()
		x.resp.Header.drop("Content-Type", 0)
		x.resp.Status, x.resp.done = status, true
		return nil
	}
	return x.errorPage(status, nil)
}

// isEndpoint says whether no person looks at the answer as a page: its errors are no pages either.
func (x *exchange) isEndpoint() bool {
	return x.island != nil || x.route != nil && x.route.Type == EndpointRoute
}

const tooLateWords = ", but its output had begun: answer before page.Flush and before a large page's first rows"

// tooLate is for what a page returns when its output has begun: it can only be broken off, even if the middleware does
// not pass the error on.
func (x *exchange) tooLate(err error) error {
	var send *sendError
	var status *statusError
	var rewrite *rewriteError
	if errors.As(err, &send) {
		send.resp.closeBody()
	}
	if send != nil && send.at != "" {
		err = &misuseError{send.at, err.Error() + tooLateWords}
	} else if send != nil || errors.As(err, &status) || errors.As(err, &rewrite) {
		err = &wrapError{"", err, tooLateWords}
	}
	if x.streamErr == nil {
		x.streamErr = err
	}
	return err
}

// finish sends the answer. err is a failure of the whole chain.
func (x *exchange) finish(err error) bool {
	if err != nil {
		x.fail(err)
	} else if !x.resp.done {
		x.fail(errors.New("the middleware neither called next nor answered: return next(page)"))
	}
	if x.committed {
		x.finishStream()
		return true
	}
	for x.pending() && !bodiless(x.resp.Status) {
		err := x.stream()
		if x.committed {
			x.streamErr = err
			x.finishStream()
			return true
		}
		if err = x.settle(err); err != nil {
			x.fail(err)
		}
	}
	if x.group != nil {
		x.endParts(nil)
	}
	if err := x.saveSession(); err != nil {
		x.fail(err)
	}
	if err := x.refused(); err != nil {
		x.fail(err)
		if x.refused() != nil { // the 500 page does it too
			x.scrub(true)
			x.builtin(500, err)
		}
	}
	x.send()
	return true
}

// saveSession stores what the page has changed of the session. It has to come before the header.
func (x *exchange) saveSession() error {
	if s := x.app.app.Sessions; s != nil {
		return s.commit(s, x)
	}
	return nil
}

// refused gives the header line or cookie that could not be taken, or a status that cannot be sent.
func (x *exchange) refused() error {
	switch {
	case x.resp.Header.err != nil:
		return x.resp.Header.err
	case x.cookies.err != nil:
		return x.cookies.err
	case x.resp.Status != 0 && (x.resp.Status < 200 || x.resp.Status > 599):
		return errors.New(strconv.Itoa(x.resp.Status) + " is no status that a page can answer with: use 200 to 599")
	case strings.ContainsAny(x.resp.StatusText, "\r\n\x00"):
		return errors.New("page.Response.StatusText holds a line break")
	}
	return nil
}

// fail answers a failure with the 500 page, or, when the answer has begun, breaks it off.
func (x *exchange) fail(err error) {
	if x.committed {
		if x.streamErr == nil {
			x.streamErr = err
		}
		return
	}
	if left := x.settle(x.errorPage(500, err)); left != nil {
		x.builtin(500, left)
	}
}

func (x *exchange) log(level Level, message string, err error) {
	if x.host == nil || x.host.Log == nil {
		return
	}
	r := LogRecord{Level: level, Message: message, Err: err, Method: x.method, Path: x.url.Path, Status: x.resp.Status}
	switch {
	case x.island != nil:
		r.Route = islandPath + x.island.ID
	case x.route != nil:
		r.Route = x.route.Pattern
	}
	var panicked *PanicError
	var misused *misuseError
	var value *ValueError
	var returned *ReturnedError
	switch {
	case errors.As(err, &panicked):
		r.At, r.Stack = panicked.At().String(), panicked.Stack
	case errors.As(err, &misused):
		r.At = misused.at
	case errors.As(err, &value):
		r.At = Frame{File: value.File, Line: value.Line}.String()
	case errors.As(err, &returned):
		r.At = returned.At().String()
	}
	x.host.Log(x.ctx, r)
}

func (x *exchange) warned(w Warning) {
	if x.prerender {
		x.warnings = append(x.warnings, w)
		return
	}
	if x.host != nil && x.host.Log != nil {
		x.host.Log(x.ctx, LogRecord{Level: LevelWarn, Message: w.Message + "; " + w.Hint, At: Frame{File: w.File, Line: w.Line}.String(), Method: x.method, Path: x.url.Path})
	}
}
