package scaffold

import "testing"

func TestSiteName(t *testing.T) {
	for module, want := range map[string]string{
		"shop":                "shop",
		"example.com/shop":    "shop",
		"example.com/shop/v2": "shop",
		"x/v10":               "x",
		"example.com/v":       "v",
		"example.com/v2ray":   "v2ray",
		"v2":                  "v2",
	} {
		if got := siteName(module); got != want {
			t.Errorf("siteName(%q) = %q, want %q", module, got, want)
		}
	}
}
