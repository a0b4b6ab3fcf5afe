package netlify

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"sitegen.dev/core/adapter"
)

// uploads is how many files are sent at once, as many as Netlify's own command line sends.
const uploads = 5

// upload sends what Netlify asks for.
func (d *deployer) upload(ctx context.Context, deploy remoteDeploy, result *adapter.Deployed) error {
	type job struct {
		path string // of the API
		from deployFile
	}
	base := "/deploys/" + url.PathEscape(deploy.ID)
	var jobs []job
	for _, p := range result.Parts {
		switch {
		case p.Kind == "file" && slices.Contains(deploy.Required, p.Digest):
			jobs = append(jobs, job{base + "/files/" + escapeName(p.Name), d.files[p.Name]})
		case p.Kind == "function" && slices.Contains(deploy.Functions, p.Digest):
			i := slices.IndexFunc(d.archives, func(a *archive) bool { return a.name == p.Name })
			a := d.archives[i]
			query := url.Values{"runtime": {a.runtime}}
			if a.mode != "" {
				query.Set("invocation_mode", a.mode)
			}
			jobs = append(jobs, job{base + "/functions/" + url.PathEscape(p.Name) + "?" + query.Encode(), deployFile{from: a.file, size: a.size}})
		}
	}
	var done atomic.Int64
	var sent atomic.Int64
	d.Progress("upload", 0, len(jobs))
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan job)
	var wg sync.WaitGroup
	for range min(uploads, len(jobs)) {
		wg.Go(func() {
			for j := range next {
				if err := d.api.send(ctx, http.MethodPut, j.path, "application/octet-stream", j.from.size, j.from.open, nil); err != nil {
					cancel(err)
					return
				}
				sent.Add(j.from.size)
				d.Progress("upload", int(done.Add(1)), len(jobs))
			}
		})
	}
feed:
	for _, j := range jobs {
		select {
		case next <- j:
		case <-ctx.Done():
			break feed
		}
	}
	close(next)
	wg.Wait()
	result.Sent, result.Bytes = int(done.Load()), sent.Load()
	return context.Cause(ctx)
}

// escapeName writes the name of a file for the path of a call.
func escapeName(name string) string {
	segments := strings.Split(name, "/")
	for i, s := range segments {
		segments[i] = url.PathEscape(s)
	}
	return strings.Join(segments, "/")
}
