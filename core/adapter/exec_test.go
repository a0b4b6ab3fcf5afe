package adapter

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/manifest"
)

// TestMain makes this test program an adapter by others, of the kind that SITEGEN_TEST_ADAPTER names.
func TestMain(m *testing.M) {
	kind := os.Getenv("SITEGEN_TEST_ADAPTER")
	switch kind {
	case "":
		os.Exit(m.Run())
	case "whole":
		Main(testWhole{testAdapter{kind}})
	case "silent":
		fmt.Fprintln(os.Stderr, "no idea")
		os.Exit(3)
	case "chatty":
		fmt.Println("Hello!")
	case "trailing":
		fmt.Println(`{"protocol":1,"info":{"name":"x","protocol":1}} and more`)
		os.Exit(0)
	case "future":
		fmt.Println(`{"protocol":7,"news":true}`)
		os.Exit(0)
	case "nameless":
		fmt.Println(`{"protocol":1}`)
		os.Exit(0)
	case "source":
		fmt.Println(`{"protocol":1,"info":{"name":"x","protocol":1,"outDir":"src"}}`)
		os.Exit(0)
	case "huge":
		io.WriteString(os.Stdout, strings.Repeat(" ", maxReply+1))
		os.Exit(0)
	case "sleepy":
		time.Sleep(time.Minute)
	}
	Main(testAdapter{kind})
}

type testAdapter struct{ kind string }

func (a testAdapter) Info() Info {
	return Info{Name: "test", Protocol: Protocol, Supports: map[string]Support{OnDemand: {Level: Limited, Message: "slowly"}}, OutDir: ".test/output"}
}

func (a testAdapter) Adapt(ctx context.Context, site *Site, out *Out) error {
	switch a.kind {
	case "fails":
		return errors.New("the oven is cold")
	case "stray":
		return os.Symlink(os.TempDir(), filepath.Join(out.dir, "stray"))
	case "outside":
		return out.Write("../x", nil, 0o644)
	case "said":
		var l diag.List
		l.Error("SG6006", site.At("level"), "said as an error", "")
		return l.Err()
	}
	fmt.Println("printed by the way")
	out.Report(diag.Diagnostic{Severity: diag.Warning, Code: "SG6006", Range: site.At("level"), Message: "level is high"})
	return errors.Join(out.Write("a/b.txt", []byte(site.Manifest.Base), 0o644), out.Symlink("a/b.txt", "c"))
}

type testWhole struct{ testAdapter }

func (testWhole) Add(p Project) (map[string][]byte, error) {
	data, err := fs.ReadFile(p.Files, "site.yaml")
	return map[string][]byte{"test.toml": append(data, "out: "+p.OutDir...)}, err
}

func (testWhole) Preview(ctx context.Context, dir string) (http.Handler, func() error, error) {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.Host, r.URL.RequestURI(), r.Header.Get("X-Forwarded-For"), filepath.Base(dir))
	}), func() error { return nil }, nil
}

func (testWhole) Deploy(ctx context.Context, d *Deployment) (*Deployed, error) {
	if d.Project == "none" {
		var l diag.List
		l.Error("SG6006", d.OptionPlaces["project"], "there is no such project", "")
		return nil, l.Err()
	}
	if d.Project == "mute" {
		return nil, nil
	}
	d.Note("sending " + d.Message)
	d.Progress("files", 1, 2)
	return &Deployed{ID: d.Getenv("SITEGEN_TEST_ADAPTER"), Project: d.Project, URL: "https://" + d.Alias + ".example", Parts: []DeployPart{{Kind: "file", Name: filepath.Base(d.Dir), Size: 3}},
		Sent: 1}, os.WriteFile(d.State, d.Options, 0o644)
}

