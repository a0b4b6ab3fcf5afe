package seal

import (
	"bytes"
	"strings"
	"testing"
)

func ring(t testing.TB, keys string) *Ring {
	t.Helper()
	r, err := New(keys)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// fixed gives the key whose bytes are all b.
func fixed(t testing.TB, b byte) string {
	t.Helper()
	k, err := NewKey(bytes.NewReader(bytes.Repeat([]byte{b}, keySize)))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestSeal(t *testing.T) {
	a, b := fixed(t, 1), fixed(t, 2)
	one, both, other := ring(t, a), ring(t, b+", "+a), ring(t, b)
	sealed := one.Seal([]byte("message"), []byte("context"))
	if again := ring(t, a).Seal([]byte("message"), []byte("context")); !bytes.Equal(sealed, again) {
		t.Error("the same message is sealed to other bytes")
	}
	open := func(name string, r *Ring, sealed []byte, context, want string) {
		t.Helper()
		got, ok := r.Open(sealed, []byte(context))
		if ok != (want != "") || string(got) != want {
			t.Errorf("%s: %q, %v", name, got, ok)
		}
	}
	open("same key", one, sealed, "context", "message")
	open("old key in the ring", both, sealed, "context", "message")
	open("foreign key", other, sealed, "context", "")
	open("other context", one, sealed, "contexts", "")
	open("no context", one, sealed, "", "")
	open("empty", one, nil, "context", "")
	open("nonce alone", one, sealed[:nonceSize], "context", "")
	for i := range sealed {
		bad := bytes.Clone(sealed)
		bad[i] ^= 1
		open("changed byte", one, bad, "context", "")
		open("cut off", one, sealed[:i], "context", "")
	}
	open("longer", one, append(bytes.Clone(sealed), 0), "context", "")
	open("the new key seals", other, both.Seal([]byte("m"), nil), "", "m")
	// Context and message do not run into each other.
	if bytes.Equal(one.Seal([]byte("bc"), []byte("a"))[:nonceSize], one.Seal([]byte("c"), []byte("ab"))[:nonceSize]) {
		t.Error("two messages have one nonce")
	}
	if !both.Has(one.Mark()) || other.Has(one.Mark()) || both.Mark() != other.Mark() {
		t.Error("marks do not tell keys apart")
	}
}

func TestKeys(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"", "there is no key"},
		{" , ", "there is no key"},
		{"secret!", "key 1 is not base64"},
		{"c2hvcnQ=", "key 1 has 5 bytes, not 32"},
		{fixed(t, 1) + ",x", "key 2 is not base64"},
		{strings.Repeat(fixed(t, 1)+",", 17), "more than 16 keys"},
	} {
		if _, err := New(tt.in); err == nil || err.Error() != tt.want {
			t.Errorf("New(%q): %v, want %s", tt.in, err, tt.want)
		}
	}
	k := fixed(t, 0xfb) // has + and / in it
	for _, spelling := range []string{k, strings.TrimRight(k, "="), strings.NewReplacer("+", "-", "/", "_").Replace(k), " " + k + " ,"} {
		if ring(t, spelling).Mark() != ring(t, k).Mark() {
			t.Errorf("%q is read as another key", spelling)
		}
	}
	if _, err := NewKey(strings.NewReader("short")); err == nil {
		t.Error("a key of a short source")
	}
}

func FuzzOpen(f *testing.F) {
	r := ring(f, fixed(f, 1))
	good := r.Seal([]byte("message"), []byte("context"))
	f.Add(good, []byte("context"))
	f.Add([]byte(nil), []byte(nil))
	f.Add(good[:13], []byte("context"))
	f.Fuzz(func(t *testing.T, sealed, context []byte) {
		message, ok := r.Open(sealed, context)
		if ok && !bytes.Equal(r.Seal(message, context), sealed) {
			t.Errorf("opened what was never sealed: %x", sealed)
		}
	})
}
