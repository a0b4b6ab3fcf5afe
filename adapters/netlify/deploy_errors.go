package netlify

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"sitegen.dev/core/diag"
)

func problem(code diag.Code, message, hint string) error {
	var list diag.List
	list.Error(code, diag.Range{}, message, hint)
	return list.Err()
}

// explain turns what went wrong on the way into what to do about it.
func (d *deployer) explain(err error) error {
	var failure *diag.Failure
	var gone *unreachable
	var r *refusal
	switch {
	case err == nil || errors.As(err, &failure):
		return err
	case errors.Is(err, context.Canceled):
		return err
	case errors.As(err, &gone):
		return problem("SG6211", "Netlify cannot be reached: "+bareCause(err), "run the same command again: it goes on where this one stopped, and sends nothing twice")
	case errors.As(err, &r) && r.Status == http.StatusUnauthorized:
		return problem("SG6208", "Netlify does not take the token in "+envToken+": "+r.Message,
			"make a new one at https://app.netlify.com/user/applications#personal-access-tokens")
	case errors.As(err, &r) && r.Status < 300:
		return problem("SG6211", "something else answers in Netlify's place: "+r.Message, "look for a proxy or a login page on the way to "+d.api.base)
	case errors.As(err, &r) && r.Status >= 500:
		return problem("SG6211", fmt.Sprintf("Netlify has trouble of its own: %s", r.Error()),
			"run the same command again a little later: it goes on where this one stopped; https://www.netlifystatus.com says more")
	case errors.As(err, &r):
		return problem("SG6212", "Netlify refuses the deploy: "+r.Error(), "")
	}
	return err
}

// bareCause is the error of a call without its address, which holds nothing that people know.
func bareCause(err error) string {
	var gone *unreachable
	if errors.As(err, &gone) {
		err = gone.err
	}
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err.Error()
	}
	return err.Error()
}

func (d *deployer) unknown(project string) error {
	return problem("SG6209", "the owner of the token has no project "+project+" at Netlify", "look for its name at https://app.netlify.com, or make it there first")
}
