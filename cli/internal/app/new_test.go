package app

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestChoice(t *testing.T) {
	all := []option{{"minimal", ""}, {"blog", ""}, {"app", ""}}
	for _, tt := range []struct{ in, want string }{
		{"\n", "minimal"},
		{"2\n", "blog"},
		{"app\n", "app"},
		{"9\nnonsense\n3\n", "app"},
		{"1", "minimal"}, // without a line end
		{"", ""},
	} {
		env := testEnv()
		env.Stdin = strings.NewReader(tt.in)
		got, err := newQuestions(env).choice(t.Context(), "Which?", all)
		if got != tt.want || (err != nil) != (tt.want == "") {
			t.Errorf("choice of %q = %q, %v; want %q", tt.in, got, err, tt.want)
		}
	}
}

func TestQuestionsShareTheirInput(t *testing.T) {
	env := testEnv()
	env.Stdin = strings.NewReader("tea\n2\n\n")
	q := newQuestions(env)
	dir, _ := q.line(t.Context(), "Folder?", ".")
	template, _ := q.choice(t.Context(), "Template?", []option{{"a", ""}, {"b", ""}})
	adapter, err := q.choice(t.Context(), "Where?", []option{{"none", ""}, {"node", ""}})
	if dir != "tea" || template != "b" || adapter != "none" || err != nil {
		t.Errorf("got %q, %q, %q, %v", dir, template, adapter, err)
	}
}

func TestChoiceInterrupted(t *testing.T) {
	env := testEnv()
	var silent *io.PipeWriter
	env.Stdin, silent = io.Pipe()
	defer silent.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if name, err := newQuestions(env).choice(ctx, "Which?", []option{{"a", ""}}); err == nil {
		t.Errorf("choice = %q after Ctrl-C", name)
	}
}

func TestClearNew(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "tea")
	if err := writeNew(t.Context(), dir, map[string][]byte{"src/a.gosite": nil, "go.mod": nil, ".git/config": nil}); err != nil {
		t.Fatal(err)
	}
	clearNew(dir)
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 || entries[0].Name() != ".git" {
		t.Errorf("left: %v, %v; want .git", entries, err)
	}
}

func TestModulePath(t *testing.T) {
	for dir, want := range map[string]string{
		"/home/ada/tea":        "example.com/tea",
		"/home/ada/My Site":    "example.com/my-site",
		"/home/ada/Tee & Co.":  "example.com/tee-co",
		"/home/ada/.hidden":    "example.com/hidden",
		"/":                    "example.com/site",
		"/home/ada/茶":          "example.com/site",
		"/home/ada/a_b.c-d.io": "example.com/a_b.c-d.io",
	} {
		if got := modulePath(dir); got != want {
			t.Errorf("modulePath(%q) = %q; want %q", dir, got, want)
		}
	}
}

func TestQuoteWord(t *testing.T) {
	for in, want := range map[string]string{"tea": "tea", "a b": "'a b'", "it's": `'it'\''s'`, "$x": "'$x'"} {
		if got := quoteWord(in); got != want {
			t.Errorf("quoteWord(%q) = %s; want %s", in, got, want)
		}
	}
}
