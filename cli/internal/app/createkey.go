package app

import (
	"crypto/rand"
	"fmt"

	"github.com/urfave/cli/v2"

	"sitegen.dev/core/site/seal"
)

// keyVariable holds the keys of server islands, when a site is built and when it runs.
const keyVariable = "SITEGEN_KEY"

func createKeyCommand(env Env) *cli.Command {
	return &cli.Command{
		Name:  "create-key",
		Usage: "print a new key for server islands",
		Description: `Prints a new key for what pages hand to their server islands (server:defer). Give it to the build and to the server
as SITEGEN_KEY, so that pages of one build are read by the servers of the next. To change it, put the new one in front of
the old, separated by a comma, until no page of before is open any more.

   sitegen create-key
   SITEGEN_KEY=$(sitegen create-key) sitegen build --adapter node`,
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			key, err := seal.NewKey(rand.Reader)
			if err == nil {
				_, err = fmt.Fprintln(env.Stdout, key)
			}
			return err
		},
	}
}
