package node

import (
	"bytes"
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
)

// TestAuthority sends frames of HTTP/2 that no client would: the host of a request is its :authority, whatever a Host
// header beside it says (RFC 9113, section 8.3.1).
func TestAuthority(t *testing.T) {
	cert, key, pool := certificate(t)
	r := launch(t, map[string]string{"SERVER_CERT_PATH": cert, "SERVER_KEY_PATH": key, "PORT": "0"}, "--log", "off")
	addr := strings.TrimPrefix(r.url, "https://")
	for _, tt := range []struct {
		name   string
		fields []string // of the head, besides :method, :scheme and :path
		want   string   // body; "400" and the like for a status, "reset" for a stream that the server ends
	}{
		{"authority", []string{":authority", "one.example"}, "<p>hello from one.example</p>"},
		{"another host", []string{":authority", "one.example", "host", "two.example"}, "<p>hello from one.example</p>"},
		{"another port", []string{":authority", "one.example", "host", "one.example:8080"}, "<p>hello from one.example</p>"},
		{"two hosts", []string{":authority", "one.example", "host", "two.example", "host", "three.example"}, "<p>hello from one.example</p>"},
		{"a bad host", []string{":authority", "one.example", "host", "two.example/@"}, "<p>hello from one.example</p>"},
		{"host alone", []string{"host", "two.example"}, "<p>hello from two.example</p>"},
		{"a path in it", []string{":authority", "one.example/admin"}, "400"},
		{"a user in it", []string{":authority", "user@one.example"}, "reset"},
		{"twice", []string{":authority", "one.example", ":authority", "two.example"}, "reset"},
		{"behind a header", []string{"host", "two.example", ":authority", "one.example"}, "reset"},
	} {
		conn, err := tls.Dial("tcp", addr, &tls.Config{RootCAs: pool, NextProtos: []string{"h2"}})
		if err != nil {
			t.Fatal(err)
		}
		conn.SetDeadline(time.Now().Add(10 * time.Second))
		if got := askH2(conn, append([]string{":method", "GET", ":scheme", "https", ":path", "/hello"}, tt.fields...)); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
		conn.Close()
	}
	r.stop(t)
}

// askH2 sends one request with the fields as they are, and gives the body of a 200, else the status.
func askH2(conn io.ReadWriter, fields []string) string {
	const (
		data, headers, rst, settings, goaway = 0, 1, 3, 4, 7
		endStream, endHeaders                = 1, 4
	)
	frame := func(kind, flags byte, stream uint32, payload []byte) []byte {
		b := binary.BigEndian.AppendUint32(nil, uint32(len(payload))<<8|uint32(kind))
		return append(binary.BigEndian.AppendUint32(append(b, flags), stream), payload...)
	}
	var head []byte // RFC 7541: literals that are not indexed, with names of their own, not Huffman-coded
	for i := 0; i < len(fields); i += 2 {
		head = append(head, 0, byte(len(fields[i])))
		head = append(append(head, fields[i]...), byte(len(fields[i+1])))
		head = append(head, fields[i+1]...)
	}
	out := append([]byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), frame(settings, 0, 0, nil)...)
	if _, err := conn.Write(append(out, frame(headers, endStream|endHeaders, 1, head)...)); err != nil {
		return err.Error()
	}
	var body bytes.Buffer
	status := ""
	for {
		var h [9]byte
		if _, err := io.ReadFull(conn, h[:]); err != nil {
			return err.Error()
		}
		payload := make([]byte, int(h[0])<<16|int(h[1])<<8|int(h[2]))
		if _, err := io.ReadFull(conn, payload); err != nil {
			return err.Error()
		}
		switch h[3] {
		case rst, goaway:
			return "reset"
		case headers:
			// The status comes first, for the usual ones as an index of the static table.
			switch payload[0] {
			case 0x88:
			case 0x8c:
				status = "400"
			default:
				status = fmt.Sprintf("a head that begins with %x", payload[0])
			}
		case data:
			body.Write(payload)
		default:
			continue
		}
		if h[4]&endStream == 0 {
			continue
		}
		if status != "" {
			return status
		}
		return body.String()
	}
}
