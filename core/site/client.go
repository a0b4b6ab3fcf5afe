package site

import (
	"encoding/json"
	"fmt"
)

// ClientElement writes the attributes by which a custom element finds the module that defines it, and when: at once
// ("load"), when the browser has time ("idle"), when it comes into view ("visible"), or when a media query holds
// ("media"). Generated code calls it.
func ClientElement(w *Writer, page *Page, id, when, media string) {
	w.attr("data-module", asset(page, id).URL)
	w.attr("data-client", when)
	if media != "" {
		w.attr("data-media", media)
	}
}

// ClientModule writes the start tag of the element that a module for the browser is given, with its props as JSON.
// Generated code calls it.
func ClientModule(w *Writer, page *Page, id, when, media string, props ...ClientProp) {
	w.S("<sg-island")
	ClientElement(w, page, id, when, media)
	if len(props) > 0 {
		b := []byte{'{'}
		for i := range props {
			p := &props[i]
			if p.err != nil {
				w.failWith(fmt.Errorf("prop %s cannot be sent to the browser: %w", p.name, p.err))
				return
			}
			if i > 0 {
				b = append(b, ',')
			}
			name, _ := json.Marshal(p.name)
			b = append(append(append(b, name...), ':'), p.json...)
		}
		w.attr("data-props", stringOf(append(b, '}')))
	}
	w.S(">")
}

// ClientProp is a value for a module in the browser; see Prop.
type ClientProp struct {
	name string
	json []byte
	err  error
}

// Prop makes a ClientProp of v, under the rules of encoding/json.
func Prop[T any](name string, v T) ClientProp { return anyProp(name, v) }

func anyProp(name string, v any) ClientProp {
	b, err := json.Marshal(v)
	return ClientProp{name, b, err}
}
