package app

import (
	"errors"
	"io"
	"os"
	"path/filepath"
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
		{"build --template blog", "`sitegen build` has no flag --template, which belongs to new; `sitegen help build` lists its flags"},
		{"build --port 3", "`sitegen build` has no flag --port, which belongs to dev, preview; `sitegen help build` lists its flags"},
		{"build --prt 3", "unknown flag --prt; `sitegen help build` lists the flags"},
		{"--template blog build", "`sitegen build` has no flag --template, which belongs to new; `sitegen help build` lists its flags"},
		{"--nothing", "unknown flag --nothing; `sitegen help` lists the flags"},
		{"build -z", "unknown flag -z; `sitegen help build` lists the flags"},
		{"build --out", "--out needs a value"},
		{"dev --open --port 1", "dev --open --port=1 --"},
		{"dev --open=/about/ -f logs", "dev --open=/about/ --f -- logs"},
		{"telemetry", "there is no telemetry to switch off: sitegen sends nothing anywhere"},
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
			if len([]rune(strings.TrimSuffix(line, "\n"))) > helpWidth && !strings.HasPrefix(line, "  sitegen ") || strings.Contains(line, "`") && !strings.Contains(c.Description, "`") {
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
		{"new|-t|", "minimal blog app"},
		{"new|--adapter|no", "node none"},
		{"check|--adapter|a", "auto all"},
		{"dev|--editor|c", "cursor"},
		{"env|--mode|", "production development"},
		{"test|--variant=b", "--variant=base"},
		{"add|net", "netlify"},
		{"routes|/a", "/about/"},
		{"routes|/about/|/", ""}, // it takes one
		{"routes|-C|x|", "--C=x / /about/ /blog/"},
		{"dev|st", "stop status"},
		{"dev|stop|s", ""},
		{"preview|l", "logs"},
		{"dev|--open", "--open"},
		{"help|bu", "build"},
		{"completion|", "bash fish pwsh zsh"},
		{"fmt|sr", ""}, // file names are the shell's
		{"nonsense|x", ""},
	} {
		paths := func(global []string) []string { return append(global, "/", "/about/", "/blog/") }
		got := strings.Join(candidates(newApp(testEnv()), strings.Split(tt.in, "|"), paths), " ")
		if got != tt.want {
			t.Errorf("candidates(%s) = %q; want %q", tt.in, got, tt.want)
		}
	}
}

// Whatever has a list of values says which one may have been meant.
func TestDidYouMean(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"biuld", `did you mean "build"?`},
		{"help biuld", `did you mean "build"?`},
		{"build --adptr x", "did you mean --adapter?"},
		{"routes --jsn", "did you mean --json?"},
		{"fmt --stdn", "did you mean --stdin?"},
		{"routes --format jsn", `did you mean "json"?`},
		{"new --template blgo x", `did you mean "blog"?`},
		{"new --adapter netlfy x", `did you mean "netlify"?`},
		{"dev --editor vscod", `did you mean "vscode"?`},
		{"dev stauts", `did you mean "status"?`},
		{"preview stpo", `did you mean "stop"?`},
		{"dev --bakground", "did you mean --background?"},
		{"build --outDir x", "did you mean --out?"},
		{"dev --allowedHosts x", "did you mean --allowed-hosts?"},
		{"test --variant bse http://127.0.0.1:1", `did you mean "base"?`},
		{"completion zhs", `did you mean "zsh"?`},
		{"build --adapter nod", `did you mean "node"?`},
		{"check --adapter nod", `did you mean "node"?`},
		{"check --adapter al", `did you mean "all"?`},
		{"deploy --adapter vercl", `did you mean "vercel"?`},
		{"preview --adapter vercl", `did you mean "vercel"?`},
		{"add vercl", `did you mean "vercel"?`},
	} {
		env := testEnv()
		var errs strings.Builder
		env.Stderr, env.Dir = &errs, t.TempDir()
		for name, text := range map[string]string{"site.yaml": "", "go.mod": "module example.com/site\n\ngo 1.24\n", "src/pages/index.gosite": "<p>x</p>\n"} {
			name = filepath.Join(env.Dir, name)
			if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(text), 0o644)); err != nil {
				t.Fatal(err)
			}
		}
		if code := Main(t.Context(), strings.Fields("sitegen "+tt.in), env); code == exitOK || !strings.Contains(errs.String(), tt.want) {
			t.Errorf("sitegen %s: exit code %d, %s", tt.in, code, &errs)
		}
	}
}
