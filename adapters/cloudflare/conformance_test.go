//go:build platform

package cloudflare

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sitegen.dev/core/adapter/adaptertest"
)

// difference is a group of cases that Cloudflare answers otherwise, and why. The suite is run as a whole, and what fails
// must be in a group; a group in which nothing fails must go.
type difference struct {
	cases  string // a regular expression for "case@variant: the first problem"
	reason string
	first  bool // also where the Worker answers for files
	chance bool // whether it fails is up to which instance answers
}

const (
	workerd = "workerd's own HTTP server answers this before the Worker is asked, or takes it for another request; Cloudflare's edge does so too, in its own words"
	binding = "Cloudflare serves static files by itself: without ranges, with If-None-Match of one tag only, and without Allow"
)

var differences = []difference{
	{`^hosts/(host-malformed|host-twice|absolute-form|not-allowed-in-absolute-form)`, workerd, true, false},
	{`^malformed/`, workerd, true, false},
	{`/(own-word|long-word|own-name|brew|unknown-to-get|unknown-to-five|capitals-matter)@`, "workerd knows no methods but those of HTTP, and answers 501", true, false},
	{`^paths/ambiguous/(dot|backslash)`, "the URL of a request is parsed before the Worker gets it, dot segments and backslashes with it; the guard and the page see the same path", true, false},
	{`^paths/guard-cannot-be-passed/backslash@`, workerd, true, false},
	{`^body/(unread|continue|chunked/extension|chunked-trailer)`, "workerd closes the connection over a body that nobody has read, and takes chunks without extensions and trailers", true, false},
	{`^cookies/read-from-several-lines@`, "the Headers of a Worker join lines with commas; Cloudflare's edge joins lines of Cookie with semicolons before", true, false},
	{`^hosts/forwarded-is-not-believed/cf@`, "CF-Connecting-IP is what Cloudflare's edge says, which takes out what a visitor says; workerd has no edge in front", true, false},
	{`^request/(query-stays/quote|header-value/blanks-around)@`, "a Worker gets the address and the headers as the Fetch standard writes them", true, false},
	{`^(stream|async)/(error|failure|server-goes-on)|^redirect/by-a-component-after-the-flush@`, "workerd ends chunks of an answer that breaks off as if it were whole; over HTTP/2, as between visitors and Cloudflare, the stream is reset", true, false},
	{`^(stream|async)/visitor-leaves`, "the case asks what an earlier request has seen, and another instance may answer; the adapter's own tests look for it", true, true},
	{`^stream/slow-reader-slows-the-producer@`, "the case asks how much an earlier request has written, and another instance may answer; the adapter's own tests look for it", true, true},
	{`^stream/slow-visitors-do-not-block-others@`, "each visitor who does not read holds one of the instances until the timeout; when all are held, others wait", true, true},
	{`^static/(head|compressed|not-compressed-unless-asked|range|failed-condition|not-modified-conditions|hashed-with-conditions)`, binding, true, false},
	{`^static/(method|hashed-other-method|malformed-conditions|validator|not-modified|folder-with-index|slash-in-a-segment)`, binding, false, false},
	{`^prerender/(method|endpoint-method)`, binding, false, false},
	{`: status 307, want `, "the address of a static file has one form, and Cloudflare redirects the others to it with 307", false, false},
	{`^hosts/not-allowed/(page-)?file@`, "security.allowedHosts holds for what the Worker answers; `workerFirst: always` makes that everything", false, false},
}

func conformance(t *testing.T, name string, options string, variants ...string) {
	first := strings.Contains(options, "always")
	whole := &adaptertest.Report{Schema: 1, Target: name}
	failed := make([]bool, len(differences))
	for _, v := range adaptertest.Variants() {
		if len(variants) > 0 && !slices.Contains(variants, v.Name) {
			continue
		}
		t.Run(v.Name, func(t *testing.T) {
			root := t.TempDir()
			b, err := adaptertest.Build(t.Context(), root, v.Name)
			if err != nil {
				t.Fatal(err)
			}
			dir := filepath.Join(root, "dist")
			if err := b.Adapt(t.Context(), Adapter{}, json.RawMessage(options), dir); err != nil {
				t.Fatal(err)
			}
			report, err := adaptertest.RunURL(t.Context(), serve(t, dir), adaptertest.Options{Variant: v.Name})
			if err != nil {
				t.Fatal(err)
			}
			for i := range report.Results {
				r := &report.Results[i]
				if r.Outcome != adaptertest.Failed {
					continue
				}
				k := slices.IndexFunc(differences, func(d difference) bool {
					return (d.first || !first) && regexp.MustCompile(d.cases).MatchString(r.Case+"@"+v.Name+r.Problems[0][strings.Index(r.Problems[0], ": "):])
				})
				if k < 0 {
					t.Errorf("%s: %s", r.Case, strings.Join(r.Problems, "\n"))
					continue
				}
				failed[k] = true
				r.Outcome, r.Reason, r.Problems = adaptertest.Differs, differences[k].reason, nil
			}
			whole.Results = append(whole.Results, report.Results...)
		})
	}
	for k, d := range differences {
		if !failed[k] && (d.first || !first) && !d.chance && len(variants) == 0 {
			t.Errorf("nothing fails that matches %s: remove the declaration", d.cases)
		}
	}
	t.Logf("%d passed, %d differ, %d failed", whole.Count(adaptertest.Passed), whole.Count(adaptertest.Differs), whole.Count(adaptertest.Failed))
	if to := os.Getenv("CONFORMANCE_DIR"); to != "" {
		data, err := json.MarshalIndent(whole, "", "\t")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(to, strings.ReplaceAll(strings.ReplaceAll(name, ", ", "-"), " ", "-")+".json"), data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// TestConformance is the suite as Cloudflare serves sites: files first.
func TestConformance(t *testing.T) { conformance(t, "cloudflare", `{}`) }

// TestConformanceWorkerFirst asks the Worker for everything, which gives what a server gives but for what workerd's HTTP
// and the assets themselves are like.
func TestConformanceWorkerFirst(t *testing.T) {
	conformance(t, "cloudflare, worker first", `{"workerFirst": "always"}`, "default", "server")
}
