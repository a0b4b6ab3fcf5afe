package vercel

import (
	"bufio"
	"encoding/json"
	"net"
	"strings"
	"testing"
	"time"
)

// What is logged of a request before the platform was told that the program is there waits for that, and keeps its order; what nobody waits
// for, and what is too much, goes to standard error.
func TestEarlyLogs(t *testing.T) {
	platform, program := net.Pipe()
	defer platform.Close()
	var stderr strings.Builder
	c := &ipc{stderr: &stderr, conn: program}
	inv := invocation{ID: "a", Request: 7}
	c.log(inv, "warn", "first")
	c.log(invocation{}, "error", "of no request")
	c.log(inv, "info", strings.Repeat("x", maxEarly))
	go func() {
		c.serverStarted(3*time.Millisecond, 3000)
		c.log(inv, "info", "second")
		c.end(inv)
		c.end(invocation{}) // one that the platform did not number
		c.close()
	}()
	var got []string
	for r := bufio.NewReader(platform); ; {
		line, err := r.ReadString(0)
		if err != nil {
			break
		}
		if !json.Valid([]byte(strings.TrimSuffix(line, "\x00"))) {
			t.Errorf("%q is no JSON", line)
		}
		got = append(got, strings.TrimSuffix(line, "\x00"))
	}
	want := []string{
		`{"type":"server-started","payload":{"initDuration":3,"httpPort":3000}}`,
		`{"type":"log","payload":{"context":{"invocationId":"a","requestId":7},"message":"Zmlyc3QK","level":"warn"}}`,
		`{"type":"log","payload":{"context":{"invocationId":"a","requestId":7},"message":"c2Vjb25kCg==","level":"info"}}`,
		`{"type":"end","payload":{"context":{"invocationId":"a","requestId":7},"error":null}}`,
	}
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		t.Errorf("the platform hears\n%s\nwant\n%s", g, w)
	}
	if s := stderr.String(); !strings.HasPrefix(s, "error: of no request\ninfo: xxx") || len(s) < maxEarly {
		t.Errorf("standard error holds %d bytes", len(s))
	}
}
