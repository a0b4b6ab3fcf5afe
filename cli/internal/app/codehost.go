package app

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"sitegen.dev/core/diag"
)

// checkout is the folder, with a slash behind it, that the site is in below the repository's, as code hosts name files; ""
// where it is the repository's own or no CI says.
// https://docs.github.com/actions/reference/workflows-and-actions/variables
func checkout(getenv func(string) string, root string) string {
	top := getenv("GITHUB_WORKSPACE")
	if top == "" || !filepath.IsAbs(top) {
		return ""
	}
	if real, err := filepath.EvalSymlinks(top); err == nil {
		top = real
	}
	rel, err := filepath.Rel(top, root)
	if err != nil || rel == "." || !filepath.IsLocal(rel) {
		return ""
	}
	return filepath.ToSlash(rel) + "/"
}

// below gives the diagnostics with their files named from the folder above.
func below(prefix string, list *diag.List) *diag.List {
	if prefix == "" {
		return list
	}
	move := func(r *diag.Range) {
		for _, pos := range []*diag.Pos{&r.Pos, &r.End} {
			if pos.File != "" && !filepath.IsAbs(filepath.FromSlash(pos.File)) {
				pos.File = path.Join(prefix, pos.File)
			}
		}
	}
	out := &diag.List{}
	for _, d := range list.Sorted() {
		d.Notes = slices.Clone(d.Notes)
		move(&d.Range)
		for i := range d.Notes {
			move(&d.Notes[i].Range)
		}
		out.Add(d)
	}
	return out
}

// summarize appends what was built to the summary of a job of GitHub Actions, as Markdown. A summary is no result: where it
// cannot be written, the build is as good.
// https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#adding-a-job-summary
func (r report) summarize(getenv func(string) string, out string) {
	name := getenv("GITHUB_STEP_SUMMARY")
	if name == "" {
		return
	}
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return
	}
	defer f.Close()
	f.WriteString(r.markdown(out))
}

// markdown is the report as Markdown. A summary may have a megabyte; long sites are cut as for a terminal, later.
func (r report) markdown(out string) string {
	const most = 500
	var b strings.Builder
	title := out
	if r.Adapter != "" {
		title += " for " + r.Adapter
	}
	fmt.Fprintf(&b, "### sitegen build: %s\n\n%s %s, assets %s, public %s\n\n", cell(title), plural(r.Pages, "page"), size(r.Bytes), size(r.Assets), size(r.Public))
	b.WriteString("| Route | Kind | Mode | Files | Size |\n| --- | --- | --- | ---: | ---: |\n")
	for i, route := range r.Routes {
		if i == most && len(r.Routes) > most+1 {
			fmt.Fprintf(&b, "| … %d more | | | | |\n", len(r.Routes)-most)
			break
		}
		files, bytes := "", ""
		if route.Files > 0 {
			files, bytes = strconv.Itoa(route.Files), size(route.Bytes)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", cell(route.Pattern), route.Type, route.Mode, files, bytes)
	}
	if len(r.Output) > 0 {
		b.WriteString("\n| Output | Files | Size |\n| --- | ---: | ---: |\n")
		for _, o := range r.Output {
			fmt.Fprintf(&b, "| %s | %d | %s |\n", cell(o.Name), o.Files, size(o.Bytes))
		}
	}
	b.WriteByte('\n')
	return b.String()
}

// cell makes any text code in one cell of a table.
func cell(s string) string {
	return "`" + strings.NewReplacer("`", "'", "|", "\\|", "\n", " ", "\r", " ").Replace(s) + "`"
}
