package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestShell runs every command of ours that the documentation shows for a shell, each in a new site and as the examples of the help
// are run. What is not ours has its reason in elsewhere, and the folders and files of this repository that it names have to be there.
func TestShell(t *testing.T) {
	const repository = "../../.."
	pages, err := filepath.Glob(repository + "/website/src/pages/docs/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatal(len(pages), err)
	}
	for _, more := range []string{"README.md", "CONTRIBUTING.md", "SECURITY.md", "editors/*/README.md", "examples/*/README.md", "cli/internal/scaffold/_templates/*/README.md"} {
		found, err := filepath.Glob(repository + "/" + more)
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %d files, %v", more, len(found), err)
		}
		pages = append(pages, found...)
	}
	dir := t.TempDir()
	var scripts []string
	seen, used := map[string]bool{}, map[string]bool{}
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		rel, err := filepath.Rel(repository, page)
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range shellBlocks(string(text)) {
			at := repository // where cd has led within the block
			made := map[string]bool{}
			for i, line := range block.lines {
				where := fmt.Sprintf("%s:%d", filepath.ToSlash(rel), block.line+i)
				if to, ok := strings.CutPrefix(line, "cd "); ok {
					from := []string{filepath.Join(at, to), filepath.Join(filepath.Dir(page), to)}
					switch {
					case made[to]:
					case exists(from[0]):
						at = from[0]
					case exists(from[1]):
						at = from[1]
					default:
						t.Errorf("%s: %s: there is no such folder in the repository, and nothing before makes it", where, line)
					}
					continue
				}
				if m := newSite.FindStringSubmatch(line); m != nil {
					made[m[1]] = true
				}
				if to, ok := strings.CutPrefix(line, "mkdir -p "); ok && !strings.Contains(to, " ") {
					made[strings.SplitN(to, "/", 2)[0]] = true
				}
				if why := elsewhere[line]; why != "" {
					used[line] = true
					checkPaths(t, where, line, at)
					continue
				}
				m := regexp.MustCompile(`^(?:\w+='[^']*' |\w+=\S+ )*(?:source <\()?sitegen (?:-C \S+ )?(?:\[flags\] )?([a-zA-Z-]+)`).FindStringSubmatch(line)
				switch {
				case m == nil:
					t.Errorf("%s: %s: not a command of ours; say in elsewhere what it is", where, line)
				case !seen[line]: // the same line does the same on every page
					seen[line] = true
					name := filepath.Join(dir, fmt.Sprintf("%s_%d.txtar", strings.TrimSuffix(filepath.Base(page), ".md"), block.line+i))
					e := example{m[1], line}
					if err := os.WriteFile(name, []byte(shellScript(e)), 0o666); err != nil {
						t.Fatal(err)
					}
					scripts = append(scripts, name)
				}
			}
		}
	}
	if len(scripts) < 50 {
		t.Errorf("only %d commands were found", len(scripts))
	}
	for line := range elsewhere {
		if !used[line] {
			t.Errorf("elsewhere: no page shows %s", line)
		}
	}
	if t.Failed() {
		return
	}
	runScripts(t, scripts)
}

// shellScript is a command of the documentation as a script of testscript.
func shellScript(e example) string {
	switch {
	case e.line == "sitegen [flags] COMMAND [flags] [arguments]":
		return "sitegen --help\nstdout 'sitegen \\[flags\\] COMMAND \\[flags\\] \\[arguments\\]'\n"
	case strings.HasSuffix(e.line, " logs --follow"): // it goes on until the server ends
		return "sitegen new tea --yes -q\ncd tea\nsitegen dev --background --port 0\nexec bash -c '(sleep 1; sitegen dev stop) & bash $0' $WORK/example.sh\nstdout .\n-- example.sh --\n" + e.line + "\n"
	case strings.HasSuffix(e.line, "' sitegen dev"):
		return "sitegen new tea --yes -q\ncd tea\nstart http:// bash $WORK/example.sh\nhttp / 200\nquit\n-- example.sh --\n" + e.line + "\n"
	case strings.HasPrefix(e.line, "sitegen -C fixture"):
		return "sitegen test --write fixture\nexec bash $WORK/example.sh\nexists fixture/dist/server/server\n-- example.sh --\n" + e.line + "\n"
	case strings.HasPrefix(e.line, "sitegen preview --adapter "):
		return "sitegen new tea --yes -q\ncd tea\nsitegen build -q" + strings.TrimPrefix(e.line, "sitegen preview") + "\nstart http:// bash $WORK/example.sh\nhttp / 200\nquit\n-- example.sh --\n" + e.line + "\n"
	}
	script := e.script()
	if m := newSite.FindStringSubmatch(e.line); m != nil {
		script = strings.Replace(script, " -C tea\n", " -C "+m[1]+"\n", 1)
	}
	if strings.HasSuffix(e.line, "--adapter vercel") {
		script = strings.Replace(script, "exists dist\n", "exists .vercel/output\n", 1)
	}
	return script
}