// TestExternalDeploy sends a deployment through the program of an adapter.
func TestExternalDeploy(t *testing.T) {
	p, said := testProgram(t, "whole")
	a, err := Open(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	runner, ok := a.(Deployer)
	if _, adds := a.(Adder); !ok || !adds {
		t.Fatal("it has lost an ability")
	}
	d := Deployment{Dir: filepath.Join(p.Dir, "dist"), State: filepath.Join(p.Dir, "state"), Options: json.RawMessage(`{"a":1}`), Project: "tea", Alias: "next", Message: "hello",
		OptionPlaces: map[string]diag.Range{"project": {Pos: diag.Pos{File: "site.yaml", Line: 3}}}}
	got, err := runner.Deploy(t.Context(), &d)
	if err != nil || got.ID != "whole" || got.Project != "tea" || got.URL != "https://next.example" || got.Sent != 1 || got.Parts[0].Name != "dist" {
		t.Errorf("%+v, %v", got, err)
	}
	if data, _ := os.ReadFile(d.State); string(data) != `{"a":1}` || said.String() != "sending hello\n" {
		t.Errorf("state %q, said %q", data, said)
	}
	d.Project = "none"
	_, err = runner.Deploy(t.Context(), &d)
	var f *diag.Failure
	if !errors.As(err, &f) || f.List.Sorted()[0].Range.Line != 3 {
		t.Errorf("no such project: %v", err)
	}
	d.Project = "mute"
	if _, err := runner.Deploy(t.Context(), &d); err == nil || !strings.Contains(err.Error(), "does not say what it deployed") {
		t.Errorf("without a word: %v", err)
	}
	p, _ = testProgram(t, "plain")
	if a, err := Open(t.Context(), p); err != nil {
		t.Error(err)
	} else if _, ok := a.(Deployer); ok {
		t.Error("it is a Deployer")
	}
}

func testProgram(t *testing.T, kind string) (Program, *bytes.Buffer) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	said := &bytes.Buffer{}
	dir := t.TempDir()
	return Program{Args: []string{self, "one word"}, Dir: dir, Root: dir, Env: []string{"SITEGEN_TEST_ADAPTER=" + kind}, Stderr: said}, said
}

