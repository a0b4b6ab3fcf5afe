// Package seal encrypts what a page hands to its server islands, so that a visitor can neither read nor change it: keys
// in, sealed bytes out and back. It knows nothing of pages and requests, and is apart from package site so that only
// programs with islands link cryptography.
//
// A message is sealed with AES-256-GCM. Its nonce is not random but made from key, context and message, as in SIV: the
// same message is sealed to the same bytes, so that builds can be repeated and answers be cached; who sees two sealed
// messages learns whether they are equal, and nothing else.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
)

const (
	keySize   = 32
	nonceSize = 12
	maxKeys   = 16
)

// NewKey makes a key, in the form that New reads.
func NewKey(random io.Reader) (string, error) {
	var key [keySize]byte
	if _, err := io.ReadFull(random, key[:]); err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(key[:]), nil
}

// Ring is one or several keys. It is safe for use by several goroutines.
type Ring struct{ keys []key }

type key struct {
	aead  cipher.AEAD
	nonce []byte // key of the nonces
	mark  string
}

// New reads keys, separated by commas: 32 bytes each, in base64. The first seals, all open.
func New(keys string) (*Ring, error) {
	r := new(Ring)
	for s := range strings.SplitSeq(keys, ",") {
		if s = strings.TrimSpace(s); s == "" {
			continue
		}
		secret, err := decode(s)
		if err != nil {
			return nil, fmt.Errorf("key %d %w", len(r.keys)+1, err)
		}
		if len(r.keys) == maxKeys {
			return nil, fmt.Errorf("more than %d keys", maxKeys)
		}
		block, err := aes.NewCipher(derive(secret, "encrypt"))
		if err != nil {
			return nil, err
		}
		aead, err := cipher.NewGCM(block)
		if err != nil {
			return nil, err
		}
		r.keys = append(r.keys, key{aead, derive(secret, "nonce"), hex.EncodeToString(derive(secret, "mark")[:8])})
	}
	if len(r.keys) == 0 {
		return nil, errors.New("there is no key")
	}
	return r, nil
}

// decode reads base64 in any of its four spellings. The error does not show the key.
func decode(s string) ([]byte, error) {
	s = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(s, "="))
	secret, err := base64.RawStdEncoding.DecodeString(s)
	if err != nil {
		return nil, errors.New("is not base64")
	}
	if len(secret) != keySize {
		return nil, fmt.Errorf("has %d bytes, not %d", len(secret), keySize)
	}
	return secret, nil
}

// derive makes a key for one purpose, so that no key is used for two.
func derive(secret []byte, purpose string) []byte {
	h := hmac.New(sha256.New, secret)
	io.WriteString(h, "sitegen server island "+purpose)
	return h.Sum(nil)
}

// Mark tells the first key from others without giving it away.
func (r *Ring) Mark() string { return r.keys[0].mark }

// Has says whether the key of a Mark is among the keys.
func (r *Ring) Has(mark string) bool {
	for i := range r.keys {
		if r.keys[i].mark == mark {
			return true
		}
	}
	return false
}

// Seal encrypts a message. It opens only with the same context, which is not part of the result.
func (r *Ring) Seal(message, context []byte) []byte {
	k := &r.keys[0]
	h := hmac.New(sha256.New, k.nonce)
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(len(context)))
	h.Write(n[:])
	h.Write(context)
	h.Write(message)
	out := make([]byte, nonceSize, nonceSize+len(message)+k.aead.Overhead())
	copy(out, h.Sum(nil))
	return k.aead.Seal(out, out[:nonceSize], message, context)
}

// Open gives the message that was sealed, and false for anything that no key of the ring has sealed for this context.
func (r *Ring) Open(sealed, context []byte) (message []byte, ok bool) {
	if len(sealed) < nonceSize {
		return nil, false
	}
	for i := range r.keys {
		if message, err := r.keys[i].aead.Open(nil, sealed[:nonceSize], sealed[nonceSize:], context); err == nil {
			return message, true
		}
	}
	return nil, false
}
