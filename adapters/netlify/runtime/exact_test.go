package netlify

import "testing"

func TestExact(t *testing.T) {
	for target, want := range map[string]string{
		"/api/login":              "",
		"/api/login/":             "",
		"/api/login?a=%61":        "",
		"/":                       "",
		"*":                       "",
		"/a/../b":                 "", // the site refuses it
		"/api/%6Cogin":            "/api/login",
		"/api/%6cogin/?a=%61":     "/api/login/?a=%61",
		"/api//login":             "/api/login",
		"//evil.example/%61":      "/evil.example/a",
		"/caf%c3%a9":              "/caf%C3%A9",
		"/caf%C3%A9":              "",
		"/a:b*c":                  "/a%3Ab%2Ac",
		"/a%3Ab%2Ac":              "",
		"/%40me":                  "/@me",
		"/a%2fb":                  "/a%2Fb",
		"/a%5Cb":                  "",
		"http://evil.example/%61": "",
	} {
		got, other := exact(target)
		if got != want || other != (want != "") {
			t.Errorf("exact(%q) = %q, %v; want %q", target, got, other, want)
		}
		if again, other := exact(got); other {
			t.Errorf("exact(%q) = %q: it goes on and on", got, again)
		}
	}
}
