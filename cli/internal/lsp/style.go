package lsp

import (
	"regexp"
	"strings"

	"sitegen.dev/core/syntax"
)

// styleAt says whether a byte stands in the text of a <style>, and what is typed there: a property, or the value of the
// one that is named. start is where the word begins.
func styleAt(f *syntax.File, off int) (property string, start int, ok bool) {
	text, ok := styleText(f, off)
	if !ok {
		return "", 0, false
	}
	before := cssComment.ReplaceAllStringFunc(string(f.Src[text.Start:off]), func(s string) string { return strings.Repeat(" ", len(s)) })
	if strings.Contains(before, "/*") && strings.LastIndex(before, "/*") > strings.LastIndex(before, "*/") {
		return "", 0, false
	}
	depth := strings.Count(before, "{") - strings.Count(before, "}")
	i := strings.LastIndexAny(before, "{};")
	if depth < 1 || i >= 0 && before[i] == '}' && depth < 1 {
		return "", 0, false
	}
	declaration := before[i+1:]
	start = off
	for start > text.Start && (isWord(f.Src[start-1]) || f.Src[start-1] == '-' || f.Src[start-1] == '@') {
		start--
	}
	if name, _, found := strings.Cut(declaration, ":"); found {
		return strings.TrimSpace(name), start, true
	}
	if strings.TrimSpace(string(f.Src[text.Start+i+1:start])) != "" {
		return "", 0, false // a selector of a nested rule
	}
	return "", start, true
}

var cssComment = regexp.MustCompile(`(?s)/\*.*?\*/`)

func styleText(f *syntax.File, off int) (syntax.Span, bool) {
	var found syntax.Span
	ok := false
	syntax.Walk(f.Nodes, func(n syntax.Node) bool {
		if e, isElement := n.(*syntax.Element); isElement && e.Name == "style" && e.Raw && e.Open.End <= off && off <= e.Close.Start {
			found, ok = syntax.Span{Start: e.Open.End, End: e.Close.Start}, true
		}
		return !ok
	})
	return found, ok
}

// styles offers CSS properties and values, and the variables of the style.
func (l *completer) styles(property string) {
	f := l.comp.File()
	if property == "" {
		for _, p := range cssProperties {
			l.add(l.formatted(completionItem{Label: p, Kind: itemProperty}), p+l.snippet(": $0;", ": "))
		}
		return
	}
	for _, v := range append(strings.Fields(cssValues[property]), "inherit", "initial", "unset", "revert") {
		l.add(completionItem{Label: v, Kind: itemValue}, v)
	}
	seen := map[string]bool{}
	if text, ok := styleText(f, l.c.off); ok {
		for _, m := range cssVariable.FindAllString(text.Text(f.Src), -1) {
			if !seen[m] {
				seen[m] = true
				l.add(completionItem{Label: m, Kind: itemValue, SortText: "1" + m}, "var("+m+")")
			}
		}
	}
}

var cssVariable = regexp.MustCompile(`--[\w-]+`)

// cssProperties are those of the CSS specifications that browsers of today share.
var cssProperties = strings.Fields(`accent-color align-content align-items align-self all animation animation-delay animation-direction
animation-duration animation-fill-mode animation-iteration-count animation-name animation-play-state animation-timing-function
appearance aspect-ratio backdrop-filter backface-visibility background background-attachment background-blend-mode
background-clip background-color background-image background-origin background-position background-repeat background-size
block-size border border-block border-block-end border-block-start border-bottom border-bottom-color border-bottom-left-radius
border-bottom-right-radius border-bottom-style border-bottom-width border-collapse border-color border-image border-inline
border-inline-end border-inline-start border-left border-left-color border-left-style border-left-width border-radius border-right
border-right-color border-right-style border-right-width border-spacing border-style border-top border-top-color
border-top-left-radius border-top-right-radius border-top-style border-top-width border-width bottom box-decoration-break
box-shadow box-sizing break-after break-before break-inside caption-side caret-color clear clip-path color color-scheme
column-count column-fill column-gap column-rule column-span column-width columns contain contain-intrinsic-size container
container-name container-type content content-visibility counter-increment counter-reset counter-set cursor direction display
empty-cells filter flex flex-basis flex-direction flex-flow flex-grow flex-shrink flex-wrap float font font-family
font-feature-settings font-kerning font-optical-sizing font-size font-size-adjust font-stretch font-style font-synthesis
font-variant font-variant-caps font-variant-ligatures font-variant-numeric font-variation-settings font-weight forced-color-adjust
gap grid grid-area grid-auto-columns grid-auto-flow grid-auto-rows grid-column grid-column-end grid-column-start grid-row
grid-row-end grid-row-start grid-template grid-template-areas grid-template-columns grid-template-rows hanging-punctuation height
hyphens image-rendering inline-size inset inset-block inset-inline isolation justify-content justify-items justify-self left
letter-spacing line-break line-height list-style list-style-image list-style-position list-style-type margin margin-block
margin-block-end margin-block-start margin-bottom margin-inline margin-inline-end margin-inline-start margin-left margin-right
margin-top mask mask-image mask-position mask-repeat mask-size max-block-size max-height max-inline-size max-width min-block-size
min-height min-inline-size min-width mix-blend-mode object-fit object-position offset offset-path opacity order orphans outline
outline-color outline-offset outline-style outline-width overflow overflow-anchor overflow-wrap overflow-x overflow-y
overscroll-behavior padding padding-block padding-block-end padding-block-start padding-bottom padding-inline padding-inline-end
padding-inline-start padding-left padding-right padding-top perspective place-content place-items place-self pointer-events
position print-color-adjust quotes resize right rotate row-gap scale scroll-behavior scroll-margin scroll-margin-top
scroll-padding scroll-padding-top scroll-snap-align scroll-snap-stop scroll-snap-type scrollbar-color scrollbar-gutter
scrollbar-width shape-outside tab-size table-layout text-align text-align-last text-decoration text-decoration-color
text-decoration-line text-decoration-style text-decoration-thickness text-emphasis text-indent text-orientation text-overflow
text-rendering text-shadow text-size-adjust text-transform text-underline-offset text-wrap top touch-action transform
transform-origin transform-style transition transition-delay transition-duration transition-property transition-timing-function
translate unicode-bidi user-select vertical-align view-transition-name visibility white-space widows width will-change word-break
word-spacing writing-mode z-index`)

