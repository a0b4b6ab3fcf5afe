package assets

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/css"
)

// ModuleClasses lists the classes that a CSS module defines, sorted. Those inside :global(…) are not among them.
func ModuleClasses(text string) []string {
	var out []string
	moduleEdits(text, func(name string) string {
		out = append(out, name)
		return name
	})
	slices.Sort(out)
	return slices.Compact(out)
}

// ModuleCSS gives the text of a CSS module with its classes renamed as ModuleClass does. :global(…) is taken off.
func ModuleCSS(text, file string) string {
	return moduleEdits(text, func(name string) string { return ModuleClass(name, file) })
}

// ModuleClass is the name of a class of a module in the page. It depends on the name and the file alone.
func ModuleClass(name, file string) string {
	sum := sha256.Sum256([]byte(file))
	return name + "_" + hex.EncodeToString(sum[:3])
}

// moduleEdits copies text with every class of a selector renamed. A dot in front of a name occurs in CSS in selectors, and
// in the names of layers, whose rules are left alone.
func moduleEdits(text string, rename func(string) string) string {
	var out strings.Builder
	lexer := css.NewLexer(parse.NewInputString(text))
	dot, layer := false, false  // behind a dot; in the prelude of a rule that names layers
	global, depth := []int{}, 0 // depths at which :global( was opened
	colon := false
	for {
		tt, data := lexer.Next()
		if tt == css.ErrorToken {
			return out.String()
		}
		s := string(data)
		switch {
		case tt == css.AtKeywordToken:
			layer = strings.EqualFold(s, "@layer") || strings.EqualFold(s, "@import")
		case tt == css.LeftBraceToken, tt == css.SemicolonToken:
			layer = false
		}
		switch {
		case tt == css.FunctionToken && colon && strings.EqualFold(s, "global("):
			depth++
			global = append(global, depth)
			written := strings.TrimSuffix(out.String(), ":")
			out.Reset()
			out.WriteString(written)
			s = ""
		case tt == css.FunctionToken, tt == css.LeftParenthesisToken:
			depth++
		case tt == css.RightParenthesisToken:
			if n := len(global); n > 0 && global[n-1] == depth {
				global = global[:n-1]
				s = ""
			}
			depth--
		case tt == css.IdentToken && dot && !layer && len(global) == 0:
			s = rename(s)
		}
		dot = tt == css.DelimToken && s == "."
		colon = tt == css.ColonToken
		out.WriteString(s)
	}
}
