package app

import (
	"net"
	"testing"
)

func TestHostAllowed(t *testing.T) {
	allowed := []string{"dev.test", "example.com", "*.example.org", "**.deep.example", "https://shop.example.net:8443"}
	for host, want := range map[string]bool{
		"localhost":             true,
		"LOCALHOST:4321":        true,
		"tea.localhost:4321":    true,
		"127.0.0.1:4321":        true,
		"[::1]:4321":            true,
		"[::1]":                 true,
		"[fe80::1%25eth0]:4321": true,
		"a%25eth0":              false,
		"192.168.1.7:80":        true,
		"dev.test:4321":         true,
		"Example.com.":          true,
		"a.example.org":         true,
		"a.b.example.org":       false,
		"a.deep.example":        true,
		"a.b.deep.example":      true,
		"deep.example":          false,
		"example.org":           false,
		"shop.example.net":      true,
		"evil.example":          false,
		"localhost.evil.test":   false,
		"evil-localhost":        false,
		"127.0.0.1.evil.test":   false,
		"example.com.evil.test": false,
		"":                      false,
	} {
		if got := hostAllowed(host, allowed); got != want {
			t.Errorf("hostAllowed(%q) = %v; want %v", host, got, want)
		}
	}
}

func TestListen(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	port := taken.Addr().(*net.TCPAddr).Port
	l, err := listen("127.0.0.1", port)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if got := l.Addr().(*net.TCPAddr).Port; got <= port {
		t.Errorf("listening on %d; want a port behind %d", got, port)
	}
	for host, want := range map[string]string{
		"256.1.1.1": "cannot listen on 256.1.1.1:9: no machine of the name 256.1.1.1 is known here; --host chooses another",
		"192.0.2.1": "cannot listen on 192.0.2.1:9: this machine has no such address; --host chooses another",
	} {
		if _, err := listen(host, 9); err == nil || err.Error() != want {
			t.Errorf("listen(%q): %v; want %s", host, err, want)
		}
	}
}

func TestAddresses(t *testing.T) {
	for host, want := range map[string]string{
		"127.0.0.1": "http://127.0.0.1:80/docs/",
		"localhost": "http://localhost:80/docs/",
		"::1":       "http://[::1]:80/docs/",
		"::":        "http://127.0.0.1:80/docs/",
		"fe80::1%a": "http://[fe80::1%25a]:80/docs/",
		"0.0.0.0":   "http://127.0.0.1:80/docs/",
		"":          "http://127.0.0.1:80/docs/",
	} {
		if got := addresses(host, 80, "/docs/"); got[0] != want {
			t.Errorf("addresses(%q) = %v; want %s first", host, got, want)
		}
	}
}