var newSite = regexp.MustCompile(`^sitegen new ([\w-]+)`)

// elsewhere are the commands of the documentation that are not run, and why.
var elsewhere = map[string]string{
	"HOST=0.0.0.0 PORT=8080 ./dist/server/server":                             "build_ondemand.txtar starts it",
	"./dist/server/server":                                                    "build_ondemand.txtar starts it",
	"./fixture/dist/server/server --port 4400":                                "the commands beside it start it",
	"npx wrangler deploy":                                                     "the platform's own",
	"vercel deploy --prebuilt":                                                "the platform's own",
	"npm install --save-dev miniflare@4":                                      "needs the network",
	"npm install -D sass":                                                     "needs the network",
	"npm install -D tailwindcss @tailwindcss/cli":                             "needs the network",
	"npx playwright test":                                                     "whatever tests a site in a browser",
	"npm ci":                                                                  "needs the network; scripts/editors runs it",
	"npm run package":                                                         "needs npm; scripts/editors runs it",
	"code --install-extension gosite.vsix":                                    "the editor's own",
	"rsync -a --delete dist/ www.example.com:/srv/tea/":                       "needs a server",
	"go install golang.org/x/tools/gopls@latest":                              "needs the network",
	"go get github.com/aws/aws-lambda-go/lambda@v1.55.1":                      "needs the network",
	"go install ./cli/cmd/sitegen":                                            "makes what all these tests run",
	"go run ./website/playground/pack website/public/playground-files":        "make playground runs it",
	"go mod edit -require=example.com/ui@v0.0.0 -replace=example.com/ui=./ui": "TestRecipes runs it",
	"go test ./...":                                                           "TestScripts/new_* and scripts/examples run it",
	"go run ./web":                                                            "scripts/examples runs it",
	"export NETLIFY_AUTH_TOKEN=…":                                             "a secret stands there",
	"export SITEGEN_KEY=…":                                                    "a secret stands there",
	"mkdir -p ~/.config/nvim/parser ~/.config/nvim/queries/gosite":            "changes the home folder",
	"cc -shared -fPIC -Os -I src -o ~/.config/nvim/parser/gosite.so src/parser.c src/scanner.c": "changes the home folder; scripts/editors compiles the same",
	"cp queries/*.scm ~/.config/nvim/queries/gosite/":                                           "changes the home folder",
	"hx --grammar build":                                                                     "the editor's own",
	"mkdir -p ~/.config/helix/runtime/queries/gosite":                                        "changes the home folder",
	"cp editors/tree-sitter/queries/*.scm ~/.config/helix/runtime/queries/gosite/":           "changes the home folder",
	"sitegen add example.com/adapter-static-tar":                                             "TestAdapterGuide runs it, and what stands around it",
	"mkdir -p adapter-static-tar/tarball":                                                    "TestAdapterGuide runs it",
	"go mod init example.com/adapter-static-tar":                                             "TestAdapterGuide runs it",
	"go mod edit -require=sitegen.dev/core@v0.0.0 -replace=sitegen.dev/core=../sitegen/core": "TestAdapterGuide runs it",
	"go mod edit -replace=example.com/adapter-static-tar=../adapter-static-tar":              "TestAdapterGuide runs it",
	"go mod tidy": "TestAdapterGuide runs it",
	"make demo":   "what it runs, other tests run",
	"make test":   "runs this test",
}

var shellFence = regexp.MustCompile("(?ms)^````.*?^````$|^```sh\n(.*?)^```$")

type shellBlock struct {
	line  int // of the page, of the first line
	lines []string
}

// shellBlocks finds what a page shows for a shell. What stands behind "  #" says what a line does.
func shellBlocks(text string) (all []shellBlock) {
	for _, m := range shellFence.FindAllStringSubmatchIndex(text, -1) {
		if m[2] < 0 {
			continue
		}
		b := shellBlock{line: 1 + strings.Count(text[:m[2]], "\n")}
		for line := range strings.Lines(text[m[2]:m[3]]) {
			line, _, _ = strings.Cut(line, "  #")
			b.lines = append(b.lines, strings.TrimSpace(line))
		}
		all = append(all, b)
	}
	return all
}

// checkPaths looks for the folders and files of this repository that a command names.
func checkPaths(t *testing.T, where, line, at string) {
	t.Helper()
	for _, m := range regexp.MustCompile(`(?:^| )((?:\./)?(?:cli|website|editors|src|queries)/[\w./*-]+)`).FindAllStringSubmatch(line, -1) {
		if found, err := filepath.Glob(filepath.Join(at, m[1])); (err != nil || len(found) == 0) && !strings.Contains(m[1], "playground-files") {
			t.Errorf("%s: %s: there is no %s", where, line, m[1])
		}
	}
}
