package app

import (
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/urfave/cli/v2"

	"sitegen.dev/core/build"
	"sitegen.dev/core/config"
)

// siteInfo is what a question or a bug report needs to say. It holds no secrets: values of site.yaml only, and of an
// adapter no more than its name.
type siteInfo struct {
	Schema  int             `json:"schema"`
	Sitegen versionInfo     `json:"sitegen"`
	Go      string          `json:"go"` // the go command that builds the site; "" where there is none
	Root    string          `json:"root"`
	Module  string          `json:"module"`
	Output  string          `json:"output"`
	Adapter string          `json:"adapter"`
	Reason  string          `json:"adapterReason"`
	Config  []config.Origin `json:"config"`
}

func infoCommand(env Env) *cli.Command {
	var asJSON bool
	return &cli.Command{
		Name:  "info",
		Usage: "print versions and settings",
		Description: `Prints versions, folders, the adapter and why it was chosen, and every value of the configuration with where it comes
from: a flag, a SITEGEN_ variable, site.yaml or the default. Paste it into a bug report.

   sitegen info
   sitegen info --json`,
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "json", Usage: "print it as JSON", Destination: &asJSON},
		},
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			p, err := open(c, env)
			if err != nil {
				return err
			}
			chosen, err := chooseAdapter(p, "")
			if err != nil {
				return err
			}
			i := siteInfo{
				Schema: 1, Sitegen: readVersion(env), Root: p.root, Module: p.layout.ModulePath,
				Output: p.config.Output, Adapter: chosen.name, Reason: masked("", chosen.reason), Config: p.config.Origins(),
			}
			for k := range i.Config {
				i.Config[k].Value = masked(i.Config[k].Key, i.Config[k].Value)
			}
			if i.Go, err = build.GoVersion(c.Context, p.layout.ModuleDir); err != nil {
				i.Go = ""
			}
			if asJSON {
				return answer(env.Stdout, i, nil)
			}
			return i.print(env.Stdout)
		},
	}
}

var (
	secretKey   = regexp.MustCompile(`(?i)(secret|token|password|passwd|apikey|api_key|private|credential)`)
	secretWord  = regexp.MustCompile(`(?i)([\w-]*(?:secret|token|password|passwd|key|credential)[\w-]*[=: ]\s*"?)[^\s&"\x60]+`)
	urlPassword = regexp.MustCompile(`(://)[^/@\s"']+@`)
)

// masked hides what should not be pasted anywhere: values of keys that say so, what stands behind such a word in a command or
// in an address, and the user part of addresses.
func masked(key, value string) string {
	if value != "" && secretKey.MatchString(key) {
		return "***"
	}
	value = secretWord.ReplaceAllString(value, "${1}***")
	return urlPassword.ReplaceAllString(value, "${1}***@")
}

func (i siteInfo) print(w io.Writer) error {
	or := func(s, none string) string {
		if s == "" {
			return none
		}
		return s
	}
	head := [][]string{
		{"sitegen", i.Sitegen.Version + ", built with " + i.Sitegen.Go},
		{"go", or(strings.TrimPrefix(i.Go, "go"), "not found on PATH")},
		{"system", i.Sitegen.OS + "/" + i.Sitegen.Arch},
		{"project", i.Root},
		{"module", i.Module},
		{"adapter", or(i.Adapter, "none") + ", " + i.Reason},
	}
	rows := [][]string{{"key", "value", "from"}}
	for _, o := range i.Config {
		from := string(o.Layer)
		switch o.Layer {
		case config.File:
			from = o.At.Pos.String()
		case config.Env, config.Flag:
			from = o.Name
		}
		rows = append(rows, []string{o.Key, o.Value, from})
	}
	_, err := fmt.Fprint(w, table(head, nil), "\n", table(rows, nil))
	return err
}
