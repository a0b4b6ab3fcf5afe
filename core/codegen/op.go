package codegen

import (
	"bytes"
	"encoding/json"

	"sitegen.dev/core/syntax"
)

// Op is one operation of a lowered template. At is the byte offset in the source that it stands for.
type Op interface{ op() string }

// Ops is a list of operations; as JSON each carries its name under "op".
type Ops []Op

// Code is Go text of the author, with markup operands lowered. A piece with a negative At was made by the compiler and
// has no place in the source.
type Code []Piece

// Piece is either Go text or a markup operand.
type Piece struct {
	At     int    `json:"at"`
	Go     string `json:"go,omitempty"`
	Markup Ops    `json:"markup,omitempty"`
}

type (
	// Lit writes literal HTML.
	Lit struct {
		At   int    `json:"at"`
		HTML string `json:"html"`
	}
	// Value writes an expression as text, or raw for set:html.
	Value struct {
		At  int  `json:"at"`
		Raw bool `json:"raw,omitempty"`
		X   Code `json:"x"`
	}
	// Attr writes an attribute by the rules of its context.
	Attr struct {
		At   int     `json:"at"`
		Name string  `json:"name"`
		Ctx  Context `json:"ctx"`
		X    Code    `json:"x"`
	}
	// AttrTemplate writes a backtick attribute.
	AttrTemplate struct {
		At    int     `json:"at"`
		Name  string  `json:"name"`
		Ctx   Context `json:"ctx"`
		Parts []Part  `json:"parts"`
	}
	// Part is a piece of a backtick attribute: Lit, or the hole X.
	Part struct {
		Lit string `json:"lit,omitempty"`
		X   Code   `json:"x,omitempty"`
	}
	// Classes writes class="…".
	Classes struct {
		At    int         `json:"at"`
		Items []ClassItem `json:"items"`
	}
	// ClassItem is X, or the name X where If holds.
	ClassItem struct {
		X  Code `json:"x"`
		If Code `json:"if,omitempty"`
	}
	// Styles writes style="…".
	Styles struct {
		At    int         `json:"at"`
		Items []StyleItem `json:"items"`
	}
	// StyleItem is literal CSS, or the declaration Prop: X, or without Prop declarations given by X.
	StyleItem struct {
		Lit  string `json:"lit,omitempty"`
		Prop Code   `json:"prop,omitempty"`
		X    Code   `json:"x,omitempty"`
	}
	// Spread writes the attributes of a map but those of Skip. Tag is the element, "" for that of the enclosing Dynamic.
	Spread struct {
		At   int      `json:"at"`
		Tag  string   `json:"tag,omitempty"`
		X    Code     `json:"x"`
		Skip []string `json:"skip,omitempty"`
	}
	// Let declares a compiler variable that holds X.
	Let struct {
		At   int    `json:"at"`
		Name string `json:"name"`
		Type string `json:"type"`
		X    Code   `json:"x"`
	}
	// Block is a scope of its own.
	Block struct {
		At   int `json:"at"`
		Body Ops `json:"body"`
	}
	// If is a chain of branches; the last may have no Head.
	If struct {
		At   int   `json:"at"`
		Arms []Arm `json:"arms"`
	}
	// Arm is a branch of an If or a case of a Switch.
	Arm struct {
		At   int  `json:"at"`
		Head Code `json:"head,omitempty"`
		Body Ops  `json:"body"`
	}
	// For is a loop.
	For struct {
		At   int  `json:"at"`
		Head Code `json:"head,omitempty"`
		Body Ops  `json:"body"`
	}
	// Switch is a Go switch.
	Switch struct {
		At   int   `json:"at"`
		Head Code  `json:"head,omitempty"`
		Arms []Arm `json:"arms"`
	}
	// Stmt is a statement without output; Vars are the variables it declares.
	Stmt struct {
		At   int      `json:"at"`
		X    Code     `json:"x"`
		Vars []string `json:"vars,omitempty"`

		Kind syntax.StmtKind `json:"-"`
	}
	// Call renders a component. Package is its qualifier, "" for the component itself. With Async it is rendered beside
	// the page, with Defer by a request of its own.
	Call struct {
		At       int        `json:"at"`
		Package  string     `json:"package,omitempty"`
		TypeArgs []Code     `json:"typeArgs,omitempty"`
		SlotArgs bool       `json:"slotArgs,omitempty"` // Slots takes the type arguments too
		PropArgs bool       `json:"propArgs,omitempty"` // Props takes the type arguments too
		Base     Code       `json:"base,omitempty"`     // a whole Props, which single props are set in
		BaseCall bool       `json:"baseCall,omitempty"`
		Props    []Field    `json:"props,omitempty"`
		Slots    []SlotFill `json:"slots,omitempty"`
		Async    bool       `json:"async,omitempty"`
		Defer    *Defer     `json:"defer,omitempty"`

		PageTaken bool `json:"-"` // the author's name page stands for something else here
	}
	// Defer is what the page holds in place of a component.
	Defer struct {
		ID       string `json:"id"`
		Props    string `json:"props"` // hash of their declaration
		Fallback Ops    `json:"fallback,omitempty"`
	}
	// Field sets a field of Props.
	Field struct {
		Name string `json:"name"`
		Path string `json:"path,omitempty"` // of the embedded struct that has the field, "Props."
		At   int    `json:"at,omitempty"`   // of the attribute's name where Go has to check the field, else 0
		X    Code   `json:"x,omitempty"`
		Call bool   `json:"call,omitempty"` // X is a call, which may return an error beside the value
		// Const is what X says, where that is a text in quotes and the prop is a string: nothing else gives X its type.
		Const *string `json:"-"`
		Rest  *Rest   `json:"rest,omitempty"`
		Text  *Text   `json:"text,omitempty"`

		From syntax.Span `json:"-"` // the attribute's name, where the field comes from one
	}
	// Rest is the value of a rest prop: what the spread of a whole Props brought, spreads and single attributes in the order
	// written, explicit ones winning.
	Rest struct {
		Base    bool    `json:"base,omitempty"`
		Spreads []Code  `json:"spreads,omitempty"`
		Attrs   []Field `json:"attrs,omitempty"`
	}
	// Text is a string made for a prop: a backtick attribute, a class list or a style list.
	Text struct {
		URL     string      `json:"url,omitempty"`    // the attribute's name where it holds a URL
		String  bool        `json:"string,omitempty"` // the prop is a string, not site.CSS
		Parts   []Part      `json:"parts,omitempty"`
		Classes []ClassItem `json:"classes,omitempty"`
		Styles  []StyleItem `json:"styles,omitempty"`
	}
	// SlotFill sets a field of Slots: to Forward, or to a function with Body. With Func the slot takes Params.
	SlotFill struct {
		Name    string `json:"name"`
		At      int    `json:"at"`
		Forward string `json:"forward,omitempty"`
		Func    bool   `json:"func,omitempty"`
		Params  Code   `json:"params,omitempty"`
		Body    Ops    `json:"body,omitempty"`
	}
	// SlotOut renders a slot that the component was given, else Fallback.
	SlotOut struct {
		At       int    `json:"at"`
		Name     string `json:"name"`
		Func     bool   `json:"func,omitempty"`
		Args     []Code `json:"args,omitempty"`
		Fallback Ops    `json:"fallback,omitempty"`
	}
	// Dynamic is <Element is={…}>.
	Dynamic struct {
		At    int  `json:"at"`
		Is    Code `json:"is"`
		Attrs Ops  `json:"attrs,omitempty"`
		Body  Ops  `json:"body,omitempty"`
	}
	// ScriptVars writes the constants of define:vars.
	ScriptVars struct {
		At   int   `json:"at"`
		Vars []Var `json:"vars"`
		Data bool  `json:"data,omitempty"` // as JSON, for a script that stands behind them
	}
	// Var is a constant of define:vars.
	Var struct {
		Name string `json:"name"`
		X    Code   `json:"x"`
	}
	// Client says which module an island of the browser needs and when: the attributes of a custom element, or with Module
	// the start tag of the element around a module's content.
	Client struct {
		At     int     `json:"at"`
		ID     string  `json:"id"`
		When   string  `json:"when"`
		Media  Code    `json:"media,omitempty"`
		Module bool    `json:"module,omitempty"`
		Props  []Field `json:"props,omitempty"` // by their names as attributes
	}
	// RunScript marks the place of a processed <script>. With Here it stays there, wherever that is.
	RunScript struct {
		At   int    `json:"at"`
		ID   string `json:"id"`
		Here bool   `json:"here,omitempty"`
	}
	// DoctypeEnd marks the place behind the doctype of a file without <html> and <head>, where the head of a page goes that has
	// neither.
	DoctypeEnd struct {
		At int
	}
	// HTMLStart marks the place within an <html> without <head>, where the head of a page goes that has none.
	HTMLStart struct {
		At int
	}
	// HeadEnd marks the place before </head>.
	HeadEnd struct {
		At int `json:"at"`
	}
	// BodyEnd marks the place before </body>, or before </html> in a file without <body>, where scripts go that stand
	// outside of the document.
	BodyEnd struct {
		At int `json:"at"`
	}
)

