// Package examples holds for every code of package diag a small site that triggers it, and the command that tells. They
// stand in docs/errors.md and on the documentation site, and a test of the command line runs them all.
package examples

import (
	_ "embed"
	"strings"

	"sitegen.dev/core/diag"
)

//go:embed examples.txt
var source string

// Example is a site that triggers one code.
type Example struct {
	Command string // "sitegen check"
	Files   []File
}

// File is one file of an Example, by its slash-separated name.
type File struct{ Name, Text string }

// without says of the codes that have no example what a site would have to have beside its files.
var without = map[diag.Code]string{
	"SG1022": "a thousand levels of elements",
	"SG1027": "bytes that are no text",
	"SG2071": "a variable of the environment that is a secret",
	"SG2059": "a trouble of the go command that is not about the source",
	"SG3106": "a page that says more than one thing at once",
	"SG3120": "a variable of the environment that is not there",
	"SG3121": "a variable of the environment that is a secret",
	"SG3122": "more than fifty errors",
	"SG3150": "a running development server",
	"SG3151": "a running development server",
	"SG4010": "a site.yaml of more than half a megabyte",
	"SG4012": "`sitegen add`",
	"SG5003": "a stylesheet that esbuild refuses and browsers would not",
	"SG5023": "a layout with types of its own",
	"SG5031": "a damaged image",
	"SG5032": "a drawing with a script",
	"SG5033": "a platform without an image service",
	"SG5040": "a secret that is set in the environment",
	"SG5050": "a stylesheet for a program that is not installed",
	"SG4023": "a value of --mode",
	"SG5051": "Sass or Tailwind",
	"SG5059": "hundreds of levels of quotations",
	"SG5060": "bytes that are no text",
	"SG5066": "Go types that no collection can have",
	"SG5068": "links of the file system",
	"SG5069": "a page at the address of an alias that is found only while rendering",
	"SG5075": "a loader, whose source cannot be had",
	"SG6001": "an adapter that cannot do something; those that come with sitegen can do all of it",
	"SG6002": "an adapter that does something with limits",
	"SG6004": "an adapter of another version",
	"SG6007": "the CI of a platform",
	"SG6008": "an adapter by others",
	"SG6009": "an adapter by others",
	"SG6010": "a machine without Go",
	"SG6011": "a machine with an old Go",
	"SG6012": "a workspace above the site",
	"SG6013": "no go.mod",
	"SG6014": "a full disk",
	"SG6015": "modules that can be fetched",
	"SG6016": "a workspace above the site",
	"SG6017": "a process without a home directory",
	"SG6018": "a wrong GOFLAGS",
	"SG6020": "gigabytes of files",
	"SG6102": "a page that is kept for a time, at a path with letters of several spellings",
	"SG6104": "thousands of redirects",
	"SG6106": "a project on Vercel",
	"SG6107": "hundreds of megabytes",
	"SG6108": "thousands of pages",
	"SG6109": "the module that mode lambda needs",
	"SG6110": "a build on Vercel",
	"SG6111": "a page that cannot be rendered when the site is built",
	"SG6113": "a build on Vercel",
	"SG6202": "files of Netlify's function",
	"SG6203": "a page with a status of its own",
	"SG6204": "hundreds of megabytes",
	"SG6205": "redirects that only a function can answer",
	"SG6206": "a file of Netlify's rules",
	"SG6207": "headers that Netlify keeps for itself",
	"SG6208": "an account at Netlify",
	"SG6209": "an account at Netlify",
	"SG6210": "an account at Netlify",
	"SG6211": "an account at Netlify",
	"SG6212": "an account at Netlify",
	"SG6213": "an account at Netlify",
	"SG6214": "an account at Netlify",
	"SG6215": "an account at Netlify",
	"SG6304": "megabytes of Go",
	"SG6306": "hundreds of rules",
	"SG6307": "a file of many megabytes",
	"SG6308": "a configuration of wrangler",
	"SG6309": "a binding of Cloudflare",
	"SG7001": "a folder that cannot be read",
	"SG7003": "no go.mod",
	"SG7005": "a folder that cannot be written",
	"SG7010": "an output folder around the site",
	"SG7012": "links of the file system",
	"SG7013": "a wrong variable SITEGEN_KEY",
}

// Reason says why a code has no example: what it would take beside the files of a site.
func Reason(code diag.Code) string { return without[code] }

// Of gives the example of a code. It is false where none can be given: the code tells of something outside of the site's
// files, a full disk or a platform that says no.
func Of(code diag.Code) (Example, bool) {
	e, ok := all[code]
	return e, ok
}

var all = parse(source)

// parse reads sections "== CODE", each an optional line "$ command" and files as in txtar. Text without a name is that of
// src/pages/index.gosite.
func parse(text string) map[diag.Code]Example {
	out := map[diag.Code]Example{}
	for _, section := range strings.Split("\n"+text, "\n== ")[1:] {
		code, body, _ := strings.Cut(section, "\n")
		e := Example{Command: "sitegen check"}
		if command, rest, ok := strings.Cut(body, "\n"); ok && strings.HasPrefix(command, "$ ") {
			e.Command, body = strings.TrimPrefix(command, "$ "), rest
		}
		name := "src/pages/index.gosite"
		var lines []string
		end := func() {
			if len(lines) > 0 || len(e.Files) > 0 || name != "src/pages/index.gosite" {
				e.Files = append(e.Files, File{name, strings.Join(lines, "\n") + "\n"})
			}
			lines = nil
		}
		started := false
		for line := range strings.SplitSeq(strings.TrimSuffix(body, "\n"), "\n") {
			if n, ok := strings.CutPrefix(line, "-- "); ok && strings.HasSuffix(n, " --") {
				if started {
					end()
				}
				name, started = strings.TrimSuffix(n, " --"), true
				continue
			}
			lines, started = append(lines, line), true
		}
		end()
		out[diag.Code(code)] = e
	}
	return out
}
