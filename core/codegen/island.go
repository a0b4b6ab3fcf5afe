package codegen

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strings"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/internal/attrname"
	"sitegen.dev/core/manifest"
	"sitegen.dev/core/syntax"
)

// serverDirectives say when and how a component is rendered.
var serverDirectives = []string{"server:defer", "server:async"}

// Deferred is one use of server:defer: the component and the place of its tag.
type Deferred struct {
	Component *Component
	At        diag.Range
}

// server reads server:defer and server:async.
func (l *lowerer) server(e *syntax.Element, callee *Component, op *Call) {
	async, deferred := attr(e, "server:async"), attr(e, "server:defer")
	for _, a := range []*syntax.Attr{async, deferred} {
		if a != nil && a.Kind != syntax.AttrBare {
			l.err("SG2040", a.Span, a.Name+" takes no value", "to choose at run time, write {if … { <"+e.Name+" "+a.Name+" /> } else { <"+e.Name+" /> }}")
		}
	}
	switch {
	case async != nil && deferred != nil:
		l.err("SG2040", async.Span, "server:async and server:defer exclude each other", "keep server:defer: the component is then no part of this page")
		return
	case async != nil:
		op.Async, op.PageTaken = true, l.pageTaken
		return
	case deferred == nil:
		return
	}
	if params := callee.typeParams(); len(params) > 0 {
		l.err("SG2046", deferred.Span, "<"+e.Name+"> has type parameters, and the request that renders it could not name them",
			"wrap it in a component that names the types, and defer that")
	}
	op.Defer = &Defer{ID: callee.islandID(), Props: callee.propsHash()}
	at := l.rng(deferred.NameSpan)
	l.c.Deferred = append(l.c.Deferred, Deferred{callee, l.rng(e.NameSpan)})
	l.c.Features = append(l.c.Features, manifest.Feature{Name: "serverIsland", File: at.File, Line: at.Line, Col: at.Col})
	l.sendable(e, callee)
}

// sendable reports attributes and slots that cannot be sent to a request of its own, as far as the declaration of the
// props shows it. What only types could tell, the runtime says when it renders the page.
func (l *lowerer) sendable(e *syntax.Element, callee *Component) {
	info := callee.front.props
	for i := range e.Attrs {
		a := &e.Attrs[i]
		if info == nil || a.Kind == syntax.AttrComment || a.Kind == syntax.AttrSpread {
			continue
		}
		f := info.field(a.Name)
		if f == nil {
			continue
		}
		if what := unsendable(f.Type); what != "" {
			l.diags.Add(diag.Diagnostic{Severity: diag.Error, Code: "SG2046", Range: l.rng(a.NameSpan),
				Message: "<" + e.Name + "> is deferred, and " + what + " cannot be sent to it as prop " + f.attr(),
				Hint:    "hand over what it is made from: text, numbers, structs, slices, maps; or put markup between the tags",
				Notes:   []diag.Note{{Range: callee.file.Range(f.At), Message: "declared as " + f.Type + " here"}}})
		}
	}
	for _, f := range callee.slotInfo().Fields {
		if !f.Func {
			continue
		}
		for _, n := range e.Children {
			el, ok := n.(*syntax.Element)
			if !ok {
				continue
			}
			if a := attr(el, "slot"); a != nil && foldName(a.Value.Text(l.src)) == foldName(f.Name) {
				l.unsendableSlot(e, callee, &f, a.Span)
			}
		}
		if f.Name == "Default" && l.slotFunc(e.Children) != nil {
			l.unsendableSlot(e, callee, &f, e.NameSpan)
		}
	}
}

func (l *lowerer) unsendableSlot(e *syntax.Element, callee *Component, f *fieldInfo, at syntax.Span) {
	l.diags.Add(diag.Diagnostic{Severity: diag.Error, Code: "SG2046", Range: l.rng(at),
		Message: "<" + e.Name + "> is deferred, and its slot " + attrname.Of(f.Name) + " takes arguments that are known only later",
		Hint:    "let a component that is deferred use <" + e.Name + ">, and fill the slot there",
		Notes:   []diag.Note{{Range: callee.file.Range(f.At), Message: "the slot is declared here"}}})
}

// unsendable says what in a type has no form that can be sent, or "".
func unsendable(typ string) string {
	x, err := parser.ParseExpr(typ)
	if err != nil {
		return ""
	}
	what := ""
	ast.Inspect(x, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncType:
			what = "a function"
		case *ast.ChanType:
			what = "a channel"
		case *ast.Ident:
			switch n.Name {
			case "complex64", "complex128":
				what = "a complex number"
			case "error":
				what = "an error"
			}
		case *ast.SelectorExpr:
			pkg, _ := n.X.(*ast.Ident)
			if pkg == nil {
				return false
			}
			switch pkg.Name + "." + n.Sel.Name {
			case "site.Node", "_sg.Node":
				what = "a site.Node"
			case "site.Page", "_sg.Page":
				what = "the page"
			case "context.Context":
				what = "a context"
			case "unsafe.Pointer":
				what = "a pointer without a type"
			case "iter.Seq", "iter.Seq2":
				what = "an iterator"
			}
			return false
		}
		return what == ""
	})
	return what
}

// deferrable reports deferred components that are whole documents; whether one is shows when all are lowered.
func (c *Component) deferrable(diags *diag.List) {
	for _, d := range c.Deferred {
		if d.Component.Doctype() || d.Component.Head() {
			diags.Error("SG2046", d.At, "<"+d.Component.Name+"> is deferred, and is a whole document with a <head>",
				"defer the part of the page that differs from visitor to visitor")
		}
	}
}

// islandID is the name under which a deferred component is asked for.
func (c *Component) islandID() string {
	sum := sha256.Sum256([]byte(c.Path))
	name := strings.Map(func(r rune) rune {
		if r < 128 && (isLetter(byte(r)) || '0' <= r && r <= '9') {
			return r
		}
		return -1
	}, c.Name)
	return name + "-" + hex.EncodeToString(sum[:4])
}

// propsHash changes with the declaration of the props, but not with its blanks and comments. Props that were made for
// another declaration are refused.
func (c *Component) propsHash() string {
	h := sha256.New()
	if p := c.front.props; p != nil {
		for _, it := range c.front.hoisted {
			if it.Start > p.At.Start || p.At.End > it.End {
				continue
			}
			scanTokens(it.Text(c.file.Src), func(_ int, tok token.Token, lit string) {
				if tok == token.SEMICOLON {
					return // whether there is one depends on the line breaks
				}
				if lit == "" {
					lit = tok.String()
				}
				h.Write([]byte(lit + "\n"))
			})
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// Islands gives the components that some component of the roots' closures defers, by Path.
func Islands(roots []*Component) []*Component {
	seen := map[*Component]bool{}
	var out []*Component
	for _, r := range roots {
		for _, c := range r.Closure() {
			for _, d := range c.Deferred {
				if !seen[d.Component] {
					seen[d.Component] = true
					out = append(out, d.Component)
				}
			}
		}
	}
	slices.SortFunc(out, func(a, b *Component) int { return cmp.Compare(a.Path, b.Path) })
	return out
}

// islands gives those of the components that routes render, or nil.
func (b *Bundle) islands() []*Component {
	var roots []*Component
	for _, r := range b.Routes {
		if r.Component != nil {
			roots = append(roots, r.Component)
		}
	}
	return Islands(roots)
}

// sealPath is the package that encrypts; only programs with islands link it.
var sealPath = path.Join(runtimePath, "seal")
