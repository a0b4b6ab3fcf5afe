package app

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"sitegen.dev/core/config"
	"sitegen.dev/core/diag"
)

// The modes that .env files are named after.
const (
	production  = "production"
	development = "development"
)

var modes = []string{production, development}

// variables is the environment of a site: that of the process, and behind it the files .env.
type variables struct {
	getenv func(string) string
	files  []string // that are there, the strongest first
	values []map[string]string
}

// readVariables reads the .env files of a mode. Only the variables that site.yaml names are taken from them.
func readVariables(p *project, mode string) (*variables, *diag.List) {
	v, all := &variables{getenv: p.env.Getenv}, &diag.List{}
	if len(p.config.Env) == 0 {
		return v, all
	}
	for _, name := range config.DotEnvFiles(mode) {
		data, err := os.ReadFile(filepath.Join(p.root, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			all.Error("SG4022", diag.Range{Pos: diag.Pos{File: name}}, name+" cannot be read: "+reason(err), "")
			continue
		}
		values, list := config.ParseDotEnv(name, data)
		all.Add(list.Sorted()...)
		v.files, v.values = append(v.files, name), append(v.values, values)
	}
	if meant := otherMode(p.root, mode, v.files); meant != "" {
		all.Warn("SG4023", diag.Range{}, "there is no file .env."+mode, "did you mean --mode "+meant+"?")
	}
	return v, all
}

// otherMode gives the mode that was probably meant, where no file is for the one that was named and its name is close to a usual one
// or to one with a file.
func otherMode(root, mode string, read []string) string {
	known := slices.Clone(modes)
	if slices.Contains(known, mode) || slices.Contains(read, ".env."+mode) || slices.Contains(read, ".env."+mode+".local") {
		return ""
	}
	entries, _ := os.ReadDir(root)
	for _, e := range entries {
		if name, ok := strings.CutPrefix(e.Name(), ".env."); ok && name != "local" {
			known = append(known, strings.TrimSuffix(name, ".local"))
		}
	}
	return diag.Suggest(mode, known)
}

// find gives a variable and where it comes from.
func (v *variables) find(name string) (value, from string) {
	if value := v.getenv(name); value != "" {
		return value, "environment"
	}
	for i, values := range v.values {
		if value := values[name]; value != "" {
			return value, v.files[i]
		}
	}
	return "", ""
}

// get gives a variable.
func (v *variables) get(name string) string {
	value, _ := v.find(name)
	return value
}

// export hands the variables that site.yaml names to the programs that are started from here. The function takes them
// back.
func (v *variables) export(vars []config.EnvVar) (undo func(), err error) {
	var set []string
	undo = func() {
		for _, name := range set {
			os.Unsetenv(name)
		}
	}
	for _, d := range vars {
		value, from := v.find(d.Name)
		if from == "" || from == "environment" {
			continue
		}
		if err := os.Setenv(d.Name, value); err != nil {
			undo()
			return func() {}, err
		}
		set = append(set, d.Name)
	}
	return undo, nil
}

// environ reads the .env files and reports what is wrong with them.
func (p *project) environ(mode string) (*variables, error) {
	v, list := readVariables(p, mode)
	p.term.print(list, nil) // no lines of these files: they hold secrets
	if list.HasErrors() {
		return nil, &exit{code: exitConfig}
	}
	return v, nil
}

// envReport is one row of `sitegen env`.
type envReport struct {
	Name     string `json:"name"`
	Scope    string `json:"scope"`
	When     string `json:"when"`
	Type     string `json:"type"`
	Optional bool   `json:"optional"`
	Value    string `json:"value,omitempty"` // never that of a secret
	From     string `json:"from,omitempty"`  // "environment", a file, "default"
	Problem  string `json:"problem,omitempty"`
}

func envCommand(env Env) *cli.Command {
	var asJSON bool
	var mode string
	return &cli.Command{
		Name:  "env",
		Usage: "print the variables of the environment that the site uses",
		Description: `Prints the variables that site.yaml names under env, with their value and where it comes from: the environment of the
process, a file .env, or the default. Secrets are never shown. It fails when one that is read while building is missing or
wrong; those of the run time are asked for when the program starts.

   sitegen env
   sitegen env --mode development  # as sitegen dev sees them`,
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "json", Usage: "print it as JSON", Destination: &asJSON},
			modeFlag(&mode, production),
		},
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			if err := checkMode(mode); err != nil {
				return err
			}
			p, err := openConfig(c, env)
			if err != nil {
				return err
			}
			v, err := p.environ(mode)
			if err != nil {
				return err
			}
			rows, failed := envReports(p.config.Env, v)
			if asJSON {
				err = answer(env.Stdout, rows, nil)
			} else {
				err = printEnv(env.Stdout, rows)
			}
			if err == nil && failed {
				err = &exit{code: exitFailed}
			}
			return err
		},
	}
}

// envReports says of each variable what it is; failed is true where the build would not go on.
func envReports(vars []config.EnvVar, v *variables) (rows []envReport, failed bool) {
	rows = []envReport{}
	for _, d := range vars {
		r := envReport{Name: d.Name, Scope: "public", When: "build", Type: d.Type, Optional: d.Optional}
		if d.Secret {
			r.Scope = "secret"
		}
		if d.Run {
			r.When = "run"
		}
		value, from := v.find(d.Name)
		if from == "" && d.Default != "" {
			value, from = d.Default, "default"
		}
		r.From = from
		switch problem := d.Check(value); {
		case value == "" && !d.Optional:
			r.Problem = "missing"
		case value != "" && problem != "":
			r.Problem = problem
		}
		failed = failed || r.Problem != "" && !d.Run
		if !d.Secret {
			r.Value = value
		} else if value != "" {
			r.Value = "********"
		}
		rows = append(rows, r)
	}
	return rows, failed
}

func printEnv(w io.Writer, reports []envReport) error {
	if len(reports) == 0 {
		_, err := fmt.Fprintln(w, "site.yaml names no variables; write env: {API_URL: {scope: public}}")
		return err
	}
	rows := [][]string{{"name", "scope", "when", "type", "value", "from"}}
	for _, r := range reports {
		value := r.Value
		if r.Problem != "" {
			value = strings.TrimSpace(value + " (" + r.Problem + ")")
		}
		rows = append(rows, []string{r.Name, r.Scope, r.When, r.Type, value, r.From})
	}
	_, err := io.WriteString(w, table(rows, nil))
	return err
}
