package app

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"sitegen.dev/cli/internal/registry"
	"sitegen.dev/core/adapter"
	"sitegen.dev/core/build"
	"sitegen.dev/core/config"
	"sitegen.dev/core/diag"
)

// The names that are no adapters.
const (
	noAdapter   = "none" // the site is files
	autoAdapter = "auto" // that of the platform whose CI this is
)

// flagSaysSo is the reason for an adapter that the command line names.
const flagSaysSo = "--adapter says so"

// choice is the adapter of a build and why it was taken.
type choice struct {
	adapter adapter.Adapter  // nil for none, and for one by others that was not opened yet
	program *adapter.Program // of an adapter by others
	name    string
	reason  string
	auto    bool // it was asked for what is detected, and the answer is worth a line even if it is nothing
	options json.RawMessage
	at      diag.Pos
	warning *diag.Diagnostic // the file and the machine do not agree
}

// chooseAdapter takes --adapter, then site.yaml, then the platform whose CI this is. The name auto, in either place, goes
// to the platform at once. An adapter by others is found, but not started yet: openAdapter does that.
func chooseAdapter(p *project, flag string) (choice, error) {
	cfg := p.config.Adapter
	from := cmp.Or(p.config.Origin("adapter").Name, p.file)
	platform, why := detect(p.env.Getenv)
	var c choice
	var command []string
	switch {
	case flag == autoAdapter || flag == "" && (cfg.Name == "" || cfg.Name == autoAdapter):
		c.auto = flag == autoAdapter || cfg.Name == autoAdapter
		switch {
		case platform != "":
			c.name, c.reason = platform, "detected, "+why
			if flag == autoAdapter && cfg.Name != platform && cfg.Name != "" && cfg.Name != autoAdapter {
				c.reason += "; " + from + " names " + cfg.Name
			}
		case c.auto && cfg.Name != "" && cfg.Name != autoAdapter:
			c.name, c.reason = cfg.Name, "no platform was detected, and "+from+" says so"
		case c.auto:
			return choice{auto: true, reason: "no platform was detected: this is a build on none of " + strings.Join(detectable(), ", ")}, nil
		default:
			return choice{reason: "neither --adapter nor " + p.file + " names one"}, nil
		}
	case flag == "":
		c.name, c.reason = cfg.Name, from+" says so"
		if platform != "" && platform != cfg.Name && p.config.Origin("adapter").Layer == config.File {
			c.warning = &diag.Diagnostic{Severity: diag.Warning, Code: "SG6007", Range: p.config.At("adapter"),
				Message: fmt.Sprintf("%s names adapter %s, but this is a build on %s: %s", p.file, cfg.Name, platform, why),
				Hint:    fmt.Sprintf("build with `--adapter auto`, or name it: `sitegen add %s`", platform)}
		}
	default:
		c.name, c.reason = flag, flagSaysSo
	}
	if c.name == cfg.Name {
		c.options, c.at, command = cfg.Options, p.config.At("adapter").Pos, cfg.Command
	}
	if c.name == noAdapter {
		return choice{reason: c.reason, warning: c.warning}, nil
	}
	return c, p.find(&c, command)
}

// find looks the adapter of a choice up: the command of site.yaml, then those that are built in, then those by others.
func (p *project) find(c *choice, command []string) error {
	place := p.place()
	if command != nil {
		program := place.Command(command)
		c.program = &program
		c.reason += ", run by `" + program.String() + "`"
		return nil
	}
	if a, ok := registry.Find(c.name); ok {
		c.adapter = a
		return nil
	}
	if program, where, ok := place.External(c.name); ok {
		c.program = &program
		c.reason += ", found as " + where
		return nil
	}
	if at := p.config.At("adapter"); c.at == at.Pos && p.config.Origin("adapter").Layer == config.File {
		list := &diag.List{}
		p.unknownAdapter(list, c.name)
		p.term.print(list, p.read)
		return &exit{code: exitConfig}
	}
	code := exitConfig
	if c.reason == flagSaysSo {
		code = exitUsage
	}
	return &exit{code, fmt.Errorf("there is no adapter %q%s (there are: %s; one by others is added with `sitegen add` and its module)",
		c.name, didYouMean(c.name), strings.Join(registry.Names(), ", "))}
}

