package site

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestSecretStaysHidden(t *testing.T) {
	s := NewSecret("hunter2hunter2")
	holder := struct {
		A Secret
		b Secret
		C *Secret
	}{s, s, &s}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "s", s, "h", holder)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "s", s, "h", holder)
	for _, text := range []string{
		fmt.Sprint(s), fmt.Sprintf("%v %+v %#v %s %q %x %d", s, s, s, s, s, s, s), fmt.Sprint(&s), fmt.Sprintf("%v %+v %#v", holder, holder, holder),
		fmt.Errorf("with %v", s).Error(), log.String(),
	} {
		if strings.Contains(text, "hunter2") || strings.Contains(text, fmt.Sprintf("%x", "hunter2")) {
			t.Errorf("shows the secret: %s", text)
		}
	}
	if data, err := json.Marshal(s); err == nil {
		t.Errorf("is written as JSON: %s", data)
	}
	for name, node := range map[string]Node{
		"text":      func(w *Writer) error { V(s).Text(w); return w.Err() },
		"attribute": func(w *Writer) error { V(s).Attr(w, "title"); return w.Err() },
		"url":       func(w *Writer) error { V(s).URL(w, "href"); return w.Err() },
		"html":      func(w *Writer) error { V(s).HTML(w); return w.Err() },
		"script":    func(w *Writer) error { ScriptVars(w, Var("x", s)); return w.Err() },
		"island":    func(w *Writer) error { ClientModule(w, &Page{}, "id", "load", "", Prop("x", s)); return w.Err() },
		"in struct": func(w *Writer) error { ClientModule(w, &Page{}, "id", "load", "", Prop("x", holder)); return w.Err() },
		"class":     func(w *Writer) error { ClassList(w, C(s)); return w.Err() },
	} {
		w := NewWriter(nil)
		if err := node(w); err == nil || strings.Contains(string(w.Bytes()), "hunter2") {
			t.Errorf("as %s: %v, %s", name, err, w.Bytes())
		}
	}
	if s.Reveal() != "hunter2hunter2" || !s.IsSet() || (Secret{}).IsSet() || (Secret{}).Reveal() != "" {
		t.Error("the value is gone")
	}
}

func TestEnvironment(t *testing.T) {
	environment := func() *Environment {
		return NewEnvironment(
			EnvVar{Name: "DB", Secret: true, Run: true}, EnvVar{Name: "TOKEN", Secret: true}, EnvVar{Name: "N", Run: true, Type: "int", Default: "3"},
			EnvVar{Name: "F", Run: true, Type: "float", Optional: true}, EnvVar{Name: "B", Run: true, Type: "bool", Optional: true, Values: []string{"true", "false"}},
		)
	}
	set := map[string]string{"DB": "postgres://password", "TOKEN": "token-token"}
	getenv := func(name string) string { return set[name] }
	read := func(f func() any) (v any) {
		defer func() {
			if r := recover(); r != nil {
				v = r
			}
		}()
		return f()
	}
	e := environment()
	app := &App{Env: e}
	var early *EnvError
	if err, _ := read(func() any { return e.Int("N") }).(error); !errors.As(err, &early) || !strings.Contains(early.Why, "before the program has started") {
		t.Errorf("before anything is loaded: %v", err)
	}
	if err := app.UseEnv(getenv); err != nil {
		t.Fatal(err)
	}
	if e.Secret("DB").Reveal() != "postgres://password" || e.Int("N") != 3 || e.Float("F") != 0 || e.Bool("B") {
		t.Error("wrong values")
	}
	if err, _ := read(func() any { return e.Secret("TOKEN") }).(error); !errors.As(err, &early) || !strings.Contains(early.Why, "while building only") {
		t.Errorf("a variable of the build on demand: %v", err)
	}
	if err := app.UseBuildEnv(getenv); err != nil {
		t.Fatal(err)
	}
	if e.Secret("TOKEN").Reveal() != "token-token" {
		t.Error("a variable of the build is gone")
	}
	if err, _ := read(func() any { return e.Int("N") }).(error); !errors.As(err, &early) || !strings.Contains(early.Why, "when the program starts") {
		t.Errorf("a variable of the run time while building: %v", err)
	}
	set = map[string]string{"N": "many", "B": "perhaps"}
	err := (&App{Env: environment()}).UseEnv(getenv)
	if err == nil || !strings.Contains(err.Error(), "DB is not set, N must be a whole number, B must be true or false") || strings.Contains(err.Error(), "many") {
		t.Errorf("missing and wrong ones: %v", err)
	}
	if err := (&App{}).UseEnv(getenv); err != nil {
		t.Errorf("a site without: %v", err)
	}
}

func TestLogIsMasked(t *testing.T) {
	e := NewEnvironment(EnvVar{Name: "DB", Secret: true, Run: true}, EnvVar{Name: "PIN", Secret: true, Run: true})
	app := &App{Env: e}
	var got LogRecord
	NewHandler(app, Host{
		Getenv: func(name string) string { return map[string]string{"DB": "postgres://password", "PIN": "1"}[name] },
	})
	inner := errors.New("dial postgres://password: refused")
	log := func(_ context.Context, r LogRecord) { got = r }
	log(t.Context(), e.mask(LogRecord{Message: "1 of postgres://password", Err: fmt.Errorf("read: %w", inner), Path: "/x"}))
	if got.Message != "1 of [DB]" || got.Err.Error() != "read: dial [DB]: refused" || !errors.Is(got.Err, inner) {
		t.Errorf("%q, %q", got.Message, got.Err)
	}
}
