// Package conformance runs the conformance suite against what the Netlify adapter writes, with the preview in Netlify's
// place. It is a package of its own because it builds whole sites, which takes longer than all other tests of the adapter
// together.
package conformance

import (
	"context"
	"encoding/json"
	"maps"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"sitegen.dev/adapters/netlify"
	"sitegen.dev/core/adapter/adaptertest"
)

func TestMain(m *testing.M) {
	code := m.Run()
	adaptertest.Cleanup()
	os.Exit(code)
}

func TestShim(t *testing.T) {
	adaptertest.Run(t, adaptertest.Target{
		Name:    "netlify shim",
		Adapter: netlify.Adapter{},
		Options: json.RawMessage(`{"rewrites": ["**/*.html", "files/hello.txt", "shared.json"]}`),
		Start:   preview,
		Skip:    merge(differences, shimDifferences),
	})
}

// preview serves an output as Netlify would.
func preview(t *testing.T, s adaptertest.Site) string {
	t.Helper()
	h, stop, err := netlify.Adapter{}.Preview(context.WithoutCancel(t.Context()), s.Dir)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(h)
	t.Cleanup(func() {
		srv.Close()
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	return srv.URL
}

// Why Netlify answers otherwise.
const (
	platformFiles   = "finished files are served by Netlify: no list of methods for OPTIONS, compression and conditions as its network does them"
	platformNames   = "404.html is a file like any other when it is asked for by its name"
	platformSlashes = "Netlify serves a finished page at both addresses, with and without a slash at the end"
	platformHosts   = "finished files are served at every domain of the site, and Netlify answers for no other"
	platformWire    = "the message is refused, or not, by Netlify's network before it reaches the site"
	platformVisitor = "who the visitor is and which host was asked for is taken from Netlify alone, so that nobody can forge it"
	platformPaths   = "the function's path is compared with the address as it was sent"
)

// in declares cases of the variants, which are separated by blanks.
func in(variants, reason string, cases ...string) map[string]string {
	out := map[string]string{}
	for v := range strings.FieldsSeq(variants) {
		for _, c := range cases {
			out[c+"@"+v] = reason
		}
	}
	return out
}

// every declares patterns of cases in all variants.
func every(reason string, patterns ...string) map[string]string {
	out := map[string]string{}
	for _, p := range patterns {
		out[p] = reason
	}
	return out
}

func merge(all ...map[string]string) map[string]string {
	out := map[string]string{}
	for _, m := range all {
		maps.Copy(out, m)
	}
	return out
}

// differences are the cases that Netlify answers otherwise, with the reason.
var differences = merge(
	in("default base never server", platformFiles, "prerender/method/options"),
	in("default base server", platformFiles, "static/method/options", "static/compressed", "static/failed-condition-is-not-cached",
		"static/hashed-with-conditions/malformed", "static/hashed-with-conditions/precondition-failed"),
	in("default base never", platformNames, "errors/by-name/not-found", "errors/by-name/failed"),
	in("base", platformNames, "base/nothing-outside/own-404-is-no-page"),
	in("base", platformSlashes, "slash/always/prerendered", "slash/always/base-itself", "slash/always/base-itself-query"),
	in("never", platformSlashes, "slash/never/prerendered", "slash/never/head", "slash/never/folder-index"),
	in("server", platformHosts, "hosts/not-allowed/file", "hosts/not-allowed/page-file"),
	in("never", platformVisitor, "csrf/behind-a-proxy/public-origin", "csrf/behind-a-proxy/public-origin-text", "csrf/behind-a-proxy/behind-the-proxy"),
	in("default", platformWire, "malformed/header-large", "malformed/headers-many"),
	in("server", platformVisitor, "hosts/client-address/ipv6", "hosts/client-address/ipv6-in-brackets", "hosts/client-address/last-that-is-not-trusted",
		"hosts/client-address/one", "hosts/client-address/port", "hosts/client-address/trusted-ones-skipped", "hosts/trusted-forwarded/all",
		"hosts/trusted-forwarded/default-port", "hosts/trusted-forwarded/first-of-list", "hosts/trusted-forwarded/host-and-proto",
		"hosts/trusted-forwarded/host", "hosts/trusted-forwarded/junk-port", "hosts/trusted-forwarded/junk-proto", "hosts/trusted-forwarded/scheme-rule",
		"hosts/trusted-forwarded/capitals", "hosts/trusted-forwarded/one-label", "hosts/trusted-forwarded/several-labels",
		"hosts/trusted-forwarded/rule-with-port", "hosts/trusted-forwarded/port-in-the-host"),
)

// shimDifferences are those of mode shim alone.
var shimDifferences = merge(
	in("base", platformPaths, "base/escaped-base-is-the-base"),
)
