package site

import (
	"errors"
	"strings"
)

// The methods in the order in which Allow lists them.
var methods = [...]string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

// endpoint calls the handler of the method: HEAD falls back to GET, everything to ALL.
func (x *exchange) endpoint() error {
	r := x.route
	handler := r.Methods[x.method]
	if handler == nil && x.method == "HEAD" {
		handler = r.Methods["GET"]
	}
	if x.method == "ALL" {
		handler = nil // a name of ours, not a method
	}
	if handler == nil {
		handler = r.Methods["ALL"]
	}
	if handler == nil {
		return x.notAllowed(r.Methods["HEAD"] != nil, false)
	}
	if err := handler(&x.page); err != nil {
		return err
	}
	if x.resp.Status == 0 && !x.committed {
		return errors.New(x.method + " of the endpoint " + r.Pattern + " answered nothing: return page.JSON(…), page.Text(…) or page.Send(…), or set page.Response.Status")
	}
	x.resp.clearBody()
	x.resp.done = true
	return nil
}

// notAllowed answers OPTIONS, and methods that nobody handles, with the list of those that somebody does.
func (x *exchange) notAllowed(head, page bool) error {
	var allow []string
	for _, m := range methods {
		_, ok := x.route.Methods[m]
		switch m {
		case "GET":
			ok = ok || page
		case "HEAD":
			ok = ok || head || page || x.route.Methods["GET"] != nil
		case "OPTIONS":
			ok = true
		default:
			ok = ok || page && len(x.route.Methods) == 0
		}
		if ok {
			allow = append(allow, m)
		}
	}
	x.resp.Header.put("Allow", strings.Join(allow, ", "))
	if x.method == "OPTIONS" {
		return &sendError{resp: NewResponse(204, nil)}
	}
	return &statusError{405}
}
