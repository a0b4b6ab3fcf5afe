package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/goproxytest"
	"github.com/rogpeppe/go-internal/testscript"
)

// TestHelp runs every example of `sitegen help COMMAND`, as it stands there, in a shell and in a new site.
func TestHelp(t *testing.T) {
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("the examples are written for bash, which is not here")
	}
	examples := helpExamples(t)
	if len(examples) < 50 {
		t.Fatalf("only %d examples were found", len(examples))
	}
	dir := t.TempDir()
	var files []string
	counts := map[string]int{}
	for _, e := range examples {
		counts[e.command]++
		name := filepath.Join(dir, fmt.Sprintf("%s_%d.txtar", e.command, counts[e.command]))
		if err := os.WriteFile(name, []byte(e.script()), 0o666); err != nil {
			t.Fatal(err)
		}
		files = append(files, name)
	}
	runScripts(t, files)
}

// runScripts runs scripts beside a module proxy that holds the modules of testdata, whose address is in MODULES.
func runScripts(t *testing.T, files []string) {
	t.Helper()
	proxy, err := goproxytest.NewServer(filepath.Join("testdata", "modules"), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(proxy.Close)
	p := scriptParams(t)
	p.Files = files
	setup := p.Setup
	p.Setup = func(env *testscript.Env) error {
		env.Setenv("MODULES", proxy.URL)
		return setup(env)
	}
	testscript.Run(t, p)
}

// example is a line below "Examples:", with the comment in which it says what it does.
type example struct{ command, line string }

var helpRow = regexp.MustCompile(`(?m)^  (\S.*)$`)

// helpExamples asks the command line for its commands, and each of them for its examples.
func helpExamples(t *testing.T) []example {
	t.Helper()
	section := func(title string, args ...string) [][]string {
		out, err := exec.Command("sitegen", append([]string{"help"}, args...)...).Output()
		if err != nil {
			t.Fatal(err)
		}
		_, rest, ok := strings.Cut(string(out), "\n"+title+":\n")
		if !ok {
			t.Fatalf("sitegen help %s has no %s", strings.Join(args, " "), title)
		}
		rest, _, _ = strings.Cut(rest, "\n\n")
		return helpRow.FindAllStringSubmatch(rest, -1)
	}
	var all []example
	for _, c := range section("Commands") {
		name := strings.Fields(c[1])[0]
		for _, e := range section("Examples", name) {
			all = append(all, example{name, e[1]})
		}
	}
	return all
}

// script is the example as a script of testscript: what it needs, the line itself, what must be true afterwards.
func (e example) script() string {
	const site = "sitegen new tea --yes -q\ncd tea\n"
	run := "exec bash $WORK/example.sh\n"
	server := "start http:// bash $WORK/example.sh\nhttp / 200\nquit\n"
	var text string
	switch e.command {
	case "new":
		if strings.Contains(e.line, "--in-module") {
			text = "cp $WORK/around.mod go.mod\n" + run + "sitegen check --strict -C web\n"
			break
		}
		text = run + "sitegen check --strict -C tea\n"
	case "add":
		// It asks, so there has to be a terminal.
		text = "env TERM=xterm GOPROXY=$MODULES GONOSUMDB=example.com\n" + site + "stdin $WORK/yes\n"
		if strings.Contains(e.line, "--dry-run") {
			text += "cp site.yaml before\n[exec:script] exec script -qec 'bash '$WORK/example.sh typescript\ncmp site.yaml before\n"
			break
		}
		text += "[!exec:script] skip 'no way to have a terminal'\nexec script -qec 'bash '$WORK/example.sh typescript\ngrep ^adapter: site.yaml\n"
	case "dev", "preview":
		text = site + "sitegen build -q\n" + server
		switch words := strings.Fields(e.line); {
		case strings.Contains(e.line, "--background"):
			text = strings.Replace(text, server, run+"stdout ^http://\nsitegen "+e.command+" stop\n", 1)
		case len(words) > 2 && !strings.HasPrefix(words[2], "-") && words[2] != "#":
			text = strings.Replace(text, server, "sitegen "+e.command+" --background --port 0\n"+run, 1)
			if words[2] != "stop" {
				text += "stdout .\nsitegen " + e.command + " stop\n"
			}
		}
		if strings.Contains(e.line, "--open") {
			text = "[linux] mkdir $WORK/bin\n[linux] cp $WORK/browser $WORK/bin/xdg-open\n[linux] chmod 755 $WORK/bin/xdg-open\n[linux] env PATH=$WORK/bin:$PATH\n" +
				strings.Replace(text, "quit", "[linux] exec bash $WORK/opened.sh\n[linux] grep ^$URL $WORK/opened\nquit", 1)
		}
	case "build":
		text = site + run + "exists dist\n"
	case "deploy":
		text = site + "netlify tea\nenv NETLIFY_AUTH_TOKEN=$TOKEN\nsitegen add -q netlify --yes\ncp $WORK/netlify.yaml site.yaml\nsitegen build -q\n" + run + "stdout .\n"
	case "test":
		if strings.Contains(e.line, "--write") {
			text = run + "exists fixture/site.yaml\n"
			break
		}
		variant := "default"
		if _, name, ok := strings.Cut(e.line, "--variant "); ok {
			variant = strings.Fields(name)[0]
		}
		text = "sitegen test --write fixture --variant " + variant + "\nsitegen -C fixture build -q --adapter node\nstart http:// fixture/dist/server/server --host 127.0.0.1 --port 0\n" +
			"exec bash $WORK/here.sh\n" + run + "stdout .\nquit\n"
	case "fmt":
		text = site + "cp $WORK/a.gosite a.gosite\n" + run
	case "lsp":
		text = site + "stdin $WORK/farewell\n" + run + "stdout '\"capabilities\"'\n"
	case "completion":
		shell := strings.Fields(e.line[strings.Index(e.line, "completion"):])[1]
		switch shell = strings.Trim(shell, ")"); shell {
		case "bash":
			text = site + run
		case "zsh":
			text = site + "[exec:zsh] exec zsh -f -c 'autoload -U compinit; compinit -u -D; source $0' $WORK/example.sh\n"
		default:
			text = site + "[exec:" + shell + "] exec " + shell + " -c $EXAMPLE\n"
		}
		text += "sitegen completion " + shell + "\nstdout __complete\n"
	default:
		text = site + run
		if strings.Contains(e.line, "--watch") {
			text = site + "start 'waiting for changes' bash $WORK/example.sh\nquit\n"
		}
	}
	if strings.Contains(e.line, "--json") && strings.HasPrefix(e.line, "sitegen "+e.command) && e.command != "test" {
		text += "stdout '\"schema\"|\"ok\"'\n"
	}
	if strings.Contains(e.line, ">out.sarif") {
		text += "sarif out.sarif\n"
	}
	return "# " + e.line + "\nenv 'EXAMPLE=" + strings.ReplaceAll(e.line, "'", "''") + "'\n" + text + `
-- example.sh --
` + e.line + `
-- here.sh --
sed -i.bak -E "s,https?://[^ ]+,${URL%/docs}," "$WORK/example.sh"
-- yes --
y
-- browser --
#!/bin/sh
echo "$1" >"$WORK/opened"
-- opened.sh --
for ((i = 0; i < 1000; i++)); do [ ! -s "$WORK/opened" ] || exit 0; sleep 0.01; done; exit 1
-- netlify.yaml --
adapter: {name: netlify, project: tea}
-- a.gosite --
<p>tea</p>
-- around.mod --
module example.com/shop

go 1.26
-- farewell --
` + frames(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}`, `{"jsonrpc":"2.0","method":"initialized","params":{}}`, `{"jsonrpc":"2.0","id":2,"method":"shutdown"}`, `{"jsonrpc":"2.0","method":"exit"}`)
}

// frames writes messages as the language server protocol frames them.
func frames(messages ...string) string {
	var b strings.Builder
	for _, m := range messages {
		fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n%s", len(m), m)
	}
	return b.String() + "\n"
}