// cssValues are the words that properties take, as far as they are few.
var cssValues = map[string]string{
	"align-content": "normal start end center stretch space-between space-around space-evenly", "align-items": "normal stretch center start end flex-start flex-end baseline",
	"align-self": "auto stretch center start end baseline", "appearance": "none auto", "background-attachment": "scroll fixed local",
	"background-clip": "border-box padding-box content-box text", "background-color": "transparent currentColor", "background-repeat": "repeat no-repeat repeat-x repeat-y space round",
	"background-size": "cover contain auto", "border-collapse": "collapse separate", "border-style": "solid dashed dotted double none hidden",
	"box-sizing": "border-box content-box", "break-inside": "auto avoid", "clear": "both left right none", "color": "currentColor transparent", "color-scheme": "light dark normal",
	"container-type": "inline-size size normal", "content": `"" none normal`, "cursor": "pointer default auto text move grab grabbing not-allowed wait progress help zoom-in zoom-out none",
	"direction": "ltr rtl", "display": "block inline inline-block flex inline-flex grid inline-grid none contents flow-root list-item table table-row table-cell",
	"flex-direction": "row column row-reverse column-reverse", "flex-wrap": "wrap nowrap wrap-reverse", "float": "left right none inline-start inline-end",
	"font-family": "sans-serif serif monospace system-ui ui-monospace ui-sans-serif", "font-style": "normal italic oblique", "font-variant-numeric": "tabular-nums oldstyle-nums lining-nums normal",
	"font-weight": "normal bold 300 400 500 600 700 800", "grid-auto-flow": "row column dense", "height": "auto 100% fit-content max-content min-content", "hyphens": "auto manual none",
	"isolation": "isolate auto", "justify-content": "start end center space-between space-around space-evenly flex-start flex-end", "justify-items": "start end center stretch", "justify-self": "start end center stretch auto",
	"list-style": "none disc decimal circle square", "list-style-type": "none disc decimal circle square lower-alpha upper-roman", "margin": "auto 0", "margin-inline": "auto 0",
	"mix-blend-mode": "normal multiply screen overlay darken lighten difference", "object-fit": "cover contain fill none scale-down", "overflow": "hidden auto visible scroll clip", "overflow-wrap": "break-word anywhere normal",
	"overflow-x": "hidden auto visible scroll clip", "overflow-y": "hidden auto visible scroll clip", "overscroll-behavior": "contain none auto", "pointer-events": "none auto", "place-items": "center start end stretch",
	"position": "relative absolute fixed sticky static", "resize": "none both vertical horizontal", "scroll-behavior": "smooth auto", "scrollbar-gutter": "stable auto", "table-layout": "fixed auto",
	"text-align": "start end center left right justify", "text-decoration": "none underline line-through overline", "text-overflow": "ellipsis clip", "text-transform": "none uppercase lowercase capitalize",
	"text-wrap": "balance pretty wrap nowrap", "touch-action": "manipulation none auto pan-x pan-y", "transition-timing-function": "ease linear ease-in ease-out ease-in-out", "user-select": "none text all auto",
	"vertical-align": "baseline middle top bottom text-top text-bottom sub super", "visibility": "hidden visible collapse", "white-space": "nowrap normal pre pre-wrap pre-line", "width": "auto 100% fit-content max-content min-content",
	"word-break": "normal break-all keep-all", "writing-mode": "horizontal-tb vertical-rl vertical-lr",
}
