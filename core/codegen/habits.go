package codegen

import (
	"path"
	"strings"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/syntax"
)

// astroNames are the members of Astro's global object, and what a component says instead.
var astroNames = map[string]string{
	"props":           "declare type Props struct { … }, and write props.Title",
	"params":          `write page.Params["slug"]`,
	"slots":           "write <slot />, and slots.Name != nil to ask for one",
	"self":            "write <Self … />",
	"url":             "write page.URL",
	"site":            "write page.Site",
	"request":         "write page.Request",
	"response":        "write page.Response",
	"cookies":         `write page.Cookies.Get("name"), page.Cookies.Set(site.Cookie{…})`,
	"redirect":        `write return page.Redirect("/path")`,
	"rewrite":         `write return page.Rewrite("/path")`,
	"locals":          "declare var User = site.NewKey[T]() in a Go file, and write User.Get(page.Locals)",
	"clientAddress":   "write page.ClientAddr()",
	"isPrerendered":   "write page.Prerendered",
	"routePattern":    "write page.Pattern",
	"originPathname":  "write page.OriginPath",
	"currentLocale":   "write page.Locale",
	"preferredLocale": `read page.Request.Header.Get("Accept-Language")`,
	"session":         "write page.Session",
	"generator":       "write page.Generator",
	"glob":            "import the package that reads the files, or declare a content collection",
}

// foreignNames are globals of JavaScript and of Astro's modules.
var foreignNames = map[string]string{
	"null":              "Go says nil",
	"undefined":         "Go says nil",
	"console":           "in a <script>, console is the browser's; here write slog.Info(…) and import \"log/slog\"",
	"JSON":              "import \"encoding/json\" and write json.Marshal(v); for a script, define:vars={name}",
	"Math":              "import \"math\", or use min and max",
	"Date":              "import \"time\" and write time.Now()",
	"Object":            "loop over a map: {for key, value := range m { … }}",
	"fetch":             "write site.Fetch(page.Context(), &site.FetchRequest{…})",
	"getCollection":     "declare var Posts = content.New[Post](\"posts\") in a Go file, and write Posts.All(page)",
	"getEntry":          "declare var Posts = content.New[Post](\"posts\") in a Go file, and write Posts.Get(page, slug)",
	"getLiveCollection": "declare var Posts = content.New[Post](\"posts\") in a Go file, and write Posts.All(page)",
	"process":           "declare the variable below env: in site.yaml, and write env.Name",
	"document":          "the browser's objects exist in a <script> alone",
	"window":            "the browser's objects exist in a <script> alone",
}

// standard are the packages of the standard library that pages use, by name, as far as the name is theirs alone.
var standard = func() map[string]string {
	paths := map[string]string{}
	for p := range strings.FieldsSeq("bufio bytes cmp context crypto/hmac crypto/sha256 crypto/subtle embed encoding/base64 encoding/csv encoding/hex " +
		"encoding/json encoding/xml errors fmt html io iter log log/slog maps math math/bits net/http net/netip net/url os path path/filepath regexp " +
		"slices sort strconv strings sync sync/atomic time unicode unicode/utf8") {
		paths[path.Base(p)] = p
	}
	paths["rand"] = "math/rand/v2"
	return paths
}()

// foreignHint is the hint for an undefined name that somebody knows from elsewhere, or "".
func foreignHint(f *syntax.File, name string, at diag.Pos) string {
	if name != "Astro" {
		return foreignNames[name]
	}
	member := ""
	if lines := strings.SplitAfterN(string(f.Src), "\n", at.Line+1); at.Line >= 1 && at.Line <= len(lines) {
		if line := lines[at.Line-1]; at.Col >= 1 && at.Col <= len(line) {
			if rest, ok := strings.CutPrefix(line[at.Col-1:], "Astro."); ok {
				member = rest
				if i := strings.IndexFunc(rest, func(r rune) bool { return r > 127 || !isLetter(byte(r)) }); i >= 0 {
					member = rest[:i]
				}
			}
		}
	}
	if hint := astroNames[member]; hint != "" {
		return hint
	}
	return "there is no Astro object: a component has page, props and slots"
}
