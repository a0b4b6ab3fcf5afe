package codegen

import (
	"maps"
	"slices"
	"strings"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/syntax"
)

// misspelt warns of names that browsers do not know and that mean something elsewhere: className of React, and <card> where Card is
// imported. HTML lets both pass.
func (l *lowerer) misspelt() {
	syntax.Walk(l.c.file.Nodes, func(n syntax.Node) bool {
		e, ok := n.(*syntax.Element)
		if !ok || e.Kind == syntax.HTML && strings.Contains(e.Name, "-") { // a custom element knows what it takes
			return true
		}
		if e.Kind == syntax.HTML && !knownElements[strings.ToLower(e.Name)] {
			for _, name := range slices.Sorted(maps.Keys(l.c.links.comps)) {
				if strings.EqualFold(name, e.Name) && name != e.Name {
					l.diags.Warn("SG2061", l.rng(e.NameSpan), "<"+e.Name+"> is no element of HTML", "did you mean <"+name+">?")
				}
			}
		}
		for i := range e.Attrs {
			l.misspeltAttr(e, &e.Attrs[i])
		}
		return true
	})
}

func (l *lowerer) misspeltAttr(e *syntax.Element, a *syntax.Attr) {
	right := reactNames[a.Name]
	if right == "" || a.Kind == syntax.AttrSpread || a.Kind == syntax.AttrComment {
		return
	}
	switch e.Kind {
	case syntax.HTML:
	case syntax.Component:
		callee, _ := (&lowerer{p: l.p, c: l.c, src: l.src, diags: &diag.List{}}).callee(e)
		if callee == nil {
			return // a module for the browser takes what it likes
		}
		info := callee.propsInfo()
		if f := info.field(a.Name); f != nil && !f.Rest || !info.rest() {
			return // a prop of that name, or an error
		}
	default:
		return
	}
	value := strings.TrimPrefix(a.Text(l.src), a.NameSpan.Text(l.src))
	if a.Kind == syntax.AttrShorthand {
		value = "={" + a.Name + "}"
	}
	l.diags.Warn("SG2061", l.rng(a.NameSpan), a.Name+" is the name that React has for an attribute", "write "+right+value)
}

// rest says whether any attribute is taken.
func (s *structInfo) rest() bool {
	for _, f := range s.Fields {
		if f.Rest {
			return true
		}
	}
	return false
}

// reactNames are attributes whose name in React differs in more than case.
var reactNames = func() map[string]string {
	names := map[string]string{
		"className": "class", "htmlFor": "for", "dangerouslySetInnerHTML": "set:html", "defaultValue": "value", "defaultChecked": "checked",
		"xlinkHref": "xlink:href", "xmlSpace": "xml:space", "xmlLang": "xml:lang",
	}
	for name := range strings.FieldsSeq("accept-charset http-equiv clip-path clip-rule color-interpolation dominant-baseline fill-opacity " +
		"fill-rule flood-color flood-opacity font-family font-size font-style font-weight letter-spacing marker-end marker-mid marker-start " +
		"shape-rendering stop-color stop-opacity stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit stroke-opacity " +
		"stroke-width text-anchor text-decoration text-rendering vector-effect word-spacing") {
		var b strings.Builder
		for i, part := range strings.Split(name, "-") {
			if i > 0 {
				part = strings.ToUpper(part[:1]) + part[1:]
			}
			b.WriteString(part)
		}
		names[b.String()] = name
	}
	return names
}()

// knownElements are those of HTML, SVG and MathML, in lower case.
var knownElements = func() map[string]bool {
	known := map[string]bool{}
	for name := range strings.FieldsSeq(`a abbr acronym address applet area article aside audio b base basefont bdi bdo bgsound big blink blockquote
		body br button canvas caption center cite code col colgroup data datalist dd del details dfn dialog dir div dl dt em embed fencedframe
		fieldset figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input ins kbd label
		legend li link main map mark marquee menu meta meter nav nobr noembed noframes noscript object ol optgroup option output p param picture
		plaintext pre progress q rb rp rt rtc ruby s samp script search section select selectedcontent slot small source span strike strong style
		sub summary sup table tbody td template textarea tfoot th thead time title tr track tt u ul var video wbr xmp
		svg animate animatemotion animatetransform circle clippath defs desc ellipse feblend fecolormatrix fecomponenttransfer fecomposite
		feconvolvematrix fediffuselighting fedisplacementmap fedistantlight fedropshadow feflood fefunca fefuncb fefuncg fefuncr fegaussianblur
		feimage femerge femergenode femorphology feoffset fepointlight fespecularlighting fespotlight fetile feturbulence filter foreignobject g
		image line lineargradient marker mask metadata mpath path pattern polygon polyline radialgradient rect set stop switch symbol text
		textpath tspan use view
		math annotation annotation-xml maction merror mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms mspace msqrt
		mstyle msub msubsup msup mtable mtd mtext mtr munder munderover semantics`) {
		known[name] = true
	}
	return known
}()
