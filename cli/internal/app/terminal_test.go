package app

import (
	"strings"
	"testing"
	"time"

	"sitegen.dev/core/diag"
)

// fakeTerminal is one on which somebody looks, with a clock that the test moves.
func fakeTerminal(env map[string]string) (*terminal, *strings.Builder, *time.Time) {
	out := &strings.Builder{}
	at := time.Unix(0, 0)
	t := &terminal{
		env:    Env{Stderr: out, TTY: true, Getenv: func(name string) string { return env[name] }},
		format: "text", now: func() time.Time { return at }, start: at,
	}
	return t, out, &at
}

func TestProgress(t *testing.T) {
	term, out, now := fakeTerminal(nil)
	step := func(d time.Duration, phase, detail string) {
		term.mu.Lock()
		*now = now.Add(d)
		term.mu.Unlock()
		term.progress(phase, detail)
	}
	step(0, "read", "")
	step(900*time.Millisecond, "compile", "")
	if out.Len() > 0 {
		t.Errorf("a quick build draws nothing, but: %q", out)
	}
	step(200*time.Millisecond, "prerender", "10 pages")
	step(10*time.Millisecond, "prerender", "11 pages") // too soon to be seen
	step(100*time.Millisecond, "prerender", "12 pages")
	term.note("done")
	term.progress("", "")
	if want := "\r\x1b[Kprerender 10 pages  1.1s\r\x1b[Kprerender 12 pages  1.2s\r\x1b[Kdone\n"; out.String() != want {
		t.Errorf("got  %q\nwant %q", out, want)
	}
}

func TestNoProgress(t *testing.T) {
	for name, change := range map[string]func(*terminal, map[string]string){
		"CI":      func(_ *terminal, env map[string]string) { env["CI"] = "true" },
		"dumb":    func(_ *terminal, env map[string]string) { env["TERM"] = "dumb" },
		"no TTY":  func(t *terminal, _ map[string]string) { t.env.TTY = false },
		"--quiet": func(t *terminal, _ map[string]string) { t.quiet = true },
	} {
		env := map[string]string{}
		term, out, now := fakeTerminal(env)
		change(term, env)
		*now = now.Add(time.Minute)
		term.progress("compile", "")
		if out.Len() > 0 {
			t.Errorf("%s: %q", name, out)
		}
	}
}

func TestVerbose(t *testing.T) {
	term, out, now := fakeTerminal(map[string]string{"CI": "true"})
	term.verbose = true
	term.progress("read", "")
	*now = now.Add(1500 * time.Millisecond)
	term.progress("compile", "")
	*now = now.Add(20 * time.Millisecond)
	term.progress("", "")
	if want := "read        1.50s\ncompile     0.02s\n"; out.String() != want {
		t.Errorf("got  %q\nwant %q", out, want)
	}
}

// TestWriteClears: what the site prints, or a diagnostic, never stands behind a progress line.
func TestWriteClears(t *testing.T) {
	term, out, now := fakeTerminal(nil)
	*now = now.Add(2 * time.Second)
	term.progress("prerender", "")
	term.Write([]byte("hello\n"))
	*now = now.Add(time.Second)
	term.progress("prerender", "")
	var list diag.List
	list.Error("SG7005", diag.Range{}, "the disk is full", "")
	term.print(&list, nil)
	for _, want := range []string{"2.0s\r\x1b[Khello\n", "3.0s\r\x1b[Kerror: the disk is full"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in %q", want, out)
		}
	}
	if term.said.Len() != 1 {
		t.Errorf("%d diagnostics kept for --json; want 1", term.said.Len())
	}
}

// TestTick: the line is drawn while a phase says nothing, and never again once it has ended.
func TestTick(t *testing.T) {
	term, out, now := fakeTerminal(nil)
	term.progress("compile", "")
	term.mu.Lock()
	*now = now.Add(3 * time.Second)
	term.mu.Unlock()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		term.mu.Lock()
		drawn := out.String()
		term.mu.Unlock()
		if drawn != "" {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("nothing was drawn")
		}
	}
	term.progress("", "")
	if want := "\r\x1b[Kcompile  3.0s\r\x1b[K"; out.String() != want {
		t.Errorf("got  %q\nwant %q", out, want)
	}
}

func TestSize(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 999: "999 B", 1000: "1.0 kB", 999_949: "999.9 kB", 1_000_000: "1.0 MB", 7_340_000: "7.3 MB", 2_500_000_000: "2.5 GB"} {
		if got := size(n); got != want {
			t.Errorf("size(%d) = %q; want %q", n, got, want)
		}
	}
}
