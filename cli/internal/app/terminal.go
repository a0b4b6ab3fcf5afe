package app

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/urfave/cli/v2"

	"sitegen.dev/core/diag"
)

// terminal is how a command speaks to a person: diagnostics in the form asked for, notes, and one progress line that
// appears only on a terminal and only when something takes longer than a second.
type terminal struct {
	env     Env
	format  string // text, json or github
	color   bool
	quiet   bool
	silent  bool // says nothing at all
	verbose bool
	said    diag.List // everything that was printed
	folder  string    // of the site in its repository, for code hosts; see checkout
	now     func() time.Time

	start time.Time

	mu       sync.Mutex // over standard error and what follows: the progress line is drawn beside everything else
	line     bool       // it is on the screen
	lastDraw time.Time
	phase    string // that runs, how far it is, and since when
	detail   string
	since    time.Time
	ticker   chan struct{} // closed to end the drawing
}

// formats are the values of --format.
var formats = []string{"text", "json", "github"}

func newTerminal(c *cli.Context, env Env) (*terminal, error) {
	t := &terminal{env: env, format: c.String("format"), quiet: c.Bool("quiet") || c.Bool("silent"), silent: c.Bool("silent"), verbose: c.Bool("verbose"), now: time.Now}
	t.start = t.now()
	if t.silent {
		t.env.Stderr = io.Discard
	}
	switch {
	case slices.Contains(formats, t.format):
	case t.format == "":
		t.format = "text"
		if env.Getenv("GITHUB_ACTIONS") == "true" {
			t.format = "github"
		}
	case t.format == "sarif":
		return nil, usage("--format is text, json or github; SARIF is printed on standard output by `sitegen check --sarif`")
	default:
		return nil, usage("--format is text, json or github, not %q%s", t.format, orRather(t.format, formats))
	}
	switch {
	case c.Bool("no-color") || env.Getenv("NO_COLOR") != "":
	case forced(env, "FORCE_COLOR"), forced(env, "CLICOLOR_FORCE"):
		t.color = true
	case env.Getenv("FORCE_COLOR") != "" || env.Getenv("CLICOLOR") == "0": // "0" or "false": none, as programs on Node have it
	default:
		t.color = t.interactive()
	}
	if c.App.Metadata == nil {
		c.App.Metadata = map[string]any{}
	}
	c.App.Metadata[terminalKey] = t
	return t, nil
}

// forced says whether a variable asks for colours.
func forced(env Env, name string) bool {
	v := env.Getenv(name)
	return v != "" && v != "0" && v != "false"
}

// terminalKey is where run finds the terminal of the command.
const terminalKey = "terminal"

// flush writes what --format json has kept back, so that it is one object.
func (t *terminal) flush() {
	if t.format == "json" && t.said.Len() > 0 {
		diag.JSON(t.env.Stderr, &t.said)
	}
}

// forget drops what was said: a command that runs for days must not keep all of it.
func (t *terminal) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.said = diag.List{}
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
	t.mu.Lock()
	defer t.mu.Unlock()
	t.wipe()
	t.said.Add(list.Sorted()...)
	switch t.format {
	case "json": // flush
	case "github":
		diag.GitHub(t.env.Stderr, below(t.folder, list))
	default:
		diag.Text(t.env.Stderr, list, diag.TextOptions{Color: t.color, Source: source})
	}
}

// note says something to a person; --quiet leaves it out.
func (t *terminal) note(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.say(format, args...)
}

func (t *terminal) say(format string, args ...any) {
	if t.quiet {
		return
	}
	t.wipe()
	fmt.Fprintf(t.env.Stderr, format+"\n", args...)
}

// progress says what is being done: on a line that comes and goes, or with --verbose as a note when it is through. An
// empty phase ends it.
func (t *terminal) progress(phase, detail string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	if phase != t.phase {
		if t.verbose && t.phase != "" {
			t.say("%-9s %6.2fs", t.phase, now.Sub(t.since).Seconds())
		}
		t.since = now
	}
	t.phase, t.detail = phase, detail
	switch {
	case phase == "":
		t.wipe()
		if t.ticker != nil {
			close(t.ticker)
			t.ticker = nil
		}
	case t.interactive() && t.ticker == nil && !t.quiet:
		t.ticker = make(chan struct{})
		go t.tick(t.ticker)
	}
	t.draw(now)
}

// tick draws the line while a phase says nothing, as the go command does for as long as it runs.
func (t *terminal) tick(end <-chan struct{}) {
	every := time.NewTicker(100 * time.Millisecond)
	defer every.Stop()
	for {
		select {
		case <-end:
			return
		case <-every.C:
			t.mu.Lock()
			t.draw(t.now())
			t.mu.Unlock()
		}
	}
}

// draw puts the progress line on the screen, if it is time for it.
func (t *terminal) draw(now time.Time) {
	if t.phase == "" || t.quiet || !t.interactive() || now.Sub(t.start) < time.Second || now.Sub(t.lastDraw) < 50*time.Millisecond {
		return
	}
	t.lastDraw = now
	t.line = true
	fmt.Fprintf(t.env.Stderr, "\r\x1b[K%s  %.1fs", strings.TrimSpace(t.phase+" "+t.detail), now.Sub(t.start).Seconds())
}

// wipe takes the progress line away.
func (t *terminal) wipe() {
	if t.line {
		fmt.Fprint(t.env.Stderr, "\r\x1b[K")
		t.line = false
	}
}

// Write lets the site's own printing pass without tearing the progress line.
func (t *terminal) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.wipe()
	return t.env.Stderr.Write(p)
}

// size prints a number of bytes the way people read it.
func size(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 999_950:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	case n < 999_950_000:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/1e9)
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
