package netlify

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Blobs is a store of Netlify Blobs by its name. It needs no setting up. All methods take the context of the page, which says
// for which site.
//
// The interface is that of @netlify/blobs inside functions: PUT, GET and DELETE of addresses below the one that every request
// brings. The tests hold it against the server that comes with that package.
type Blobs struct {
	Name string
	// Strong reads what was written last, wherever that was. Without it a read may be up to a minute behind, and is faster.
	Strong bool
}

// access is what a request brings for Blobs.
type access struct {
	URL      string `json:"edgeURL"`
	Uncached string `json:"uncachedEdgeURL"`
	Token    string `json:"token"`
	SiteID   string `json:"siteID"`
}

const (
	maxBlob     = 5 << 30 // bytes; Netlify's own limit
	blobTimeout = time.Minute
)

// Get gives a blob, or nil where there is none.
func (b Blobs) Get(ctx context.Context, key string) ([]byte, error) {
	data, status, err := b.do(ctx, http.MethodGet, key, nil, nil, nil)
	if status == http.StatusNotFound {
		return nil, nil
	}
	if err == nil && data == nil {
		data = []byte{}
	}
	return data, err
}

// Set writes a blob in place of what was there.
func (b Blobs) Set(ctx context.Context, key string, data []byte) error {
	_, _, err := b.do(ctx, http.MethodPut, key, nil, nil, data)
	return err
}

// SetNew writes a blob if there is none by that key yet, and says whether it did.
func (b Blobs) SetNew(ctx context.Context, key string, data []byte) (bool, error) {
	_, status, err := b.do(ctx, http.MethodPut, key, nil, http.Header{"If-None-Match": {"*"}}, data)
	if status == http.StatusPreconditionFailed {
		return false, nil
	}
	return err == nil, err
}

// Delete removes a blob; one that does not exist is no error.
func (b Blobs) Delete(ctx context.Context, key string) error {
	_, status, err := b.do(ctx, http.MethodDelete, key, nil, nil, nil)
	if status == http.StatusNotFound {
		return nil
	}
	return err
}

// List gives the keys that begin with a text, in order.
func (b Blobs) List(ctx context.Context, prefix string) ([]string, error) {
	var keys []string
	query := url.Values{}
	if prefix != "" {
		query.Set("prefix", prefix)
	}
	for {
		data, status, err := b.do(ctx, http.MethodGet, "", query, nil, nil)
		if status == http.StatusNotFound {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		var page struct {
			Blobs []struct {
				Key string `json:"key"`
			} `json:"blobs"`
			Next string `json:"next_cursor"`
		}
		if err := json.Unmarshal(data, &page); err != nil {
			return nil, fmt.Errorf("netlify: the list of blobs: %w", err)
		}
		for _, e := range page.Blobs {
			keys = append(keys, e.Key)
		}
		if page.Next == "" {
			return keys, nil
		}
		query.Set("cursor", page.Next)
	}
}

// do makes a request for a key, or for the store where key is "".
func (b Blobs) do(ctx context.Context, method, key string, query url.Values, header http.Header, body []byte) ([]byte, int, error) {
	c := from(ctx)
	if c == nil || c.BlobsContext == "" {
		return nil, 0, ErrElsewhere
	}
	a, err := c.access()
	if err != nil {
		return nil, 0, err
	}
	if b.Name == "" || strings.ContainsAny(b.Name, "/:") {
		return nil, 0, fmt.Errorf("netlify: %q is no name of a store", b.Name)
	}
	if len(key) > 600 || strings.HasPrefix(key, "/") {
		return nil, 0, fmt.Errorf("netlify: a key of a blob has at most 600 bytes and begins without a slash")
	}
	origin := a.URL
	if b.Strong || method != http.MethodGet {
		if a.Uncached != "" {
			origin = a.Uncached
		}
	}
	target := strings.TrimSuffix(origin, "/") + "/" + url.PathEscape(a.SiteID) + "/site:" + url.PathEscape(b.Name)
	if key != "" {
		target += "/" + escapeKey(key)
	}
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	ctx, cancel := context.WithTimeout(ctx, blobTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, target, bytes.NewReader(body))
	if err != nil {
		return nil, 0, fmt.Errorf("netlify: %w", err)
	}
	for name, values := range header {
		req.Header[name] = values
	}
	req.Header.Set("Authorization", "Bearer "+a.Token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, 0, fmt.Errorf("netlify: blobs cannot be reached: %w", bare(err))
	}
	defer res.Body.Close()
	data, err := io.ReadAll(io.LimitReader(res.Body, maxBlob))
	if err != nil {
		return nil, 0, fmt.Errorf("netlify: blobs: %w", err)
	}
	if res.StatusCode >= 300 {
		return nil, res.StatusCode, fmt.Errorf("netlify: blobs answer %s to %s", res.Status, method)
	}
	return data, res.StatusCode, nil
}

// escapeKey writes a key for an address. Slashes stay: they make folders.
func escapeKey(key string) string {
	segments := strings.Split(key, "/")
	for i, s := range segments {
		segments[i] = url.PathEscape(s)
	}
	return strings.Join(segments, "/")
}

// access reads what the request brought.
func (c *Context) access() (access, error) {
	var a access
	data, err := base64.StdEncoding.DecodeString(c.BlobsContext)
	if err == nil {
		err = json.Unmarshal(data, &a)
	}
	if err != nil || a.URL == "" || a.SiteID == "" {
		return a, fmt.Errorf("netlify: what the request says about blobs cannot be read")
	}
	return a, nil
}

// bare is an error of a request without its address, which has the names of stores and keys in it.
func bare(err error) error {
	if u, ok := err.(*url.Error); ok {
		return u.Err
	}
	return err
}
