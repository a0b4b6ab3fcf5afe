// Package highlight colours the source of a component for display: the Go of the fence with go/scanner, the template
// with a small state machine. It uses the class names that the Markdown highlighter uses, so that one stylesheet serves
// both. It is meant for correct sources; on others it colours less, but never loses a byte.
package highlight

import (
	"go/scanner"
	"go/token"
	"html"
	"regexp"
	"strings"

	"sitegen.dev/core/site"
)

// Gosite gives the content of a <code> element for the source of a component.
func Gosite(src string) site.HTML {
	return site.Raw(coloured(strings.TrimSpace(src)))
}

// Lines gives the coloured lines of a source as it is, each of them complete HTML.
func Lines(src string) []string {
	var open string // tag of the span that goes on in the next line
	lines := strings.Split(coloured(src), "\n")
	for i, line := range lines {
		line = open + line
		for rest := line[len(open):]; ; {
			at := strings.IndexByte(rest, '<')
			if at < 0 {
				break
			}
			end := at + strings.IndexByte(rest[at:], '>') + 1
			if tag := rest[at:end]; tag == "</span>" {
				open = ""
			} else {
				open = tag
			}
			rest = rest[end:]
		}
		if open != "" {
			line += "</span>"
		}
		lines[i] = line
	}
	return lines
}

func coloured(src string) string {
	var b strings.Builder
	if rest, ok := strings.CutPrefix(src, "---\n"); ok {
		if fence, template, ok := strings.Cut(rest, "\n---"); ok {
			mark(&b, "cp", "---")
			b.WriteByte('\n')
			goTokens(&b, fence)
			b.WriteByte('\n')
			mark(&b, "cp", "---")
			src = template
		}
	}
	markup(&b, src)
	return b.String()
}

// mark writes text in a span of the class.
func mark(b *strings.Builder, class, text string) {
	if text == "" {
		return
	}
	b.WriteString(`<span class="` + class + `">` + html.EscapeString(text) + `</span>`)
}

// goTokens writes Go source.
func goTokens(b *strings.Builder, src string) {
	set := token.NewFileSet()
	file := set.AddFile("", set.Base(), len(src))
	var s scanner.Scanner
	s.Init(file, []byte(src), func(token.Position, string) {}, scanner.ScanComments)
	at := 0
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			break
		}
		start := file.Offset(pos)
		if tok == token.SEMICOLON && lit != ";" || start < at {
			continue
		}
		text := lit
		if text == "" {
			text = tok.String()
		}
		b.WriteString(html.EscapeString(src[at:start]))
		end := min(start+len(text), len(src))
		writeGo(b, tok, src[start:end], src[end:])
		at = end
	}
	b.WriteString(html.EscapeString(src[at:]))
}

// writeGo writes one token; after is what follows it.
func writeGo(b *strings.Builder, tok token.Token, text, after string) {
	switch {
	case tok == token.COMMENT:
		mark(b, "c", text)
	case tok.IsKeyword():
		mark(b, "k", text)
	case tok == token.STRING || tok == token.CHAR:
		mark(b, "s", text)
	case tok == token.INT || tok == token.FLOAT:
		mark(b, "m", text)
	case tok == token.IDENT && builtin[text]:
		mark(b, "kt", text)
	case tok == token.IDENT && strings.HasPrefix(after, "("):
		mark(b, "nf", text)
	default:
		b.WriteString(html.EscapeString(text))
	}
}

var builtin = map[string]bool{
	"any": true, "bool": true, "byte": true, "error": true, "float64": true, "int": true, "int64": true, "string": true,
	"true": true, "false": true, "nil": true,
}

// markupToken finds the pieces of a template that get a colour.
var markupToken = regexp.MustCompile("<!--(?s:.*?)-->|<!\\w+[^>]*>|</?[A-Za-z][\\w.:-]*|</?>|/?>|\"[^\"\n]*\"|`[^`]*`|[A-Za-z_][\\w:.-]*=?|[{}]")

// rawText are the elements whose content is no template.
var rawText = regexp.MustCompile(`^<(script|style)\b[^>]*[^/]?>`)

// markup writes template source.
func markup(b *strings.Builder, src string) {
	depth := 0     // of open braces
	inTag := false // between <name and >
	inGo := false  // between { and a tag
	tagDepth := 0  // depth at which the open tag began
	for src != "" {
		loc := markupToken.FindStringIndex(src)
		if loc == nil {
			break
		}
		text := src[loc[0]:loc[1]]
		b.WriteString(html.EscapeString(src[:loc[0]]))
		rest := src[loc[1]:]
		goCode := inGo || depth > tagDepth && inTag
		switch {
		case strings.HasPrefix(text, "<!"):
			mark(b, "c", text)
		case strings.HasPrefix(text, "<"):
			mark(b, "nt", text)
			inTag, inGo, tagDepth = !strings.HasSuffix(text, ">"), false, depth
			if m := rawText.FindString(src[loc[0]:]); m != "" && !strings.HasSuffix(m, "/>") {
				name := text[1:]
				if body, _, ok := strings.Cut(rest, "</"+name); ok {
					open, inner, _ := strings.Cut(body, ">")
					b.WriteString(html.EscapeString(open))
					mark(b, "nt", ">")
					b.WriteString(html.EscapeString(inner))
					rest, inTag = rest[len(body):], false
				}
			}
		case strings.HasSuffix(text, ">") && inTag && depth == tagDepth:
			mark(b, "nt", text)
			inTag = false
		case text == "{":
			depth++
			inGo = inGo || !inTag
			b.WriteString(text)
		case text == "}":
			depth--
			inGo = depth > 0 && !inTag
			b.WriteString(text)
		case text[0] == '"' || text[0] == '`':
			if goCode || inTag {
				mark(b, "s", text)
			} else {
				b.WriteString(html.EscapeString(text))
			}
		case goCode && token.IsKeyword(text):
			mark(b, "k", text)
		case inTag && !goCode:
			mark(b, "na", strings.TrimSuffix(text, "="))
			if strings.HasSuffix(text, "=") {
				b.WriteByte('=')
			}
		default:
			b.WriteString(html.EscapeString(text))
		}
		src = rest
	}
	b.WriteString(html.EscapeString(src))
}