func (Lit) op() string          { return "lit" }
func (Value) op() string        { return "value" }
func (Attr) op() string         { return "attr" }
func (AttrTemplate) op() string { return "template" }
func (Classes) op() string      { return "classes" }
func (Styles) op() string       { return "styles" }
func (Spread) op() string       { return "spread" }
func (Let) op() string          { return "let" }
func (Block) op() string        { return "block" }
func (If) op() string           { return "if" }
func (For) op() string          { return "for" }
func (Switch) op() string       { return "switch" }
func (Stmt) op() string         { return "stmt" }
func (Call) op() string         { return "call" }
func (SlotOut) op() string      { return "slot" }
func (Dynamic) op() string      { return "dynamic" }
func (ScriptVars) op() string   { return "vars" }
func (Client) op() string       { return "client" }
func (RunScript) op() string    { return "script" }
func (DoctypeEnd) op() string   { return "doctype" }
func (HTMLStart) op() string    { return "html" }
func (HeadEnd) op() string      { return "head" }
func (BodyEnd) op() string      { return "bodyEnd" }

// MarshalJSON writes each operation as an object whose first member is its name.
func (o Ops) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('[')
	for i, op := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`{"op":"` + op.op() + `",`)
		m, err := marshalPlain(op)
		if err != nil {
			return nil, err
		}
		b.Write(m[1:])
	}
	b.WriteByte(']')
	return b.Bytes(), nil
}

// marshalPlain is json.Marshal without escaping of < and >: the dumps are for people.
func marshalPlain(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// Dump gives the operations of a component as indented JSON.
func (c *Component) Dump() ([]byte, error) {
	m, err := marshalPlain(c.ops)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := json.Indent(&b, m, "", "\t"); err != nil {
		return nil, err
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

// literals appends op to list, joining neighbouring literals.
func (o Ops) add(ops ...Op) Ops {
	for _, op := range ops {
		l, ok := op.(Lit)
		if !ok {
			o = append(o, op)
			continue
		}
		if l.HTML == "" {
			continue
		}
		if n := len(o); n > 0 {
			if last, ok := o[n-1].(Lit); ok {
				last.HTML += l.HTML
				o[n-1] = last
				continue
			}
		}
		o = append(o, op)
	}
	return o
}

// isConst says whether code is a plain Go string literal, and which.
func (c Code) source() (string, bool) {
	if len(c) == 1 && c[0].Markup == nil {
		return c[0].Go, true
	}
	return "", false
}
