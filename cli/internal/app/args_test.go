package app

import (
	"io"
	"strings"
	"testing"
)

func testEnv() Env {
	return Env{Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: io.Discard, Getenv: func(string) string { return "" }, Version: "1.2.3"}
}

func TestArrange(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"", ""},
		{"build", "build --"},
		{"-C x build", "--C=x build --"},
		{"build -C x", "--C=x build --"},
		{"build --root=x -q", "--root=x --q build --"},
		{"-qv build", "--q --v build --"},
		{"new tea --template blog", "new --template=blog -- tea"},
		{"--template blog new tea", "new --template=blog -- tea"},
		{"new --template=blog -- --tea", "new --template=blog -- --tea"},
		{"fmt a -l b", "fmt --l -- a b"},
		{"fmt -ld a", "fmt --l --d -- a"},
		{"fmt -", "fmt -- -"},
		{"-- fmt -l", "fmt -- -l"},
		{"build --json=false", "build --json=false --"},
		{"build --out -q", "build --out=-q --"}, // what follows a flag with a value is its value
		{"build --help", "help -- build"},
		{"-h", "help --"},
		{"help -h", "help --"},
		{"help build", "help -- build"},

		{"biuld", `unknown command "biuld", did you mean "build"?`},
		{"xyzzy", "unknown command \"xyzzy\"; `sitegen help` lists the commands"},
		{"build --adaptr node", "unknown flag --adaptr, did you mean --adapter?"},
		{"build --template blog", "unknown flag --template; `sitegen help build` lists the flags"},
		{"--template blog build", "`sitegen build` has no flag --template; `sitegen help build` lists its flags"},
		{"--nothing", "unknown flag --nothing; `sitegen help` lists the flags"},
		{"build -z", "unknown flag -z; `sitegen help build` lists the flags"},
		{"build --out", "--out needs a value"},
	} {
		got, err := arrange(newApp(testEnv()), strings.Fields("sitegen "+tt.in))
		text := strings.TrimSpace(strings.TrimPrefix(strings.Join(got, " "), "sitegen"))
		if err != nil {
			text = err.Error()
		}
		if text != tt.want {
			t.Errorf("arrange(%q)\n got %s\nwant %s", tt.in, text, tt.want)
		}
	}
}

// TestCommands holds every command against what we promise of all of them.
func TestCommands(t *testing.T) {
	app := newApp(testEnv())
	global := map[string]bool{"h": true, "help": true}
	for _, f := range app.Flags {
		for _, n := range f.Names() {
			global[n] = true
		}
	}
	for _, c := range app.Commands {
		if c.Hidden {
			continue
		}
		if c.Usage == "" || strings.HasSuffix(c.Usage, ".") {
			t.Errorf("%s: usage %q is one line without a full stop", c.Name, c.Usage)
		}
		if !strings.Contains(c.Description, "\n   sitegen "+c.Name) && c.Name != "completion" {
			t.Errorf("%s has no example", c.Name)
		}
		for _, f := range c.Flags {
			for _, n := range f.Names() {
				if global[n] {
					t.Errorf("%s: flag %s is a flag of every command", c.Name, n)
				}
			}
		}
		var b strings.Builder
		if err := writeCommandHelp(&b, app, c); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(b.String()) {
			if len([]rune(line)) > 140 || strings.Contains(line, "`") && !strings.Contains(c.Description, "`") {
				t.Errorf("help %s: %q", c.Name, line)
			}
		}
	}
}

func TestCandidates(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"b", "build"},
		{"ver", "version"},
		{"__", ""},
		{"--q", "--quiet"},
		{"build|--ad", "--adapter"},
		{"build|--adapter|no", "node none"},
		{"build|--adapter=no", "--adapter=node --adapter=none"},
		{"--format|", "text json github"},
		{"new|--template|", "minimal blog app"},
		{"help|bu", "build"},
		{"completion|", "bash fish pwsh zsh"},
		{"fmt|sr", ""}, // file names are the shell's
		{"nonsense|x", ""},
	} {
		got := strings.Join(candidates(newApp(testEnv()), strings.Split(tt.in, "|")), " ")
		if got != tt.want {
			t.Errorf("candidates(%s) = %q; want %q", tt.in, got, tt.want)
		}
	}
}
