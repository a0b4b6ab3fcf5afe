package csp

import "testing"

func TestSources(t *testing.T) {
	// The first is the example of https://www.w3.org/TR/CSP3/#external-hash; the others are of openssl dgst.
	for _, tt := range []struct {
		hash       func(string) string
		text, want string
	}{
		{SHA256, "alert('Hello, world.');", "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='"},
		{SHA384, "alert('Hello, world.');", "'sha384-H8BRh8j48O9oYatfu5AZzq6A9RINhZO5H16dQZngK7T62em8MUt1FLm52t+eX6xO'"},
		{SHA512, "alert('Hello, world.');", "'sha512-Q2bFTOhEALkN8hOms2FKTDLy7eugP2zFZ1T8LCvX42Fp3WoNr3bjZSAHeOsHrbV1Fu9/A0EzCinRE7Af1ofPrw=='"},
	} {
		if got := tt.hash(tt.text); got != tt.want {
			t.Errorf("%s, want %s", got, tt.want)
		}
	}
	if SHA256("a\r\nb\rc") != SHA256("a\nb\nc") {
		t.Error("a browser sees line ends of one character")
	}
}
