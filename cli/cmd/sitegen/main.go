// Command sitegen builds websites from Go components. See `sitegen help` and the documentation in website/.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"sitegen.dev/cli/internal/app"
)

// version is set by the linker for a release; a plain `go install` knows its version from the build info.
var version string

func main() {
	keepWriting()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the process at once
	os.Exit(app.Main(ctx, os.Args, app.System(version)))
}
