package app

import (
	"io"
	"strings"

	"github.com/urfave/cli/v2"

	"sitegen.dev/core/build"
)

func routesCommand(env Env) *cli.Command {
	var asJSON bool
	return &cli.Command{
		Name:      "routes",
		Usage:     "print the route table, or what answers a path",
		ArgsUsage: "[PATH]",
		Description: `Prints every route in the order in which they are tried: the first that matches answers. Redirects of site.yaml are
among them. With a path, or a whole address, only those that match it, and why. Nothing is compiled.

   sitegen routes
   sitegen routes /blog/hello/
   sitegen routes --json`,
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "json", Usage: "print the table as JSON", Destination: &asJSON},
		},
		Action: func(c *cli.Context) error {
			if c.Args().Len() > 1 {
				return usage("`sitegen routes` takes one path, and %q is a second", c.Args().Get(1))
			}
			p, err := open(c, env)
			if err != nil {
				return err
			}
			site, list, err := build.Run(c.Context, build.Options{Layout: p.layout, Config: p.config, Version: env.Version, Until: build.Route, Output: p.term})
			p.term.print(list, p.read)
			switch {
			case err != nil:
				return err
			case list.HasErrors():
				return &exit{code: exitFailed}
			}
			if asked := c.Args().First(); asked != "" {
				a, err := explain(p, site.Routes, asked)
				if err != nil {
					return err
				}
				if asJSON {
					return answer(env.Stdout, a, nil)
				}
				return a.print(env.Stdout)
			}
			t := routeTable{Schema: 1, Base: p.config.Base, TrailingSlash: p.config.TrailingSlash, Routes: routeReports(site.Routes)}
			if asJSON {
				return answer(env.Stdout, t, nil)
			}
			return t.print(env.Stdout)
		},
	}
}

// routeTable is the JSON form of the routes.
type routeTable struct {
	Schema        int           `json:"schema"`
	Base          string        `json:"base"`
	TrailingSlash string        `json:"trailingSlash"`
	Routes        []routeReport `json:"routes"`
}

func (t routeTable) print(w io.Writer) error {
	rows := [][]string{{"route", "kind", "mode", "methods", "source"}}
	for _, r := range t.Routes {
		rows = append(rows, []string{r.Pattern, r.Type, r.Mode, strings.Join(r.Methods, " "), r.Source})
	}
	_, err := io.WriteString(w, table(rows, nil))
	return err
}
