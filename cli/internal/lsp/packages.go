package lsp

import (
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"

	"sitegen.dev/core/syntax"
)

// goPackages lists the packages that a component may import: those of the standard library, of the site, and of the modules
// that its go.mod requires. gopls completes paths from what is imported somewhere already, which new ones are not.
//
// The go command is asked once, and again when go.mod has changed; while it works, the answer waits for it.
func (st *site) goPackages(ctx context.Context) []string {
	st.mu.Lock()
	layout := st.layout
	st.mu.Unlock()
	if layout == nil {
		return nil
	}
	st.listing.Lock()
	defer st.listing.Unlock()
	if st.packages != nil {
		return st.packages
	}
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	list := func(args ...string) []string {
		cmd := exec.CommandContext(ctx, "go", append([]string{"list", "-e", "-json=false", "-x=false"}, args...)...)
		cmd.Dir = layout.ModuleDir
		out, err := cmd.Output()
		if err != nil {
			fmt.Fprintln(st.server.Log, "sitegen lsp: go list:", err)
		}
		return strings.Fields(string(out))
	}
	patterns := []string{"-f", `{{if ne .Name "main"}}{{.ImportPath}}{{end}}`, "std", "./..."}
	var own string
	for i, m := range list("-m", "-f", "{{if not .Indirect}}{{.Path}}{{end}}", "all") {
		if i == 0 {
			own = m
			continue
		}
		patterns = append(patterns, m+"/...")
	}
	found := []string{}
	for _, p := range list(patterns...) {
		if importable(p, own) {
			found = append(found, p)
		}
	}
	slices.Sort(found)
	if ctx.Err() != nil {
		return found
	}
	st.packages = slices.Compact(found)
	return st.packages
}

// importable says whether a package of the module own may import another one.
func importable(p, own string) bool {
	if strings.HasPrefix(p, "vendor/") || strings.HasPrefix(p, "cmd/") || strings.Contains(p, "/.") {
		return false
	}
	for rest, at := p, 0; ; {
		i := strings.Index(rest, "internal")
		if i < 0 {
			return true
		}
		at += i
		whole := (at == 0 || p[at-1] == '/') && (at+len("internal") == len(p) || p[at+len("internal")] == '/')
		if parent := strings.TrimSuffix(p[:at], "/"); whole && (own == "" || parent != own && !strings.HasPrefix(parent, own+"/")) {
			return false
		}
		at += len("internal")
		rest = p[at:]
	}
}

// packages offers the packages that can be imported.
func (l *completer) packages(ctx context.Context) {
	src := l.comp.File().Src
	end := l.c.off
	for end < len(src) && src[end] != '"' && src[end] != '\n' {
		end++
	}
	has := map[string]bool{}
	for _, lit := range l.comp.ImportSpecs() {
		if lit.Start > l.c.off || l.c.off > lit.End {
			has[strings.Trim(lit.Text(src), "\"`")] = true
		}
	}
	span := l.c.doc.text.span(syntax.Span{Start: l.spot.start, End: end})
	for _, p := range l.c.site.goPackages(ctx) {
		if has[p] {
			continue
		}
		order := "2"
		if first, _, _ := strings.Cut(p, "/"); strings.Contains(first, ".") {
			order = "1" // the standard library is what people know by heart
		}
		l.items = append(l.items, completionItem{Label: p, Kind: itemModule, FilterText: p, SortText: order + p, TextEdit: &textEdit{span, p}})
	}
}

// forgetPackages has the packages listed again.
func (st *site) forgetPackages() {
	st.listing.Lock()
	defer st.listing.Unlock()
	st.packages = nil
}
