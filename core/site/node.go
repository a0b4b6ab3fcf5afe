package site

// Node is a piece of markup that is written when it is called: the content of a slot, or markup in a Go expression.
// A nil Node is absent and writes nothing.
type Node func(w *Writer) error

// HTML is markup that is trusted to be safe: it is written as it is where text is expected.
type HTML string

// JS is script code that is trusted. Event handler attributes accept nothing else.
type JS string

// CSS is a trusted value of a CSS property, or trusted declarations in a style attribute.
type CSS string

// RawURL is a URL that is trusted whatever its scheme is. URL attributes write it, escaped, without a check.
type RawURL string

// Raw marks s as trusted markup.
func Raw(s string) HTML { return HTML(s) }

// String renders n to a string. A nil Node is the empty string.
func String(n Node) (string, error) {
	if n == nil {
		return "", nil
	}
	w := getWriter()
	w.Fail(n(w))
	w.join()
	s, err := string(w.buf), w.err
	putWriter(w)
	if err != nil {
		return "", err
	}
	return s, nil
}

// Opt is a value that may be absent; see When.
type Opt[T any] struct {
	v  T
	ok bool
}

// When returns v if ok, and nothing otherwise: title={site.When(long, text)} leaves the attribute out.
func When[T any](ok bool, v T) Opt[T] {
	if !ok {
		return Opt[T]{}
	}
	return Opt[T]{v, true}
}

// Get returns the value and whether it is there.
func (o Opt[T]) Get() (T, bool) { return o.v, o.ok }

func (o Opt[T]) option() (any, bool) { return o.v, o.ok }

type option interface{ option() (any, bool) }
