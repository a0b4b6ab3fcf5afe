package site

import (
	"slices"
	"strconv"
)

// errorPage makes the answer the error page of a status: the site's own on-demand page, its prerendered file, or a short
// built-in one. cause is nil when the page asked for it. Nothing is fetched, and no page is tried twice.
func (x *exchange) errorPage(status int, cause error) error {
	if x.prerender {
		return x.prerenderStatus(status, cause)
	}
	x.resp.clearBody()
	x.resp.Status, x.resp.StatusText, x.resp.done = status, "", true
	x.scrub(cause != nil)
	if cause != nil {
		x.failure = cause
		if x.ctx.Err() != nil {
			x.builtin(status, nil) // nobody is there any more: whatever failed, failed because of that
			return nil
		}
		x.log(LevelError, "the page failed", cause)
	}
	tried := slices.Contains(x.errorPages, status)
	x.errorPages = append(x.errorPages, status)
	if page := x.app.errors[status]; page != nil && !tried && x.renders(page) {
		return x.renderError(page, status)
	}
	if x.host.Static != nil && !x.isEndpoint() {
		if name := strconv.Itoa(status) + ".html"; (status == 404 || status == 500) && x.host.Static.Has(name) {
			x.answerFile(name)
			x.errorAnswer = true
			return nil
		}
	}
	x.builtin(status, nil)
	return nil
}

// renders says whether an error page is rendered by this program: on demand, or in the development server.
func (x *exchange) renders(page *compiledRoute) bool {
	return page.Render != nil && (!page.Prerender || x.app.cfg.Dev) && !x.isEndpoint()
}

func (x *exchange) renderError(page *compiledRoute, status int) error {
	x.errorAnswer = true
	x.route, x.file, x.entry, x.page.Params = page, "", nil, nil
	var err error
	if page.Prerender && x.static != nil {
		err = x.static.fails(x, page)
	} else {
		err = x.execute()
	}
	if err == nil {
		return nil
	}
	var again *statusError
	if s, ok := err.(*statusError); ok {
		again = s
	}
	if again == nil && isControl(err) {
		return x.settle(err)
	}
	// The error page failed itself. A failing 404 page still has the 500 page to fall back to; nothing is tried twice.
	if again != nil {
		x.log(LevelError, "the "+strconv.Itoa(status)+" page asked for an error page", nil)
		x.builtin(status, nil)
		return nil
	}
	if status != 500 {
		return x.errorPage(500, err)
	}
	x.log(LevelError, "the 500 page failed", err)
	x.builtin(500, nil)
	return nil
}

// isControl says whether err is not a failure but what a page answers with.
func isControl(err error) bool {
	switch err.(type) {
	case *sendError, *statusError, *rewriteError:
		return true
	}
	return false
}

// scrub drops the header lines that described what will not be sent. After a failure that includes what would let an
// error be cached; cookies and what the middleware set stay.
func (x *exchange) scrub(failed bool) {
	for _, name := range []string{"Content-Type", "Content-Length", "Content-Encoding", "Content-Range", "Content-Disposition",
		"Content-Language", "Accept-Ranges", "ETag", "Last-Modified", "Transfer-Encoding"} {
		x.resp.Header.drop(name, 0)
	}
	if failed {
		for _, name := range []string{"Cache-Control", "CDN-Cache-Control", "Surrogate-Control", "Expires", "Location", "Refresh"} {
			x.resp.Header.drop(name, 0)
		}
	}
	x.isPage, x.resp.Header.err = false, nil
	if failed {
		x.cookies.err = nil
	}
	x.errorAnswer = true
}

// short answers with a status and one line of text, for faults of the visitor.
func (x *exchange) short(status int, reason string) error {
	x.scrub(false)
	x.resp.clearBody()
	x.resp.Status, x.resp.done = status, true
	x.resp.setText(reasonText(status, reason)+"\n", "text/plain; charset=utf-8")
	return nil
}

func reasonText(status int, reason string) string {
	s := strconv.Itoa(status) + " " + StatusText(status)
	if reason != "" {
		s += ": " + reason
	}
	return s
}

// refuse answers before any page is asked.
func (x *exchange) refuse(status int, reason string) bool {
	if status == 204 {
		x.resp.Status, x.resp.done = status, true
		return x.finish(nil)
	}
	return x.finish(x.short(status, reason))
}

// builtin is the error page of last resort. It says nothing about the site, unless this is the development server.
func (x *exchange) builtin(status int, cause error) {
	x.resp.clearBody()
	x.errorAnswer = true
	x.resp.Status, x.resp.done = status, true
	if cause == nil && status == 500 {
		cause = x.failure
	}
	if x.isEndpoint() {
		text := reasonText(status, "")
		if x.app.cfg.Dev && cause != nil {
			text = reasonText(status, cause.Error())
		}
		x.resp.setText(text+"\n", "text/plain; charset=utf-8")
		return
	}
	code, title := strconv.Itoa(status), StatusText(status)
	b := []byte(`<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex"><title>`)
	b = append(b, code+" "+title...)
	b = append(b, `</title><style>:root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;margin:20vh auto 0;max-width:40rem;padding:0 1rem}h1{margin:0;font-size:3rem}pre{white-space:pre-wrap;overflow-wrap:anywhere}</style></head><body><main><h1>`...)
	b = append(b, code...)
	b = append(b, "</h1><p>"+title+"</p>"...)
	if x.app.cfg.Dev && cause != nil {
		b = append(b, "<pre>"...)
		b = appendText(b, cause.Error())
		b = append(b, "</pre>"...)
	}
	b = append(b, "</main></body></html>\n"...)
	x.resp.body, x.resp.data = dataBody, b
	x.resp.Header.put("Content-Type", "text/html; charset=utf-8")
}

// StatusText gives the usual words for a status, "Not Found" for 404.
func StatusText(status int) string {
	if s := statusTexts[status]; s != "" {
		return s
	}
	if status >= 500 {
		return "Server Error"
	}
	return "Error"
}

var statusTexts = map[int]string{
	200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 205: "Reset Content", 206: "Partial Content",
	301: "Moved Permanently", 302: "Found", 303: "See Other", 304: "Not Modified", 307: "Temporary Redirect", 308: "Permanent Redirect",
	400: "Bad Request", 401: "Unauthorized", 402: "Payment Required", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
	406: "Not Acceptable", 408: "Request Timeout", 409: "Conflict", 410: "Gone", 411: "Length Required", 412: "Precondition Failed",
	413: "Content Too Large", 414: "URI Too Long", 415: "Unsupported Media Type", 416: "Range Not Satisfiable", 418: "I'm a teapot",
	421: "Misdirected Request", 422: "Unprocessable Content", 423: "Locked", 425: "Too Early", 426: "Upgrade Required",
	428: "Precondition Required", 429: "Too Many Requests", 431: "Request Header Fields Too Large", 451: "Unavailable For Legal Reasons",
	500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout",
	507: "Insufficient Storage", 508: "Loop Detected",
}
