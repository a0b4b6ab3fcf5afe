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
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, ending...)
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		<-signals
		cancel()
		<-signals
		os.Exit(app.Hurry())
	}()
	os.Exit(app.Main(ctx, os.Args, app.System(version)))
}
