package cloudflare

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// compile gives a program of the go command for WebAssembly.
func compile(t testing.TB, source, flags string) []byte {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module example.com/x-y\n\ngo 1.26\n", "main.go": source} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags", flags, "-o", "x.wasm", ".")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOOS=js", "GOARCH=wasm", "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	data, err := os.ReadFile(filepath.Join(dir, "x.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestStrip looks into a program of the go command.
func TestStrip(t *testing.T) {
	const source = "package main\n\nimport \"strconv\"\n\nfunc main() { println(strconv.Quote(\"x\")) }\n"
	stripped, functions, err := strip(compile(t, source, "-w"), nothing)
	if err != nil {
		t.Fatal(err)
	}
	again, none, err := strip(compile(t, source, "-s -w"), nothing)
	if err != nil || string(again) != string(stripped) || len(none) != len(functions) || none[0].name != "" {
		t.Errorf("without -s %d bytes are left, with it %d, %v", len(stripped), len(again), err)
	}
	weights := weigh(functions, []string{"runtime", "strconv", "main", "internal/runtime/maps"})
	found := map[string]int{}
	for _, w := range weights {
		found[w.path] = w.size
	}
	if weights[0].path != "runtime" || found["strconv"] == 0 || found["main"] == 0 || found["internal/runtime/maps"] == 0 {
		t.Errorf("the packages are %v", weights)
	}
	if _, _, err := strip(stripped[:len(stripped)/2], nothing); err == nil {
		t.Error("half a module is taken")
	}
}

// TestLinkedNames looks for functions in a program: inlined ones, and instances of generic ones.
func TestLinkedNames(t *testing.T) {
	const source = "package main\n\ntype list[T any] struct{ x []T }\n\nfunc (l *list[T]) add(x T) { l.x = append(l.x, x) }\n\nvar count int\n\nfunc small() int { count++; return count }\n\nfunc never() { println(0) }\n\nfunc main() {\n\tl := &list[map[string]int]{}\n\tl.add(nil)\n\tprintln(small(), len(l.x))\n}\n"
	names := linkedNames(compile(t, source, "-w"))
	for name, want := range map[string]bool{"main.main": true, "main.(*list).add": true, "main.small": true, "main.never": false} {
		if names[name] != want {
			t.Errorf("%s: %v", name, names[name])
		}
	}
	if linkedNames([]byte("\x00asm\x01\x00\x00\x00")) != nil {
		t.Error("names of nothing")
	}
}

func FuzzStrip(f *testing.F) {
	f.Add([]byte("\x00asm\x01\x00\x00\x00\x00\x08\x04name\x01\x01\x00"))
	f.Fuzz(func(t *testing.T, module []byte) {
		out, _, err := strip(module, nothing)
		if err != nil {
			return
		}
		if again, _, err := strip(out, nothing); err != nil || string(again) != string(out) {
			t.Errorf("%q becomes %q and then %q, %v", module, out, again, err)
		}
	})
}

func nothing(string) bool { return false }
