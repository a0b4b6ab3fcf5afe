package vercel

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"testing"

	"sitegen.dev/core/adapter/adaptertest"
)

func TestMain(m *testing.M) {
	code := m.Run()
	adaptertest.Cleanup()
	os.RemoveAll(fixtures.dir)
	os.RemoveAll(compiledDir)
	os.Exit(code)
}

// startPreview serves an output by the rules of its own config.json, with the function running.
func startPreview(t *testing.T, dir string) string {
	t.Helper()
	p, err := newPreview(dir, testLog{t})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(p)
	t.Cleanup(func() {
		srv.Close()
		if err := p.stop(); err != nil {
			t.Error(err)
		}
	})
	return srv.URL
}

// testLog is the log of a function, shown with -v.
type testLog struct{ t *testing.T }

// Write takes lines.
func (l testLog) Write(p []byte) (int, error) {
	if testing.Verbose() {
		l.t.Logf("%s", p)
	}
	return len(p), nil
}

func TestConformance(t *testing.T) {
	adaptertest.Run(t, adaptertest.Target{
		Name:    "vercel",
		Adapter: Adapter{},
		Options: json.RawMessage(`{"rewrites": ["files/*.txt"]}`),
		Start:   func(t *testing.T, s adaptertest.Site) string { return startPreview(t, s.Dir) },
		Skip:    differences,
	})
}

// The reasons for which Vercel answers otherwise.
const (
	filesGetHead = "the platform answers for files, and takes GET and HEAD only"
	ownForwarded = "the platform writes X-Forwarded-* itself and believes nobody else's"
	ownHosts     = "the platform answers for files, for the hosts that the project has as its domains"
)

// differences are the cases that Vercel answers otherwise.
var differences = map[string]string{
	"prerender/method/options":                      filesGetHead,
	"static/method/options":                         filesGetHead,
	"static/compressed":                             "the platform compresses by itself; the preview sends files as they are",
	"hosts/not-allowed/file":                        ownHosts,
	"hosts/not-allowed/page-file":                   ownHosts,
	"csrf/behind-a-proxy/public-origin":             ownForwarded,
	"csrf/behind-a-proxy/public-origin-text":        ownForwarded,
	"csrf/behind-a-proxy/behind-the-proxy":          ownForwarded,
	"hosts/trusted-forwarded/host":                  ownForwarded,
	"hosts/trusted-forwarded/host-and-proto":        ownForwarded,
	"hosts/trusted-forwarded/all":                   ownForwarded,
	"hosts/trusted-forwarded/default-port":          ownForwarded,
	"hosts/trusted-forwarded/first-of-list":         ownForwarded,
	"hosts/trusted-forwarded/scheme-rule":           ownForwarded,
	"hosts/trusted-forwarded/junk-proto":            ownForwarded,
	"hosts/trusted-forwarded/junk-port":             ownForwarded,
	"hosts/trusted-forwarded/capitals":              ownForwarded,
	"hosts/trusted-forwarded/one-label":             ownForwarded,
	"hosts/trusted-forwarded/several-labels":        ownForwarded,
	"hosts/trusted-forwarded/rule-with-port":        ownForwarded,
	"hosts/trusted-forwarded/port-in-the-host":      ownForwarded,
	"hosts/client-address/one":                      ownForwarded,
	"hosts/client-address/last-that-is-not-trusted": ownForwarded,
	"hosts/client-address/trusted-ones-skipped":     ownForwarded,
	"hosts/client-address/port":                     ownForwarded,
	"hosts/client-address/ipv6":                     ownForwarded,
	"hosts/client-address/ipv6-in-brackets":         ownForwarded,
}
