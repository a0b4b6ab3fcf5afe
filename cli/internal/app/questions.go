package app

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"sitegen.dev/core/diag"
)

// questions asks the person at the terminal. One reader serves all questions: what was typed ahead answers the next.
type questions struct {
	in  *bufio.Reader
	out io.Writer
}

func newQuestions(env Env) *questions { return &questions{bufio.NewReader(env.Stdin), env.Stderr} }

// option is one answer of a choice.
type option struct{ name, summary string }

// read gives the next line. Reading cannot be interrupted, so Ctrl-C leaves it behind.
func (q *questions) read(ctx context.Context) (string, error) {
	type reply struct {
		line string
		err  error
	}
	got := make(chan reply, 1)
	go func() {
		line, err := q.in.ReadString('\n')
		got <- reply{strings.TrimSpace(line), err}
	}()
	select {
	case r := <-got:
		return r.line, r.err
	case <-ctx.Done():
		fmt.Fprintln(q.out)
		return "", ctx.Err()
	}
}

// line asks for a text. The empty answer, and the end of the input, mean the usual one.
func (q *questions) line(ctx context.Context, question, usual string) (string, error) {
	fmt.Fprintf(q.out, "%s [%s] ", question, usual)
	answer, err := q.read(ctx)
	if ctx.Err() != nil {
		return "", err
	}
	if answer == "" {
		return usual, nil
	}
	return answer, nil
}

// choice asks for one of several, by name or number, until it gets one; the first is the usual one.
func (q *questions) choice(ctx context.Context, question string, all []option) (string, error) {
	var names []string
	width := 0
	for _, o := range all {
		names = append(names, o.name)
		width = max(width, len(o.name))
	}
	fmt.Fprintln(q.out)
	for i, o := range all {
		fmt.Fprintf(q.out, "  %d  %-*s  %s\n", i+1, width, o.name, o.summary)
	}
	for {
		fmt.Fprintf(q.out, "%s [1] ", question)
		answer, err := q.read(ctx)
		if ctx.Err() != nil {
			return "", err
		}
		if answer == "" && err == nil {
			return all[0].name, nil
		}
		if n, err := strconv.Atoi(answer); err == nil && n >= 1 && n <= len(all) {
			return all[n-1].name, nil
		}
		for _, o := range all {
			if o.name == answer {
				return answer, nil
			}
		}
		if err != nil {
			return "", usage("the question %q was not answered; --yes takes the usual answers", question)
		}
		if s := diag.Suggest(answer, names); s != "" {
			fmt.Fprintf(q.out, "did you mean %s?\n", s)
		}
	}
}
