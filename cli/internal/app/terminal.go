package app

import (
	"fmt"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"sitegen.dev/core/diag"
)

// terminal is how a command speaks to a person: diagnostics in the form asked for, notes, and one progress line that
// appears only on a terminal and only when something takes longer than a second.
type terminal struct {
	env    Env
	format string // text, json or github
	color  bool
	quiet  bool

	start    time.Time
	line     bool // a progress line is on the screen
	lastDraw time.Time
}

func newTerminal(c *cli.Context, env Env) *terminal {
	t := &terminal{env: env, format: c.String("format"), quiet: c.Bool("quiet"), start: time.Now()}
	if t.format == "" {
		t.format = "text"
		if env.Getenv("GITHUB_ACTIONS") == "true" {
			t.format = "github"
		}
	}
	switch {
	case c.Bool("no-color") || env.Getenv("NO_COLOR") != "":
	case env.Getenv("CLICOLOR_FORCE") != "" && env.Getenv("CLICOLOR_FORCE") != "0":
		t.color = true
	default:
		t.color = t.interactive()
	}
	return t
}

// interactive says whether a person watches standard error.
func (t *terminal) interactive() bool {
	return t.env.TTY && t.env.Getenv("CI") == "" && t.env.Getenv("TERM") != "dumb"
}

// print writes diagnostics to standard error.
func (t *terminal) print(list *diag.List, source func(string) []byte) {
	if list.Len() == 0 {
		return
	}
	t.clear()
	switch t.format {
	case "json":
		diag.JSON(t.env.Stderr, list)
	case "github":
		diag.GitHub(t.env.Stderr, list)
	default:
		diag.Text(t.env.Stderr, list, diag.TextOptions{Color: t.color, Source: source})
	}
}

// note says something to a person; --quiet leaves it out.
func (t *terminal) note(format string, args ...any) {
	if t.quiet {
		return
	}
	t.clear()
	fmt.Fprintf(t.env.Stderr, format+"\n", args...)
}

// progress draws the progress line.
func (t *terminal) progress(text string) {
	if t.quiet || !t.interactive() || time.Since(t.start) < time.Second || time.Since(t.lastDraw) < 50*time.Millisecond {
		return
	}
	t.lastDraw = time.Now()
	t.line = true
	fmt.Fprintf(t.env.Stderr, "\r\x1b[K%s  %.1fs", text, time.Since(t.start).Seconds())
}

// clear takes the progress line away.
func (t *terminal) clear() {
	if t.line {
		fmt.Fprint(t.env.Stderr, "\r\x1b[K")
		t.line = false
	}
}

// Write lets the site's own printing pass without tearing the progress line.
func (t *terminal) Write(p []byte) (int, error) {
	t.clear()
	return t.env.Stderr.Write(p)
}

// size prints a number of bytes the way people read it.
func size(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 1000*1000:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}

// table prints rows with aligned columns; right says which columns are numbers.
func table(rows [][]string, right map[int]bool) string {
	var width []int
	for _, r := range rows {
		for i, cell := range r {
			if i == len(width) {
				width = append(width, 0)
			}
			width[i] = max(width[i], len([]rune(cell)))
		}
	}
	var b strings.Builder
	for _, r := range rows {
		var line strings.Builder
		for i, cell := range r {
			pad := strings.Repeat(" ", width[i]-len([]rune(cell)))
			if right[i] {
				line.WriteString(pad + cell)
			} else {
				line.WriteString(cell + pad)
			}
			line.WriteString("  ")
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}