func TestExternal(t *testing.T) {
	p, said := testProgram(t, "plain")
	a, err := Open(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	if i := a.Info(); i.Name != "test" || i.Supports[OnDemand].Message != "slowly" || i.OutDir != ".test/output" {
		t.Errorf("Info = %+v", i)
	}
	if _, ok := a.(Previewer); ok {
		t.Error("it is a Previewer")
	}
	if _, ok := a.(Adder); ok {
		t.Error("it is an Adder")
	}
	site := &Site{Manifest: &manifest.Manifest{Base: "/tea/"}, Options: json.RawMessage(`{"level":9}`), ModuleDir: p.Dir,
		OptionPlaces: map[string]diag.Range{"level": {Pos: diag.Pos{File: "site.yaml", Line: 3, Col: 10}}}}
	out, err := NewOut(filepath.Join(p.Dir, "out"), site)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if err := a.Adapt(t.Context(), site, out); err != nil {
		t.Fatal(err)
	}
	if got, err := out.ReadFile("c"); err != nil || string(got) != "/tea/" {
		t.Errorf("c = %q, %v", got, err)
	}
	list := out.Diagnostics().Sorted()
	if len(list) != 1 || list[0].Message != "level is high" || list[0].Severity != diag.Warning || list[0].Line != 3 {
		t.Errorf("diagnostics = %v", list)
	}
	if said.String() != "printed by the way\n" {
		t.Errorf("standard error = %q", said)
	}
}

func TestExternalAdapt(t *testing.T) {
	for _, tt := range []struct{ kind, want string }{
		{"fails", "adapter test: the oven is cold"},
		{"outside", `adapter test: "../x" is no name below the output`},
		{"stray", "adapter test wrote stray, which is a link that does not lead to a file of the output"},
		{"said", "said as an error"},
	} {
		p, _ := testProgram(t, tt.kind)
		a, err := Open(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		site := &Site{Manifest: &manifest.Manifest{}}
		out, err := NewOut(filepath.Join(p.Dir, "out"), site)
		if err != nil {
			t.Fatal(err)
		}
		defer out.Close()
		err = a.Adapt(t.Context(), site, out)
		if err == nil {
			err = out.Diagnostics().Err()
		}
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: Adapt = %v; want %s", tt.kind, err, tt.want)
		}
	}
}

func TestExternalAbilities(t *testing.T) {
	p, _ := testProgram(t, "whole")
	if err := os.WriteFile(filepath.Join(p.Root, "site.yaml"), []byte("base: /tea\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	a, err := Open(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	files, err := a.(Adder).Add(Project{OutDir: "site"})
	if err != nil || len(files) != 1 || string(files["test.toml"]) != "base: /tea\nout: site" {
		t.Errorf("Add = %q, %v", files, err)
	}
	h, stop, err := a.(Previewer).Preview(t.Context(), p.Root)
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", "http://a.example/b?c=%zz", nil)
	r.Header.Set("X-Forwarded-For", "10.0.0.1")
	h.ServeHTTP(w, r)
	if want := "a.example/b?c=%zz10.0.0.1" + filepath.Base(p.Root); w.Code != 200 || w.Body.String() != want {
		t.Errorf("preview answers %d %q; want %q", w.Code, w.Body, want)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func TestExternalTrouble(t *testing.T) {
	for _, tt := range []struct{ kind, code, want string }{
		{"silent", "SG6008", "stopped without an answer: exit status 3"},
		{"chatty", "SG6008", "does not answer with one JSON object, but with Hello!"},
		{"trailing", "SG6008", "does not answer with one JSON object"},
		{"future", "SG6004", "speaks protocol 7, this sitegen speaks 1"},
		{"nameless", "SG6008", "does not say what it is"},
		{"source", "SG6008", `"src" is no folder of a platform`},
		{"huge", "SG6008", "answers with more than 16 MiB"},
	} {
		p, _ := testProgram(t, tt.kind)
		_, err := Open(t.Context(), p)
		var f *diag.Failure
		if !errors.As(err, &f) || string(f.List.Sorted()[0].Code) != tt.code || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: Open = %v; want %s %s", tt.kind, err, tt.code, tt.want)
		}
	}
	for _, tt := range []struct {
		args []string
		want string
	}{
		{nil, "is not named"},
		{[]string{"no-such-program-here"}, "`no-such-program-here` is not on PATH"},
		{[]string{"./nothing"}, "`./nothing` cannot be started: no such file or directory"},
	} {
		_, err := Open(t.Context(), Program{Args: tt.args, Dir: t.TempDir()})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Open(%q) = %v; want %s", tt.args, err, tt.want)
		}
	}
}

func TestExternalInterrupted(t *testing.T) {
	p, _ := testProgram(t, "sleepy")
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	start := time.Now()
	if _, err := Open(ctx, p); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 4*time.Second {
		t.Errorf("Open = %v after %v", err, time.Since(start))
	}
}

func TestServe(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{`{"protocol":1,"op":"info"}`, `"name":"test"`},
		{`{"protocol":2,"op":"info"}`, `{"protocol":1,"error":"it speaks protocol 1 and was asked in 2"}`},
		{`{"protocol":1,"op":"sing"}`, `{"protocol":1,"error":"it cannot \"sing\""}`},
		{`{"protocol":1,"op":"adapt"}`, `a question of adapt has a site and a dir`},
		{`{"protocol":1,"op":"preview"}`, `it cannot run its output`},
		{`{"protocol":1,"op":"add","dir":"."}`, `{"protocol":1}`},
	} {
		var out bytes.Buffer
		if err := Serve(t.Context(), testAdapter{}, strings.NewReader(tt.in), &out); err != nil || !strings.Contains(out.String(), tt.want) {
			t.Errorf("Serve(%s) = %s, %v; want %s", tt.in, &out, err, tt.want)
		}
	}
	for in, want := range map[string]string{"": "this program is run by sitegen", "hello": "read the question: invalid character"} {
		if err := Serve(t.Context(), testAdapter{}, strings.NewReader(in), io.Discard); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Serve(%q) = %v; want %s", in, err, want)
		}
	}
}

// Folders that an adapter names are replaced as a whole, so they may be nobody else's.
func TestFoldersOfPlatforms(t *testing.T) {
	for dir, want := range map[string]bool{".netlify/v1": true, ".vercel": true, "dist": false, ".git": false, ".git/hooks": false, ".sitegen": false, ".sitegen/x": false,
		"../.x": false, ".x/../..": false, "/.x": false, ".": false} {
		for _, info := range []Info{{Name: "x", OutDir: dir}, {Name: "x", Beside: []string{dir}}} {
			if got := badInfo(&info); (got == "") != want {
				t.Errorf("%+v: %q", info, got)
			}
		}
	}
}

// A program writes into the folder itself; what Out would not have written is refused afterwards.
func TestExternalInspect(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "sub"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "file"), []byte("x"), 0o666); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{"good": "file", "sub/good": "../file", "dangling": "nothing", "absolute": filepath.Join(dir, "file"), "above": "../file", "sub/above": "../../x",
		"here": ".", "through": "here/../../x"} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	out, err := NewOut(dir, &Site{ClientDir: t.TempDir(), ModuleDir: t.TempDir(), Manifest: &manifest.Manifest{}})
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if err := (&external{info: Info{Name: "x"}}).inspect(t.Context(), out); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range out.Diagnostics().Sorted() {
		if d.Code != "SG6009" {
			t.Errorf("%v", d)
		}
		_, rest, _ := strings.Cut(d.Message, " wrote ")
		name, _, _ := strings.Cut(rest, ",")
		got = append(got, name)
	}
	slices.Sort(got)
	if want := []string{"above", "absolute", "dangling", "here", "sub/above", "through"}; !slices.Equal(got, want) {
		t.Errorf("refused are %q; want %q", got, want)
	}
}
