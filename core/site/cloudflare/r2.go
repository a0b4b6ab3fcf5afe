package cloudflare

import (
	"context"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"time"
)

// R2 is a bucket ("r2_buckets" in wrangler.jsonc).
type R2 string

// R2Object is an object of a bucket.
type R2Object struct {
	Key      string            `json:"key"`
	Size     int64             `json:"size"`           // bytes
	ETag     string            `json:"httpEtag"`       // with its quotes, as a header has it
	Uploaded time.Time         `json:"uploaded"`       // when
	HTTP     R2HTTP            `json:"httpMetadata"`   // what Put was given
	Custom   map[string]string `json:"customMetadata"` // likewise
	// Body is the content; nil unless Get gave the object. Read it to the end or close it.
	Body io.ReadCloser `json:"-"`
}

// R2HTTP are the header lines that an object is served with.
type R2HTTP struct {
	ContentType        string `json:"contentType,omitempty"`
	ContentLanguage    string `json:"contentLanguage,omitempty"`
	ContentDisposition string `json:"contentDisposition,omitempty"`
	ContentEncoding    string `json:"contentEncoding,omitempty"`
	CacheControl       string `json:"cacheControl,omitempty"`
}

// Head gives what is known of an object, nil where there is none.
func (b R2) Head(ctx context.Context, key string) (*R2Object, error) {
	result, found, err := call(ctx, "r2.head", nil, string(b), key)
	if err != nil || !found {
		return nil, err
	}
	o := &R2Object{}
	return o, json.Unmarshal(result, o)
}

// Get gives an object with its content, nil where there is none.
func (b R2) Get(ctx context.Context, key string) (*R2Object, error) {
	return b.GetRange(ctx, key, 0, -1)
}

// GetRange is Get for a part of the content: length bytes from offset, or all from there where length is negative.
func (b R2) GetRange(ctx context.Context, key string, offset, length int64) (*R2Object, error) {
	args := []string{string(b), key, strconv.FormatInt(offset, 10), strconv.FormatInt(length, 10)}
	id, err := begin("r2.get", nil, args...)
	if err != nil {
		return nil, err
	}
	result, found, err := wait(ctx, id, "r2.get", string(b))
	if err != nil || !found {
		return nil, err
	}
	o := &R2Object{Body: &stream{ctx: ctx, id: id}}
	if err := json.Unmarshal(result, o); err != nil {
		o.Body.Close()
		return nil, err
	}
	return o, nil
}

// R2Options say how an object is kept.
type R2Options struct {
	HTTP     R2HTTP            `json:"httpMetadata"`             // what it is served with
	Custom   map[string]string `json:"customMetadata,omitempty"` // whatever else is kept beside it
	IfAbsent bool              `json:"-"`                        // only where there is no object of that key
}

// Put writes an object, and gives what is known of it then; nil where IfAbsent has kept it from being written. Content with
// a method Len is not held in memory as a whole; R2 wants to know the length beforehand, so that any other is read first.
func (b R2) Put(ctx context.Context, key string, content io.Reader, o R2Options) (*R2Object, error) {
	options, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	if content == nil {
		content = strings.NewReader("")
	}
	body, err := newSizedBody(content)
	if err != nil {
		return nil, err
	}
	id, err := begin("r2.put", body.data, string(b), key, string(options), strconv.FormatBool(o.IfAbsent), body.kind, body.size)
	if err != nil {
		return nil, err
	}
	waiting, stop := body.send(ctx, id)
	defer stop()
	result, found, err := wait(waiting, id, "r2.put", string(b))
	if err != nil || !found {
		host.Drop(id)
		return nil, err
	}
	out := &R2Object{}
	return out, json.Unmarshal(result, out)
}

// Delete removes objects, up to 1,000 at once; those that are not there are no error.
func (b R2) Delete(ctx context.Context, keys ...string) error {
	data, err := json.Marshal(keys)
	if err != nil {
		return err
	}
	_, _, err = call(ctx, "r2.delete", data, string(b))
	return err
}

// R2Page is a part of a list.
type R2Page struct {
	Objects  []R2Object `json:"objects"`
	Prefixes []string   `json:"delimitedPrefixes"` // where a delimiter was given: what the keys have in common
	Cursor   string     `json:"cursor"`            // for the next part; "" after the last
}

// List gives objects whose keys begin with prefix in order, up to 1,000 at a time, from where cursor says. With a
// delimiter, mostly "/", keys that have one behind the prefix are given as Prefixes.
func (b R2) List(ctx context.Context, prefix, delimiter, cursor string) (page R2Page, err error) {
	err = callJSON(ctx, &page, "r2.list", nil, string(b), prefix, delimiter, cursor)
	return page, err
}
