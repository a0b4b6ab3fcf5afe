package vercel

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"sitegen.dev/core/site"
)

// FlagsCookie is the cookie in which Vercel's toolbar keeps what somebody has set flags to.
const FlagsCookie = "vercel-flag-overrides"

// Flag gives what the visitor has set a feature flag to in Vercel's toolbar, and value where he has set nothing, or something of
// another type. Only people of the team can: the cookie is sealed with FLAGS_SECRET, which Vercel sets in the project. Elsewhere
// than on Vercel, and without that variable, it gives value.
//
//	if vercel.Flag(page, "newCheckout", false) { … }
func Flag[T any](page *site.Page, name string, value T) T {
	c := Of(page)
	if c == nil || c.access == nil || c.access.FlagsSecret == "" {
		return value
	}
	cookie, ok := page.Cookies.GetRaw(FlagsCookie)
	if !ok {
		return value
	}
	set, ok := overrides(cookie, c.access.FlagsSecret, time.Now())
	if !ok || set[name] == nil {
		return value
	}
	var v *T
	if json.Unmarshal(set[name], &v) != nil || v == nil {
		return value
	}
	return *v
}

// maxOverrides is how long the cookie may be, in bytes.
const maxOverrides = 8 << 10

// overrides opens the cookie: a JSON Web Encryption in its compact form, with the secret itself as the key ("dir") and A256GCM, as the
// flags package of Vercel makes them (RFC 7516, github.com/vercel/flags, packages/flags/src/lib/crypto.ts).
func overrides(token, secret string, now time.Time) (map[string]json.RawMessage, bool) {
	key, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(secret, "="))
	parts := strings.Split(token, ".")
	if err != nil || len(key) != 32 || len(token) > maxOverrides || len(parts) != 5 || parts[1] != "" {
		return nil, false
	}
	var raw [5][]byte
	for i, part := range parts {
		if raw[i], err = base64.RawURLEncoding.DecodeString(part); err != nil {
			return nil, false
		}
	}
	var head struct {
		Alg, Enc string
		Zip      string
		Crit     []string
	}
	if json.Unmarshal(raw[0], &head) != nil || head.Alg != "dir" || head.Enc != "A256GCM" || head.Zip != "" || head.Crit != nil {
		return nil, false
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, false
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil || len(raw[2]) != gcm.NonceSize() || len(raw[4]) != gcm.Overhead() {
		return nil, false
	}
	plain, err := gcm.Open(nil, raw[2], slices.Concat(raw[3], raw[4]), []byte(parts[0]))
	if err != nil {
		return nil, false
	}
	var claims struct {
		Exp     float64                    `json:"exp"`
		Purpose json.RawMessage            `json:"pur"`
		Set     map[string]json.RawMessage `json:"o"`
	}
	if json.Unmarshal(plain, &claims) != nil || claims.Exp != 0 && float64(now.Unix()) >= claims.Exp {
		return nil, false
	}
	// The same secret seals other things for other purposes.
	var one string
	var many []string
	if json.Unmarshal(claims.Purpose, &one) != nil && json.Unmarshal(claims.Purpose, &many) != nil || one != "overrides" && !slices.Contains(many, "overrides") {
		return nil, false
	}
	return claims.Set, true
}
