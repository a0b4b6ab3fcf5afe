// Package syntax turns the text of a .gosite file into a tree and a tree back into text (the formatter). It knows Go
// only through go/scanner and go/parser: no types, no other files, no I/O. The tree keeps the byte range of everything,
// blanks and comments included, so that a formatter, a code generator and an editor can all work from it.
//
// Positions are byte offsets into the source; File.Pos turns one into line and column.
package syntax

import (
	"sort"

	"sitegen.dev/core/diag"
)

// Span is a byte range [Start, End) of the source.
type Span struct{ Start, End int }

// Text gives the bytes of src that s covers.
func (s Span) Text(src []byte) string { return string(src[s.Start:s.End]) }

// Empty says whether s covers nothing.
func (s Span) Empty() bool { return s.Start >= s.End }

// File is a parsed .gosite file.
type File struct {
	Name  string // slash-separated, as diagnostics show it
	Src   []byte
	Fence *Fence // nil where the file has no frontmatter
	Nodes []Node

	lines []int // offsets of line starts
}

// Pos gives the line and column of a byte offset.
func (f *File) Pos(off int) diag.Pos {
	i := sort.SearchInts(f.lines, off+1) - 1
	if i < 0 {
		return diag.Pos{File: f.Name, Line: 1, Col: off + 1}
	}
	return diag.Pos{File: f.Name, Line: i + 1, Col: off - f.lines[i] + 1}
}

// Range gives the diagnostic range of a span.
func (f *File) Range(s Span) diag.Range {
	return diag.Range{Pos: f.Pos(s.Start), End: f.Pos(s.End)}
}

// Fence is the frontmatter between the two --- lines.
type Fence struct {
	Span       // from the first - of the opening fence to the end of the closing one
	Body  Span // the Go between
	Items []FenceItem
}

// ItemKind says where a top-level item of the fence goes.
type ItemKind int

// The kinds of fence items. All but ItemStmt are hoisted to package scope.
const (
	ItemImport ItemKind = iota
	ItemConst
	ItemType
	ItemFunc
	ItemMethod
	ItemStmt
)

// FenceItem is one top-level item: a declaration or a statement. Comments stick to the item that follows them.
type FenceItem struct {
	Kind ItemKind
	Span        // the item itself, without leading comments, trailing semicolon or blanks
	Doc  Span   // leading comments, may be empty
	Tail Span   // a comment behind the item on its last line, may be empty
	Semi int    // offset behind the semicolon that the author ends it with, or 0
	Name string // of a func, method or single-name const or type; "" otherwise
}

// Node is a part of the template.
type Node interface{ Range() Span }

// Text is literal text between tags, entities untouched, white space too: JSXText tells what of it is printed.
type Text struct{ Span }

// Comment is <!-- … -->; it is kept in the output.
type Comment struct{ Span }

// Doctype is <!doctype …>.
type Doctype struct{ Span }

// ElementKind tells the sorts of elements apart by their name.
type ElementKind int

// The kinds of elements.
const (
	HTML      ElementKind = iota // <p>, <my-element>
	Component                    // <Card>, <icons.Leaf>, <Self>, <Element>, <Dynamic>
	Fragment                     // <>…</>, <Fragment …>
	Slot                         // <slot>
)

// Element is a tag with its attributes and children.
type Element struct {
	Span       // the whole, from < to the > of the end tag
	Kind       ElementKind
	Name       string // as written; "" for <>
	NameSpan   Span
	TypeArgs   []Span // the Go types in <Table[User]>
	Attrs      []Attr
	Open       Span // the start tag, < to >
	Close      Span // the end tag; empty where there is none
	SelfClosed bool // written <x />
	Void       bool // an HTML void element
	Raw        bool // script, style, is:raw and the literal elements: Children is one Text or none
	Children   []Node
}

// AttrKind tells the sorts of attributes apart.
type AttrKind int

// The kinds of attributes.
const (
	AttrBare      AttrKind = iota // disabled
	AttrStatic                    // a="b", a='b', a=b
	AttrExpr                      // a={expr}
	AttrList                      // class:list={…}, style:list={…}, define:vars={…}, args={…}
	AttrTemplate                  // a=`b${c}`
	AttrShorthand                 // {name}
	AttrSpread                    // {attrs...}
	AttrComment                   // {/* … */}, {// …}
)

// Attr is one attribute of a start tag.
type Attr struct {
	Kind AttrKind
	Span
	Name     string // as written, with its directive prefix ("class:list"); for AttrShorthand the identifier
	NameSpan Span
	Value    Span  // AttrStatic: the text within the quotes, entities untouched
	Quote    byte  // AttrStatic: '"', '\'' or 0
	Expr     *Expr // AttrExpr, AttrShorthand, AttrSpread (without the dots)
	List     []ListItem
	Parts    []TemplatePart
}

// ListItem is one element of an AttrList: Value, or Key: Value.
type ListItem struct {
	Span
	Key   *Expr // nil where there is none
	Value *Expr
}

// TemplatePart is a piece of a backtick attribute: literal text, or ${Expr}.
type TemplatePart struct {
	Span
	Expr *Expr // nil for literal text
}

// Expr is a Go expression in which markup may stand as operands.
type Expr struct {
	Span          // the Go text without the blanks and comments around it
	Markup []Node // each *Element (or fragment) embedded in it, in order; empty for plain Go
}

// ExprNode is {expr}.
type ExprNode struct {
	Span
	Expr *Expr
}

// StmtKind tells the statements of a container apart.
type StmtKind int

// The kinds of statements that may stand in braces.
const (
	StmtDefine   StmtKind = iota // x := f(), x, ok := …
	StmtVar                      // var x T = …
	StmtConst                    // const x = …
	StmtAssign                   // x = …, x += …
	StmtIncDec                   // x++
	StmtContinue                 // continue
	StmtBreak                    // break
	StmtReturn                   // return err
)

// Stmt is {x := f()} and the like: a Go statement without output. Its Go text may hold markup operands.
type Stmt struct {
	Span
	Kind  StmtKind
	Code  *Expr    // the whole statement
	Names []string // the names that StmtDefine, StmtVar and StmtConst declare, without _
}

// GoComment is {/* … */} or {// …}; it leaves nothing in the output.
type GoComment struct{ Span }

// If is {if header { … } else if … { … } else { … }}. In this and all other blocks, the blanks just inside the braces are
// syntax: they are in no Text.
type If struct {
	Span
	Branches []Branch
}

// Branch is one arm of an If.
type Branch struct {
	Span
	Header *Expr // what stands between if and {; nil for a plain else
	Body   []Node
	Block  Span // the body with its braces
}

// For is {for header { … }}.
type For struct {
	Span
	Header *Expr // empty span for an endless loop
	Body   []Node
	Block  Span
}

// Switch is {switch header { case …: … default: … }}.
type Switch struct {
	Span
	Header *Expr // empty span where there is none
	Cases  []Case
	Block  Span
}

// Case is one arm of a Switch. Body holds no text but blanks, and those only between two nodes.
type Case struct {
	Span
	Label *Expr // the Go text between case and the colon; nil for default
	Colon int   // offset of the colon
	Body  []Node
}

// SlotFunc is {func(p T) { … }}: markup with parameters, for a slot with arguments.
type SlotFunc struct {
	Span
	Params Span // with its parentheses
	Body   []Node
	Block  Span
}

// Range gives the node's byte range.
func (s Span) Range() Span { return s }
