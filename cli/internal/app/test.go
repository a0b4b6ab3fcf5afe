package app

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"sitegen.dev/core/adapter/adaptertest"
)

type testOptions struct {
	variant string
	filter  string
	write   string
	json    bool
}

func testCommand(env Env) *cli.Command {
	var o testOptions
	variants := variantNames()
	return &cli.Command{
		Name:      "test",
		Usage:     "run the conformance suite against a server",
		ArgsUsage: "URL",
		Description: `Runs the raw HTTP cases of the conformance suite against a server of its fixture site, wherever that runs, and says which
are not met. It is for those who write or choose an adapter. The fixture has several configurations; --write writes one
of them as a site, to be built and deployed like any other.

   sitegen test --write ./fixture
   sitegen test http://127.0.0.1:4321
   sitegen test http://127.0.0.1:4321 --filter '^cookies/' --json
   sitegen test https://preview.example.com --variant base`,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "variant", Usage: "the configuration of the fixture: " + strings.Join(variants, ", "), Value: "default", Destination: &o.variant},
			&cli.StringFlag{Name: "filter", Usage: "run only the cases whose name matches `REGEXP`", Destination: &o.filter},
			&cli.StringFlag{Name: "write", Usage: "write the fixture site into the empty `DIR` instead", Destination: &o.write},
			&cli.BoolFlag{Name: "json", Usage: "print the results as JSON", Destination: &o.json},
		},
		Action: func(c *cli.Context) error {
			if !slices.Contains(variants, o.variant) {
				return usage("there is no variant %q%s (there are: %s)", o.variant, orRather(o.variant, variants), strings.Join(variants, ", "))
			}
			if o.write != "" {
				if c.Args().Present() {
					return usage("`sitegen test --write DIR` takes no URL")
				}
				return writeFixture(env, o)
			}
			if c.NArg() != 1 {
				return usage("`sitegen test` takes the URL of one server, as in: sitegen test http://127.0.0.1:4321")
			}
			return runTest(c, env, o)
		},
	}
}

// variantNames are the configurations of the fixture.
func variantNames() []string {
	var names []string
	for _, v := range append(adaptertest.Variants(), adaptertest.Optional()...) {
		names = append(names, v.Name)
	}
	return names
}

func writeFixture(env Env, o testOptions) error {
	dir := o.write
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(env.Dir, dir)
	}
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return usage("--write %s: the directory is not empty", o.write)
	}
	if err := adaptertest.WriteSite(dir, o.variant); err != nil {
		return err
	}
	fmt.Fprintf(env.Stderr, "wrote the %s variant of the fixture; build it with: sitegen -C %s build --adapter NAME\n", o.variant, o.write)
	return nil
}

func runTest(c *cli.Context, env Env, o testOptions) error {
	options := adaptertest.Options{Variant: o.variant}
	if o.filter != "" {
		re, err := regexp.Compile(o.filter)
		if err != nil {
			return usage("--filter: %v", err)
		}
		options.Filter = re
	}
	report, err := adaptertest.RunURL(c.Context, c.Args().First(), options)
	if err != nil {
		return err
	}
	if len(report.Results) == 0 {
		return usage("--filter %s: no case of the variant %s has such a name", o.filter, o.variant)
	}
	var failed error
	if report.Count(adaptertest.Failed) > 0 {
		failed = &exit{code: exitFailed, err: errors.New("the server does not do all that the suite asks for")}
	}
	if o.json {
		return answer(env.Stdout, report, failed)
	}
	if err := printTest(env.Stdout, report); err != nil {
		return err
	}
	return failed
}

// printTest prints the cases that failed, and how many there were.
func printTest(w io.Writer, report *adaptertest.Report) error {
	var b strings.Builder
	for _, r := range report.Results {
		if r.Outcome != adaptertest.Failed {
			continue
		}
		fmt.Fprintf(&b, "%s (%s, %s)\n", r.Case, r.Priority, r.Source)
		for _, p := range r.Problems {
			fmt.Fprintf(&b, "    %s\n", strings.ReplaceAll(p, "\n", "\n    "))
		}
	}
	fmt.Fprintf(&b, "%d run: %d passed, %d failed\n", len(report.Results), report.Count(adaptertest.Passed), report.Count(adaptertest.Failed))
	_, err := io.WriteString(w, b.String())
	return err
}
