package syntax

import (
	"math/rand/v2"
	"testing"

	"sitegen.dev/core/syntax/syntaxtest"
)

// TestGenerated formats components that were put together by chance, and holds that most of them are right.
func TestGenerated(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	right := 0
	const all = 1000
	for range all {
		choices := make([]byte, random.IntN(300))
		for i := range choices {
			choices[i] = byte(random.IntN(256))
		}
		if checkGenerated(t, choices) {
			right++
		}
		if t.Failed() {
			return
		}
	}
	if right < all/2 {
		t.Errorf("only %d of %d components are right", right, all)
	}
}

// FuzzFormatGenerated holds the formatter to the same as FuzzFormat, for components that nest more than what comes of changed examples.
func FuzzFormatGenerated(f *testing.F) {
	random := rand.New(rand.NewPCG(5, 6))
	for range 50 {
		choices := make([]byte, 100)
		for i := range choices {
			choices[i] = byte(random.IntN(256))
		}
		f.Add(choices)
	}
	f.Fuzz(func(t *testing.T, choices []byte) { checkGenerated(t, choices) })
}

// checkGenerated says whether the component is a right one.
func checkGenerated(t *testing.T, choices []byte) bool {
	t.Helper()
	src := syntaxtest.Component(choices)
	file, diags := Parse("generated.gosite", []byte(src))
	checkTree(t, file)
	if len(diags) > 0 {
		return false
	}
	checkGo(t, file)
	checkFormat(t, file, format(file))
	if t.Failed() {
		t.Logf("%q", src)
	}
	return true
}
