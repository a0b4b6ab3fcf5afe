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
	ending := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // as nohup has it
		ending = append(ending, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), ending...)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the process at once
	os.Exit(app.Main(ctx, os.Args, app.System(version)))
}
