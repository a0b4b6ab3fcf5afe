package site

import (
	"cmp"
	"slices"
)

// Attrs are attributes whose names are only known when they are written. They are written in the order of the names.
type Attrs map[string]any

// Spread writes the attributes of a into a tag, each under the rules that its name has on that tag:
//
//   - a name that HTML cannot hold is left out
//   - event handlers need a value of type JS, srcdoc one of type HTML, and style one of type CSS
//   - URLs, srcset and the content of a refresh are checked as those of the template are
//   - everything else is an ordinary attribute
//
// skip lists the names that the tag has already. What is left out is reported as a warning.
func Spread(w *Writer, tag string, a Attrs, skip ...string) {
	if len(a) == 0 {
		return
	}
	var space [16]string
	names := space[:0]
	for name := range a {
		names = append(names, name)
	}
	slices.SortFunc(names, compareNames)
	tag = lowerASCII(tag)
	refresh := tag == "meta" && mayRefresh(a, skip)
	for i, name := range names {
		switch {
		case !isAttrName(name):
			w.warning("an attribute name holds no blanks, quotes, <, >, / or =", "the attribute ", name, " was left out")
		case hasFold(skip, name), i > 0 && equalFold(names[i-1], name): // the first of two counts, as in HTML
		case refresh && equalFold(name, "http-equiv") && hasFold(skip, "content"): // that was written as text
			w.warning("write http-equiv in the template, where the content is checked as that of a refresh", "the attribute ", name, " was left out beside content")
		default:
			w.spread(tag, name, a[name], refresh)
		}
	}
}

func (w *Writer) spread(tag, name string, x any, refresh bool) {
	sep := ""
	if equalFold(name, "class") {
		sep = " "
	}
	sc := w.anyScalar(x, name, sep, 0)
	if sc.kind == isAbsent || w.err != nil {
		return
	}
	switch kindOfAttr(tag, lowerASCII(name)) {
	case scriptAttr:
		w.typedAttr(name, sc, isJS, "site.JS")
	case documentAttr:
		w.typedAttr(name, sc, isHTML, "site.HTML")
	case styleAttr:
		w.typedAttr(name, sc, isCSS, "site.CSS")
	case urlAttr:
		w.scalarURL(name, sc, false)
	case imageAttr:
		w.scalarURL(name, sc, true)
	case srcsetAttr:
		w.srcset(name, sc)
	case enumAttr:
		w.enumAttr(name, sc)
	case contentAttr:
		if refresh {
			w.refresh(sc)
			return
		}
		w.scalarAttr(name, sc)
	default:
		w.scalarAttr(name, sc)
	}
}

func (w *Writer) typedAttr(name string, sc scalar, want kind, typ string) {
	if sc.kind == isFalse {
		return
	}
	if sc.kind != want {
		w.warning("convert the value if it is trusted", "the attribute ", name, " was left out because its value is not of type "+typ)
		return
	}
	w.attr(name, sc.s)
}

// compareNames orders names without case, so that those that HTML takes for one are neighbours.
func compareNames(a, b string) int {
	for i := range min(len(a), len(b)) {
		if c := cmp.Compare(lower(a[i]), lower(b[i])); c != 0 {
			return c
		}
	}
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}

// mayRefresh reports whether a meta element can be a refresh as far as can be seen here.
func mayRefresh(a Attrs, skip []string) bool {
	if hasFold(skip, "http-equiv") {
		return true
	}
	described := slices.ContainsFunc(skip, describing)
	for name, x := range a {
		if equalFold(name, "http-equiv") {
			s, ok := x.(string)
			return !ok || equalFold(trimBlanks(s), "refresh")
		}
		described = described || describing(name)
	}
	return !described
}

func describing(name string) bool {
	return equalFold(name, "name") || equalFold(name, "property") || equalFold(name, "itemprop")
}

func hasFold(list []string, s string) bool {
	for _, t := range list {
		if equalFold(s, t) {
			return true
		}
	}
	return false
}

// isAttrName reports whether a parser of HTML reads name as one attribute name.
func isAttrName(name string) bool {
	for _, r := range name {
		switch {
		case r <= ' ', r == '"', r == '\'', r == '>', r == '<', r == '/', r == '=', r == 0x7f, r == 0xFFFD:
			return false
		case 0x80 <= r && r < 0xA0, 0xFDD0 <= r && r <= 0xFDEF, r&0xFFFE == 0xFFFE: // controls and noncharacters
			return false
		}
	}
	return name != ""
}

type attrKind uint8

const (
	plainAttr attrKind = iota
	enumAttr
	urlAttr
	imageAttr
	srcsetAttr
	styleAttr
	scriptAttr
	documentAttr
	contentAttr
)

// kindOfAttr tells the rules of an attribute; tag and name are in lower case.
func kindOfAttr(tag, name string) attrKind {
	switch name {
	case "src":
		switch tag {
		case "img", "source", "input", "video", "audio", "track", "image":
			return imageAttr
		}
		return urlAttr
	case "poster", "background":
		return imageAttr
	case "href", "xlink:href":
		if tag == "image" || tag == "feimage" {
			return imageAttr
		}
		return urlAttr
	case "action", "formaction", "cite", "ping", "data", "manifest", "longdesc", "codebase", "classid", "archive",
		"profile", "usemap", "icon", "lowsrc", "dynsrc", "xml:base":
		return urlAttr
	case "to", "from", "by", "values":
		// The animations of SVG set other attributes, of links too.
		switch tag {
		case "set", "animate", "animatecolor", "animatemotion", "animatetransform":
			return urlAttr
		}
	case "srcset", "imagesrcset":
		return srcsetAttr
	case "style":
		return styleAttr
	case "srcdoc":
		return documentAttr
	case "content":
		if tag == "meta" {
			return contentAttr
		}
	case "contenteditable", "draggable", "spellcheck", "writingsuggestions", "focusable", "externalresourcesrequired",
		"preservealpha", "translate", "autocomplete", "autocorrect":
		return enumAttr
	}
	for _, prefix := range [...]string{"on", "hx-on", "x-on", "v-on", "@"} {
		if foldPrefix(name, prefix) {
			return scriptAttr
		}
	}
	if foldPrefix(name, "aria-") {
		return enumAttr
	}
	return plainAttr
}