// unknownAdapter tells of an adapter of site.yaml that there is not.
func (p *project) unknownAdapter(list *diag.List, name string) {
	hint := "there are " + strings.Join(registry.Names(), ", ") + "; one by others is added with `sitegen add` and its module"
	if s := diag.Suggest(name, append(registry.Names(), noAdapter, autoAdapter)); s != "" {
		hint = "did you mean " + s + "? " + hint
	}
	list.Error("SG4004", p.config.At("adapter"), fmt.Sprintf("there is no adapter %q", name), hint)
}

// checkAdapter looks the adapter of the configuration up, for a command that does not run it.
func (p *project) checkAdapter(list *diag.List) {
	a := p.config.Adapter
	if a.Name == "" || a.Name == noAdapter || a.Name == autoAdapter || a.Command != nil {
		return
	}
	if _, ok := registry.Find(a.Name); ok {
		return
	}
	if _, _, ok := p.place().External(a.Name); !ok {
		p.unknownAdapter(list, a.Name)
	}
}

// didYouMean gives the adapter that may have been meant, with what stands in front of it.
func didYouMean(name string) string {
	if s := diag.Suggest(name, append(registry.Names(), noAdapter, autoAdapter)); s != "" {
		return fmt.Sprintf("; did you mean %q?", s)
	}
	return ""
}

// place is where the project keeps adapters by others.
func (p *project) place() registry.Place {
	place := registry.Place{Root: p.root}
	if p.layout != nil {
		place.Root, place.ModuleDir = p.layout.Root, p.layout.ModuleDir
		for _, t := range p.layout.Module.Tool {
			place.Tools = append(place.Tools, t.Path)
		}
	}
	return place
}

// detect asks the built-in adapters for the platform whose CI this is, and how they know.
func detect(getenv func(string) string) (name, why string) {
	var also []string
	for _, a := range registry.Adapters {
		d, ok := a.(adapter.Detector)
		if !ok {
			continue
		}
		switch reason := d.Detect(getenv); {
		case reason == "":
		case name == "":
			name, why = a.Info().Name, reason
		default:
			also = append(also, fmt.Sprintf("%s for %s", reason, a.Info().Name))
		}
	}
	if len(also) > 0 {
		why += " (" + strings.Join(also, ", ") + ", which comes later)"
	}
	return name, why
}

// detectable are the adapters that know their platform's CI.
func detectable() []string {
	var names []string
	for _, a := range registry.Adapters {
		if _, ok := a.(adapter.Detector); ok {
			names = append(names, a.Info().Name)
		}
	}
	return names
}

// openAdapter chooses the adapter and starts it if it is one by others.
func openAdapter(ctx context.Context, p *project, flag string) (choice, error) {
	c, err := chooseAdapter(p, flag)
	if err != nil {
		return c, err
	}
	if c.warning != nil {
		var list diag.List
		list.Add(*c.warning)
		p.term.print(&list, p.read)
	}
	return c, p.start(ctx, &c)
}

// start asks the program of an adapter by others what it is. A tool of the site's go.mod is compiled with the source that
// this sitegen carries, which has to be there first.
func (p *project) start(ctx context.Context, c *choice) error {
	if c.program == nil || c.adapter != nil {
		return nil
	}
	unlock, err := p.lock(ctx)
	if err != nil {
		return err
	}
	list, err := build.Sync(p.layout)
	unlock()
	p.term.print(list, p.read)
	switch {
	case err != nil:
		return p.disk(err)
	case list.HasErrors():
		return &exit{code: exitFailed}
	}
	c.program.Stderr = p.term
	p.term.progress("adapter", c.name)
	a, err := adapter.Open(ctx, *c.program)
	p.term.progress("", "")
	if err != nil {
		return err
	}
	if is := a.Info().Name; is != c.name && !strings.Contains(c.name, "/") {
		return &exit{exitConfig, fmt.Errorf("`%s` is adapter %s, not %s; name it so in %s", c.program, is, c.name, p.file)}
	}
	c.adapter = a
	return nil
}

// adapterNames are the words that --adapter and the command add take.
func adapterNames() []string {
	return slices.Concat(registry.Names(), []string{noAdapter, autoAdapter})
}
