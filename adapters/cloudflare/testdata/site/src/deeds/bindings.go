package deeds

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"sitegen.dev/core/site"
	"sitegen.dev/core/site/cloudflare"
)

const (
	cache    = cloudflare.KV("CACHE")
	store    = cloudflare.R2("FILES")
	db       = cloudflare.D1("DB")
	jobs     = cloudflare.Queue("JOBS")
	other    = cloudflare.Service("OTHER")
	counters = cloudflare.DurableObjects("COUNTERS")
	limiter  = cloudflare.RateLimit("LIMITER")
	events   = cloudflare.Analytics("EVENTS")
)

// broken is a reader that says how much there is and fails.
type broken struct{}

var errBroken = errors.New("broken on purpose")

func (broken) Read([]byte) (int, error) { return 0, errBroken }
func (broken) Len() int                 { return 100_000 }

// bind does what needs the platform, and gives what the answer says behind the id.
func bind(ctx context.Context, what, id string, q func(string) string) (string, error) {
	switch what {
	case "kv":
		if err := cache.Put(ctx, id, []byte("value of "+id), cloudflare.KVOptions{TTL: time.Hour, Metadata: []byte(`{"by":"` + id + `"}`)}); err != nil {
			return "", err
		}
		value, ok, err := cache.Get(ctx, id)
		if err != nil {
			return "", err
		}
		list, err := cache.List(ctx, id, "")
		if err != nil {
			return "", err
		}
		if err := cache.Delete(ctx, id); err != nil {
			return "", err
		}
		if err := cache.Put(ctx, id, []byte("a\x00b"), cloudflare.KVOptions{Metadata: []byte(`[1]`)}); err != nil {
			return "", err
		}
		both, beside, _, err := cache.GetWithMetadata(ctx, id)
		if err != nil || string(both) != "a\x00b" || string(beside) != "[1]" {
			return "", fmt.Errorf("with metadata: %q, %s, %v", both, beside, err)
		}
		for _, bad := range []cloudflare.KVOptions{{TTL: time.Millisecond}, {TTL: -time.Second}, {Metadata: []byte("{")}} {
			if err := cache.Put(ctx, id, nil, bad); err == nil {
				return "", fmt.Errorf("%+v are taken", bad)
			}
		}
		if err := cache.Delete(ctx, id); err != nil {
			return "", err
		}
		_, still, err := cache.Get(ctx, id)
		meta := ""
		for _, k := range list.Keys {
			if k.Name == id {
				meta = string(k.Metadata)
			}
		}
		return fmt.Sprint(string(value), " ", ok, " ", still, " ", meta), err
	case "kv-get":
		value, ok, err := cache.Get(ctx, q("key"))
		return fmt.Sprint(string(value), " ", ok), err
	case "kv-none":
		none := cloudflare.KV(strings.ToUpper("none")) // not a constant, so that the build does not see it
		_, _, err := none.Get(ctx, id)
		return fmt.Sprint(err), nil
	case "other-kinds": // which the build does not see either
		text := ""
		for _, err := range []error{
			cloudflare.KV(strings.ToUpper("files")).Put(ctx, id, nil, cloudflare.KVOptions{}),
			cloudflare.R2(strings.ToUpper("cache")).Delete(ctx, id),
			cloudflare.KV(strings.ToUpper("other")).Delete(ctx, id),
			cloudflare.Queue(strings.ToUpper("greeting")).Send(ctx, id, 0),
			cloudflare.D1(strings.ToUpper("cache")).Query(ctx, nil, "SELECT 1"),
		} {
			text += fmt.Sprintln(err)
		}
		return text, nil
	case "kv-nul":
		_, _, err := cache.Get(ctx, "a\x00b")
		return fmt.Sprint(err), nil
	case "kv-cancelled":
		ctx, cancel := context.WithCancel(ctx)
		cancel()
		_, _, err := cache.Get(ctx, id)
		return fmt.Sprint(err), nil
	case "r2":
		if o, err := store.Get(ctx, "none-"+id); err != nil || o != nil {
			return "", fmt.Errorf("an object that is not there: %v, %v", o, err)
		}
		large := bytes.Repeat([]byte(id+"|"), 100_000)
		o, err := store.Put(ctx, id+"/large", bytes.NewReader(large), cloudflare.R2Options{HTTP: cloudflare.R2HTTP{ContentType: "text/x"}, Custom: map[string]string{"by": id}})
		if err != nil || o.Size != int64(len(large)) {
			return "", fmt.Errorf("put: %+v, %v", o, err)
		}
		if _, err := store.Put(ctx, id+"/small", io.MultiReader(strings.NewReader("small")), cloudflare.R2Options{}); err != nil {
			return "", err
		}
		if o, err := store.Put(ctx, id+"/small", strings.NewReader("other"), cloudflare.R2Options{IfAbsent: true}); err != nil || o != nil {
			return "", fmt.Errorf("if absent: %+v, %v", o, err)
		}
		o, err = store.Get(ctx, id+"/large")
		if err != nil {
			return "", err
		}
		got, err := io.ReadAll(o.Body)
		if err != nil || !bytes.Equal(got, large) || o.HTTP.ContentType != "text/x" || o.Custom["by"] != id || o.Uploaded.IsZero() || o.ETag == "" {
			return "", fmt.Errorf("get: %d bytes, %+v, %v", len(got), o, err)
		}
		if _, err := store.Put(ctx, id+"/broken", broken{}, cloudflare.R2Options{}); !errors.Is(err, errBroken) {
			return "", fmt.Errorf("put of a broken stream: %v", err)
		}
		o, err = store.GetRange(ctx, id+"/small", 1, 3)
		if err != nil {
			return "", err
		}
		part, err := io.ReadAll(o.Body)
		if err != nil {
			return "", err
		}
		if o, err = store.Get(ctx, id+"/large"); err != nil { // and nobody reads it
			return "", err
		}
		o.Body.Close()
		list, err := store.List(ctx, id+"/", "", "")
		if err != nil {
			return "", err
		}
		folders, err := store.List(ctx, id, "/", "")
		if err != nil {
			return "", err
		}
		if err := store.Delete(ctx, id+"/large", id+"/small"); err != nil {
			return "", err
		}
		o, err = store.Head(ctx, id+"/small")
		return fmt.Sprint(string(part), " ", len(list.Objects), " ", folders.Prefixes, " ", o), err
	case "d1":
		if _, err := db.Exec(ctx, "CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, owner TEXT, size REAL, data BLOB, done INTEGER)"); err != nil {
			return "", err
		}
		r, err := db.Exec(ctx, "INSERT INTO notes (owner, size, data, done) VALUES (?, ?, ?, ?)", id, 1.5, []byte{0, 255}, true)
		if err != nil {
			return "", err
		}
		if _, err := db.Batch(ctx, cloudflare.Statement{SQL: "INSERT INTO notes (owner, done) VALUES (?, ?)", Args: []any{id, nil}},
			cloudflare.Statement{SQL: "INSERT INTO nothing VALUES (1)"}); err == nil {
			return "", errors.New("a batch that fails")
		}
		if _, err := db.Exec(ctx, "SELECT ?", make(chan int)); err == nil {
			return "", errors.New("a channel is taken")
		}
		if _, err := db.Exec(ctx, "SELECT ?", int64(1)<<60); err == nil {
			return "", errors.New("a number is rounded")
		}
		var notes []struct {
			Owner string
			Size  float64
			Data  []byte
			Done  int
		}
		type named string
		if err := db.Query(ctx, &notes, "SELECT owner, size, data, done FROM notes WHERE owner = ?", named(id)); err != nil {
			return "", err
		}
		var rest []struct {
			Done  bool
			Maybe *bool `json:"absent"`
			Other bool  `json:"other"`
		}
		if err := db.Query(ctx, &rest, "SELECT done, NULL AS absent, 0 AS other FROM notes WHERE owner = ?", &id); err != nil {
			return "", err
		}
		if len(rest) != 1 || !rest[0].Done || rest[0].Maybe != nil || rest[0].Other {
			return "", fmt.Errorf("yes and no: %+v", rest)
		}
		return fmt.Sprint(r.Changes, " ", notes), nil
	case "queue":
		if err := jobs.Send(ctx, map[string]string{"id": "q" + id}, 0); err != nil {
			return "", err
		}
		return "sent", jobs.Send(ctx, []byte("qb"+id), 0)
	case "service":
		var h site.Header
		h.Set("X-Id", id)
		resp, err := other.Fetch(ctx, &site.FetchRequest{Method: "POST", URL: "https://other/path", Header: h, Body: strings.NewReader("to " + id)})
		if err != nil {
			return "", err
		}
		text, err := resp.Text()
		return fmt.Sprint(resp.Status, " ", text, " ", resp.Header.Get("X-Seen"), " ", resp.Header.Values("Set-Cookie")), err
	case "object":
		text := ""
		for range 2 {
			resp, err := counters.Named(id).Fetch(ctx, &site.FetchRequest{Method: "POST", URL: "https://object/" + id, Body: strings.NewReader("x")})
			if err != nil {
				return "", err
			}
			if text, err = resp.Text(); err != nil {
				return "", err
			}
		}
		return text, nil
	case "cache":
		c := cloudflare.Cache("tests")
		url := "https://cache.example/" + id
		var h site.Header
		h.Set("Cache-Control", "max-age=60")
		h.Set("X-Id", id)
		if err := c.Put(ctx, url, 200, &h, strings.NewReader("kept for "+id)); err != nil {
			return "", err
		}
		resp, err := c.Match(ctx, url)
		if err != nil || resp == nil {
			return "", fmt.Errorf("match: %v, %v", resp, err)
		}
		text, err := resp.Text()
		if err != nil {
			return "", err
		}
		// A stream with a length, one without, and one that breaks off.
		for _, size := range []int{200_000, 300_000} {
			large := strings.Repeat(id[:1], size)
			var content io.Reader = strings.NewReader(large)
			if size == 300_000 {
				content = io.MultiReader(content)
			}
			if err := c.Put(ctx, url+"-large", 200, &h, content); err != nil {
				return "", err
			}
			resp, err := c.Match(ctx, url+"-large")
			if err != nil || resp == nil {
				return "", fmt.Errorf("match of %d: %v, %v", size, resp, err)
			}
			if got, err := resp.Text(); err != nil || got != large {
				return "", fmt.Errorf("%d of %d bytes, %v", len(got), size, err)
			}
		}
		for _, content := range []io.Reader{io.MultiReader(strings.NewReader("a"), broken{}), broken{}} {
			if err := c.Put(ctx, url+"-broken", 200, &h, content); !errors.Is(err, errBroken) {
				return "", fmt.Errorf("put of a broken stream: %v", err)
			}
			if resp, err := c.Match(ctx, url+"-broken"); err != nil || resp != nil {
				return "", fmt.Errorf("a broken stream is kept: %v, %v", resp, err)
			}
		}
		there, err := c.Delete(ctx, url)
		if err != nil {
			return "", err
		}
		gone, err := c.Match(ctx, url)
		h.Add("Set-Cookie", "a=b")
		refused := c.Put(ctx, url, 200, &h, nil)
		return fmt.Sprint(text, " ", resp.Header.Get("X-Id"), " ", there, " ", gone == nil, " ", refused != nil), err
	case "limit":
		text := ""
		for range 3 {
			ok, err := limiter.Allow(ctx, id)
			if err != nil {
				return "", err
			}
			text += fmt.Sprint(ok, " ")
		}
		return text, nil
	case "analytics":
		return "written", events.Write(ctx, id, []string{"a"}, []float64{1})
	case "cf":
		var cf struct{ Colo string }
		err := cloudflare.Properties(ctx, &cf)
		return fmt.Sprint(cf.Colo != "", " ", os.Getenv("LIMITS")), err
	case "fetch":
		resp, err := site.Fetch(ctx, &site.FetchRequest{URL: q("url")})
		if err != nil {
			return "", err
		}
		return resp.Text()
	case "fetch-post":
		size := 300_000
		resp, err := site.Fetch(ctx, &site.FetchRequest{Method: "POST", URL: q("url"), Body: bytes.NewReader(bytes.Repeat([]byte("p"), size))})
		if err != nil {
			return "", err
		}
		first, err := resp.Text()
		if err != nil {
			return "", err
		}
		resp, err = site.Fetch(ctx, &site.FetchRequest{Method: "POST", URL: q("url"), Body: io.MultiReader(bytes.NewReader(bytes.Repeat([]byte("p"), size)))})
		if err != nil {
			return "", err
		}
		second, err := resp.Text()
		return first + " " + second, err
	case "fetch-slow": // ends with its own deadline
		ctx, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
		defer cancel()
		_, err := site.Fetch(ctx, &site.FetchRequest{URL: q("url")})
		return fmt.Sprint(errors.Is(err, context.DeadlineExceeded)), nil
	case "fetch-unread":
		_, err := site.Fetch(ctx, &site.FetchRequest{URL: q("url")})
		return "", err
	case "fetch-error":
		_, err := site.Fetch(ctx, &site.FetchRequest{URL: q("url"), Untrusted: q("untrusted") != ""})
		return fmt.Sprint(err), nil
	case "fetch-large":
		resp, err := site.Fetch(ctx, &site.FetchRequest{URL: q("url")})
		if err != nil {
			return "", err
		}
		h := sha256.New()
		n, err := io.Copy(h, resp.Body)
		return fmt.Sprintf("%d %x", n, h.Sum(nil)), err
	}
	return "", fmt.Errorf("there is no deed %q", what)
}
