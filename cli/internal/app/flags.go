package app

import (
	"flag"
	"regexp"

	"github.com/urfave/cli/v2"
)

// maybe is the value of a flag that may be given alone, --open, or with a value behind "=", --open=/about/.
type maybe struct {
	given bool
	value string
}

// IsBoolFlag tells the flag parser that nothing has to follow.
func (m *maybe) IsBoolFlag() bool { return true }

func (m *maybe) Set(s string) error {
	switch s {
	case "true":
		m.given = true
	case "false":
		*m = maybe{}
	default:
		m.given, m.value = true, s
	}
	return nil
}

func (m *maybe) String() string { return m.value }

func (m *maybe) Get() any { return m.value }

var _ flag.Getter = (*maybe)(nil)

// stands says whether a flag may stand without a value.
func stands(f cli.Flag) bool {
	switch f := f.(type) {
	case *cli.BoolFlag:
		return true
	case *cli.GenericFlag:
		_, ok := f.Value.(*maybe)
		return ok
	}
	return false
}

// The flags that commands have in common.

func openFlag(into *maybe) cli.Flag {
	return &cli.GenericFlag{Name: "open", Usage: "open the site in the browser, or its page `[=PATH]`", Value: into}
}

func hostsFlag(into *string) cli.Flag {
	return &cli.StringFlag{Name: "allowed-hosts", Usage: "answer for `HOST,…` too, as *.example.com", DefaultText: "security.allowedHosts of site.yaml", Destination: into}
}

func modeFlag(into *string, value string) cli.Flag {
	return &cli.StringFlag{Name: "mode", Usage: "read the files .env of `MODE`: production, development, or a name of yours", Value: value, DefaultText: value, Destination: into}
}

var modeName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]*$`)

// checkMode says what is wrong with the name of a mode.
func checkMode(mode string) error {
	if mode == "local" || !modeName.MatchString(mode) {
		return usage("--mode is a name of letters, digits, - and _, as in .env.staging, and not local: %q is none", mode)
	}
	return nil
}
