package vercel

import (
	"fmt"
	"testing"

	"sitegen.dev/core/site"
)

func TestReach(t *testing.T) {
	var h site.Header
	for _, line := range [][2]string{{"cdn-cache-control", "public, max-age=60"}, {"cache-tag", "a"}, {"cache-control", "public"}, {"set-cookie", "a=1"}, {"x-own", "1"}} {
		h.AddReceived(line[0], line[1])
	}
	for r, want := range map[reach]string{
		asSaid:     "[Vercel-Cdn-Cache-Control: public, max-age=60 Vercel-Cache-Tag: a Cache-Control: public Set-Cookie: a=1 X-Own: 1] 0",
		byRule:     "[Vercel-Cache-Tag: a Cache-Control: public X-Own: 1] 1",
		forVisitor: "[Set-Cookie: a=1 X-Own: 1 Cache-Control: private, no-store] 0",
	} {
		var got []string
		dropped := 0
		for name, value := range r.lines(&h, func() { dropped++ }) {
			got = append(got, name+": "+value)
		}
		if s := fmt.Sprint(got, dropped); s != want {
			t.Errorf("%d: %s; want %s", r, s, want)
		}
	}
}
