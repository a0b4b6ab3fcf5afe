package site

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
)

// EnvVar is one variable of env in site.yaml.
type EnvVar struct {
	Name     string   // "API_URL"
	Secret   bool     // never part of pages, scripts and logs
	Run      bool     // read when a program starts; else while building
	Type     string   // "string" ("" is the same), "int", "float", "bool" or "url"
	Optional bool     // it may be missing, without a default
	Default  string   // what it is where it is not set; "" for none
	Values   []string // all that it may be; nil for anything of the type
}

// Environment holds the variables that are no constants: those that are read when the program starts, and secrets that are
// read while building. The package env of a site has one, and a function for each variable.
//
// Reading them is reached through it, so that a site without any does not link how the types are checked.
type Environment struct {
	vars   []EnvVar
	load   func(e *Environment, getenv func(string) string, run, all bool) error
	loaded atomic.Pointer[envValues]
}

type envValues struct {
	run    bool // those of the run time, else those of the build
	all    bool // both, in the development server
	values map[string]string
}

// NewEnvironment makes an Environment; nothing can be read before it is loaded.
func NewEnvironment(vars ...EnvVar) *Environment {
	return &Environment{vars: vars, load: (*Environment).read}
}

// An EnvError says that a variable was read where it is not there.
type EnvError struct {
	Name string // of the variable
	Why  string // "is read when the program starts"
	Hint string // what to do
}

// Error names the variable, says why it is not there, and what to do.
func (e *EnvError) Error() string { return e.Name + " " + e.Why + "; " + e.Hint }

// UseEnv reads the variables that the program needs, and fails naming all that are missing or wrong, never their values.
// An adapter calls it before NewHandler to report what is wrong with them. It does nothing on a site without such.
func (a *App) UseEnv(getenv func(string) string) error {
	if a.Env == nil {
		return nil
	}
	return a.Env.load(a.Env, getenv, true, a.Config.Dev)
}

// UseBuildEnv reads what is there while building. The prerender program calls it.
func (a *App) UseBuildEnv(getenv func(string) string) error {
	if a.Env == nil {
		return nil
	}
	return a.Env.load(a.Env, getenv, false, false)
}

func (e *Environment) read(getenv func(string) string, run, all bool) error {
	v := &envValues{run: run, all: all, values: map[string]string{}}
	var problems []string
	for _, d := range e.vars {
		if d.Run != run && !all {
			continue
		}
		value := getenv(d.Name)
		if value == "" {
			value = d.Default
		}
		switch {
		case value == "" && !d.Optional:
			problems = append(problems, d.Name+" is not set")
		case value != "" && d.check(value) != "":
			problems = append(problems, d.Name+" "+d.check(value))
		default:
			v.values[d.Name] = value
		}
	}
	if len(problems) > 0 {
		return errors.New("the environment is not what env in site.yaml asks for: " + strings.Join(problems, ", "))
	}
	e.loaded.Store(v)
	return nil
}

// check says what is wrong with a value, without repeating it.
func (d *EnvVar) check(value string) string {
	var err error
	want := ""
	switch d.Type {
	case "int":
		_, err = strconv.ParseInt(value, 10, 64)
		want = "a whole number"
	case "float":
		_, err = strconv.ParseFloat(value, 64)
		want = "a number"
	case "bool":
		want = "true or false"
		if value != "true" && value != "false" {
			err = errSecret // any
		}
	case "url":
		var u *url.URL
		u, err = url.Parse(value)
		want = "a URL"
		if err == nil && (u.Scheme == "" || u.Host == "" && u.Opaque == "") {
			err = errSecret
		}
	}
	if err == nil && d.Values != nil && !slices.Contains(d.Values, value) {
		return "must be one of " + strings.Join(d.Values, ", ")
	}
	if err != nil {
		return "must be " + want
	}
	return ""
}

// get gives a value; it panics where there cannot be one.
func (e *Environment) get(name string) string {
	i := slices.IndexFunc(e.vars, func(d EnvVar) bool { return d.Name == name })
	if i < 0 {
		panic(fmt.Sprintf("env in site.yaml has no %s", name))
	}
	v := e.loaded.Load()
	switch d := &e.vars[i]; {
	case v == nil:
		panic(&EnvError{name, "is read before the program has started", "do not read it in a package-level variable or in init"})
	case v.all, d.Run == v.run:
	case v.run:
		panic(&EnvError{name, "is there while building only", "write `when: run` in site.yaml, or read it on prerendered pages alone"})
	default:
		panic(&EnvError{name, "is read when the program starts, and this page is prerendered", "add const prerender = false, or write `when: build` in site.yaml"})
	}
	return v.values[name]
}

// String gives a variable. Like the other methods it panics with an *EnvError where the variable cannot be read: one of the
// run time while prerendering, one of the build on demand.
func (e *Environment) String(name string) string { return e.get(name) }

// Int gives a variable of the type int, 0 where an optional one is not set.
func (e *Environment) Int(name string) int {
	n, _ := strconv.ParseInt(e.get(name), 10, 64)
	return int(n)
}

// Float gives a variable of the type float, 0 where an optional one is not set.
func (e *Environment) Float(name string) float64 {
	f, _ := strconv.ParseFloat(e.get(name), 64)
	return f
}

// Bool gives a variable of the type bool, false where an optional one is not set.
func (e *Environment) Bool(name string) bool { return e.get(name) == "true" }

// Secret gives a secret.
func (e *Environment) Secret(name string) Secret { return NewSecret(e.get(name)) }

// minSecret is how long a secret has to be to be looked for: shorter ones are part of ordinary text.
const minSecret = 6

// secrets gives the secrets that are loaded, by name.
func (e *Environment) secrets() map[string]string {
	out := map[string]string{}
	if v := e.loaded.Load(); v != nil {
		for _, d := range e.vars {
			if value := v.values[d.Name]; d.Secret && len(value) >= minSecret {
				out[d.Name] = value
			}
		}
	}
	return out
}

// masked makes a log write [NAME] where a secret would have been: errors of databases and clients quote addresses with
// passwords in them.
func (e *Environment) masked(text string) string {
	for name, value := range e.secrets() {
		text = strings.ReplaceAll(text, value, "["+name+"]")
	}
	return text
}

// maskedError is an error whose text is masked, and that is still the error it was.
type maskedError struct {
	text string
	err  error
}

func (e *maskedError) Error() string { return e.text }

func (e *maskedError) Unwrap() error { return e.err }

// mask takes the secrets out of a record.
func (e *Environment) mask(r LogRecord) LogRecord {
	r.Message, r.Path = e.masked(r.Message), e.masked(r.Path)
	if r.Err != nil {
		if text := r.Err.Error(); e.masked(text) != text {
			r.Err = &maskedError{e.masked(text), r.Err}
		}
	}
	return r
}
