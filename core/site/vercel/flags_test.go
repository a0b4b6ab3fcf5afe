package vercel

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"strings"
	"testing"
	"time"
)

const flagsSecret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"

// sealed makes a cookie as Vercel's toolbar does.
func sealed(t testing.TB, secret, head, claims string) string {
	t.Helper()
	b64 := base64.RawURLEncoding
	key, err := b64.DecodeString(secret)
	if err != nil {
		t.Fatal(err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	nonce := make([]byte, gcm.NonceSize())
	first := b64.EncodeToString([]byte(head))
	out := gcm.Seal(nil, nonce, []byte(claims), []byte(first))
	at := len(out) - gcm.Overhead()
	return strings.Join([]string{first, "", b64.EncodeToString(nonce), b64.EncodeToString(out[:at]), b64.EncodeToString(out[at:])}, ".")
}

func TestOverrides(t *testing.T) {
	const head = `{"alg":"dir","enc":"A256GCM"}`
	good := sealed(t, flagsSecret, head, `{"o":{"a":true},"pur":"overrides","exp":2000}`)
	other := base64.RawURLEncoding.EncodeToString(make([]byte, 32))
	for name, tt := range map[string]struct {
		token, secret string
		now           int64
		want          string
	}{
		"good":          {good, flagsSecret, 1000, "true"},
		"padded secret": {good, flagsSecret + "=", 1000, "true"},
		"many purposes": {sealed(t, flagsSecret, head, `{"o":{"a":1},"pur":["x","overrides"]}`), flagsSecret, 1000, "1"},
		"past its end":  {good, flagsSecret, 2000, ""},
		"other secret":  {good, other, 1000, ""},
		"short secret":  {good, "AAEC", 1000, ""},
		"other purpose": {sealed(t, flagsSecret, head, `{"o":{"a":1},"pur":"values"}`), flagsSecret, 1000, ""},
		"no purpose":    {sealed(t, flagsSecret, head, `{"o":{"a":1}}`), flagsSecret, 1000, ""},
		"other kind":    {sealed(t, flagsSecret, `{"alg":"none","enc":"A256GCM"}`, `{"o":{"a":1},"pur":"overrides"}`), flagsSecret, 1000, ""},
		"compressed":    {sealed(t, flagsSecret, `{"alg":"dir","enc":"A256GCM","zip":"DEF"}`, `{"o":{"a":1},"pur":"overrides"}`), flagsSecret, 1000, ""},
		"changed":       {good[:len(good)-2] + "AA", flagsSecret, 1000, ""},
		"junk":          {"a.b.c", flagsSecret, 1000, ""},
		"empty":         {"", flagsSecret, 1000, ""},
	} {
		got, ok := overrides(tt.token, tt.secret, time.Unix(tt.now, 0))
		if string(got["a"]) != tt.want || ok != (tt.want != "") {
			t.Errorf("%s: %s, %t; want %q", name, got, ok, tt.want)
		}
	}
}

func FuzzOverrides(f *testing.F) {
	f.Add(sealed(f, flagsSecret, `{"alg":"dir","enc":"A256GCM"}`, `{"o":{"a":true},"pur":"overrides"}`))
	f.Add("a..b.c.d")
	f.Fuzz(func(t *testing.T, token string) {
		overrides(token, flagsSecret, time.Unix(1000, 0))
	})
}
