package vercel

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// timeout bounds one request to Vercel. A page that is made anew is rendered within it.
const timeout = time.Minute

// client follows nothing: an answer that is kept may be a redirect.
var client = &http.Client{Timeout: timeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// Revalidate makes kept answers of the site anew, whatever their age: those of the paths, "/news" or "/search?q=tea", base
// included. It needs VERCEL_BYPASS_TOKEN, which the build reads and hands to the function. The first path that fails ends it.
//
// It is Vercel's on-demand ISR: a request to the site itself with the token in x-prerender-revalidate.
func (c *Context) Revalidate(ctx context.Context, paths ...string) error {
	if c == nil {
		return ErrElsewhere
	}
	if c.access.BypassToken == "" {
		return fmt.Errorf("vercel: answers cannot be made anew without VERCEL_BYPASS_TOKEN in the environment of the build")
	}
	for _, path := range paths {
		if err := c.revalidate(ctx, path); err != nil {
			return fmt.Errorf("vercel: %s is not made anew: %w", path, err)
		}
	}
	return nil
}

func (c *Context) revalidate(ctx context.Context, path string) error {
	u, err := url.Parse(path)
	if err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") {
		return fmt.Errorf("it is no path of the site")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, c.access.Origin+u.RequestURI(), nil)
	if err != nil {
		return err
	}
	req.Header.Set("X-Prerender-Revalidate", c.access.BypassToken)
	if c.access.Protection != "" {
		req.Header.Set("X-Vercel-Protection-Bypass", c.access.Protection)
	}
	res, err := client.Do(req)
	if err != nil {
		return bare(err)
	}
	res.Body.Close()
	if state := res.Header.Get("X-Vercel-Cache"); state != "REVALIDATED" {
		return fmt.Errorf("the site answers %s with x-vercel-cache %q; it is no page that Vercel keeps, or was deployed with another token", res.Status, state)
	}
	return nil
}

// apiURL is where Vercel's API is.
var apiURL = "https://api.vercel.com"

// Invalidate marks all answers with any of the tags as old: they are still sent while new ones are made. page.Cache gives an answer
// its tags. It needs VERCEL_TOKEN in the project's settings, a token of Vercel's API, and that the project exposes system variables.
func (c *Context) Invalidate(ctx context.Context, tags ...string) error {
	return c.purge(ctx, "/v1/edge-cache/invalidate-by-tags", tags)
}

// Purge throws all answers with any of the tags out of Vercel's caches, so that the next visitor waits for a new one. It needs what
// Invalidate needs.
func (c *Context) Purge(ctx context.Context, tags ...string) error {
	return c.purge(ctx, "/v1/edge-cache/dangerously-delete-by-tags", tags)
}

// purge calls an endpoint of Vercel's API (vercel.com/docs/rest-api/edge-cache).
func (c *Context) purge(ctx context.Context, endpoint string, tags []string) error {
	switch {
	case c == nil:
		return ErrElsewhere
	case c.access.APIToken == "" || c.access.Project == "":
		return fmt.Errorf("vercel: caches cannot be purged without VERCEL_TOKEN and VERCEL_PROJECT_ID in the project's variables")
	case len(tags) == 0:
		return nil
	}
	call := struct {
		Tags   []string `json:"tags"`
		Target string   `json:"target,omitempty"`
	}{Tags: tags}
	if c.Env == "production" || c.Env == "preview" {
		call.Target = c.Env
	}
	body, err := json.Marshal(call)
	if err != nil {
		return err
	}
	query := url.Values{"projectIdOrName": {c.access.Project}}
	if c.access.Team != "" {
		query.Set("teamId", c.access.Team)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, apiURL+endpoint+"?"+query.Encode(), bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+c.access.APIToken)
	res, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("vercel: caches cannot be purged: %w", bare(err))
	}
	defer res.Body.Close()
	said, _ := io.ReadAll(io.LimitReader(res.Body, 1<<10))
	if res.StatusCode >= 300 {
		return fmt.Errorf("vercel: caches are not purged: %s %s", res.Status, said)
	}
	return nil
}

// bare is an error of a request without its address.
func bare(err error) error {
	if u, ok := err.(*url.Error); ok {
		return u.Err
	}
	return err
}
