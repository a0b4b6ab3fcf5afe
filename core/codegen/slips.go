package codegen

import (
	"slices"
	"strings"

	"sitegen.dev/core/syntax"
)

// slips warns of elements and attributes that HTML does not have where one slip of the fingers makes them of what it has: <dvi>,
// hfre. What is no slip is left alone: other libraries have names of their own, and so has XML, of which pages are made too.
func (l *lowerer) slips() {
	if l.isXML() {
		return
	}
	syntax.Walk(l.c.file.Nodes, func(n syntax.Node) bool {
		e, ok := n.(*syntax.Element)
		if !ok || e.Kind != syntax.HTML || strings.Contains(e.Name, "-") {
			return true
		}
		name := strings.ToLower(e.Name)
		switch {
		case name == "svg" || name == "math":
			return false // whose names are others
		case knownElements[name]:
			for i := range e.Attrs {
				l.slipOfAttr(&e.Attrs[i])
			}
		default:
			if meant := slipOf(name, htmlElements); meant != "" {
				l.diags.Warn("SG2061", l.rng(e.NameSpan), "<"+e.Name+"> is no element of HTML", "did you mean <"+meant+">?")
			}
		}
		return true
	})
}

func (l *lowerer) slipOfAttr(a *syntax.Attr) {
	name := strings.ToLower(a.Name)
	if a.Kind == syntax.AttrSpread || a.Kind == syntax.AttrComment || reactNames[a.Name] != "" || slices.Contains(htmlAttributes, name) {
		return
	}
	if meant := slipOf(name, htmlAttributes); meant != "" {
		l.diags.Warn("SG2061", l.rng(a.NameSpan), a.Name+" is no attribute of HTML", "did you mean "+meant+"?")
	}
}

// isXML says whether a file writes XML: by its name, as feed.xml.gosite, or by an element that only such files have.
func (l *lowerer) isXML() bool {
	if base := componentBase(pathBase(l.c.Path)); strings.Contains(base, ".") && !strings.HasSuffix(base, ".md") && !strings.HasSuffix(base, ".markdown") && !strings.HasSuffix(base, ".html") {
		return true
	}
	return slices.ContainsFunc([]string{"rss", "channel", "item", "feed", "entry", "urlset", "sitemapindex", "url", "opml"}, l.hasElement)
}

// slipOf gives the one of the known names that a name is a slip of, or "": two neighbours or all letters in another order, one
// letter too many or too few, and in long names another letter. A plural is none. The first letter is right, unless it has changed its place.
func slipOf(name string, known []string) string {
	if len(name) < 3 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz") != "" {
		return ""
	}
	for _, k := range known {
		if k == name || k+"s" == name && !strings.HasSuffix(k, "s") { // several of them are something of their own
			return ""
		}
	}
	for _, k := range known {
		if len(k) == len(name) && (editDistance(name, k, 2) == 1 && sorted(name) == sorted(k) || name[0] == k[0] && sorted(name) == sorted(k)) {
			return k
		}
	}
	for _, k := range known {
		if name[0] == k[0] && len(k) > 3 && editDistance(name, k, 2) == 1 && (len(k) != len(name) && len(name) > 3 || len(name) > 5) {
			return k
		}
	}
	return ""
}

// sorted gives the letters of a name in the order of the alphabet.
func sorted(name string) string {
	b := []byte(name)
	slices.Sort(b)
	return string(b)
}

// htmlElements are those that people write today.
var htmlElements = strings.Fields(`a abbr address area article aside audio b base bdi bdo blockquote body br button canvas caption cite code col
	colgroup data datalist dd del details dfn dialog div dl dt em embed fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 head header
	hgroup hr html i iframe img input ins kbd label legend li link main map mark menu meta meter nav noscript object ol optgroup option output p
	picture pre progress q rp rt ruby s samp script search section select small source span strong style sub summary sup table tbody td
	template textarea tfoot th thead time title tr track u ul var video wbr svg math`)

// htmlAttributes are those of the HTML standard, https://html.spec.whatwg.org/multipage/indices.html#attributes-3, those that it had or
// that browsers are getting, those of RDFa, which link previews are made of, and at the end some that libraries of styles have.
var htmlAttributes = strings.Fields(`abbr accept accept-charset accesskey action allow allowfullscreen alpha alt as async autocapitalize
	autocomplete autocorrect autofocus autoplay blocking charset checked cite class closedby color colorspace cols colspan command commandfor content
	contenteditable controls coords crossorigin data datetime decoding default defer dir dirname disabled download draggable enctype
	enterkeyhint fetchpriority for form formaction formenctype formmethod formnovalidate formtarget headers headingoffset headingreset height
	hidden high href hreflang http-equiv id imagesizes imagesrcset inert inputmode integrity is ismap itemid itemprop itemref itemscope itemtype
	kind label lang list loading loop low max maxlength media method min minlength multiple muted name nomodule nonce novalidate open optimum
	pattern ping placeholder playsinline popover popovertarget popovertargetaction poster preload readonly referrerpolicy rel required
	reversed role rows rowspan sandbox scope selected shadowrootclonable shadowrootcustomelementregistry shadowrootdelegatesfocus shadowrootmode
	shadowrootserializable shape size sizes slot span spellcheck src srcdoc srclang srcset start step style tabindex target title translate
	type usemap value width wrap writingsuggestions
	align alink archive axis background behavior bgcolor border bordercolor cellpadding cellspacing char charoff classid clear codebase codetype compact
	declare direction face frame frameborder hspace language link longdesc lowsrc manifest marginheight marginwidth methods noresize noshade nowrap
	object profile prompt rev rules scheme scrolling scrollamount scrolldelay standby summary text urn valign valuetype version vlink vspace
	anchor attributionsrc autosave browsingtopics controlslist credentialless csp disablepictureinpicture disableremoteplayback elementtiming
	exportparts focusgroup importance incremental interestfor part results virtualkeyboardpolicy webkitdirectory
	about datatype inlist prefix property resource typeof vocab xmlns
	onabort onafterprint onanimationend onanimationiteration onanimationstart onauxclick onbeforeinput onbeforematch onbeforeprint onbeforetoggle
	onbeforeunload onblur oncancel oncanplay oncanplaythrough onchange onclick onclose oncommand oncontextlost oncontextmenu oncontextrestored
	oncopy oncuechange oncut ondblclick ondrag ondragend ondragenter ondragleave ondragover ondragstart ondrop ondurationchange onemptied onended
	onerror onfocus onfocusin onfocusout onformdata onfullscreenchange ongotpointercapture onhashchange oninput oninvalid onkeydown onkeypress onkeyup
	onlanguagechange onload onloadeddata onloadedmetadata onloadstart onlostpointercapture onmessage onmessageerror onmousedown onmouseenter
	onmouseleave onmousemove onmouseout onmouseover onmouseup onmousewheel onoffline ononline onpagehide onpagereveal onpageshow onpageswap onpaste
	onpause onplay onplaying onpointercancel onpointerdown onpointerenter onpointerleave onpointermove onpointerout onpointerover
	onpointerrawupdate onpointerup onpopstate onprogress onratechange onrejectionhandled onreset onresize onscroll onscrollend
	onsecuritypolicyviolation onseeked onseeking onselect onselectionchange onselectstart onslotchange onstalled onstorage onsubmit onsuspend
	ontimeupdate ontoggle ontouchcancel ontouchend ontouchmove ontouchstart ontransitioncancel ontransitionend ontransitionrun ontransitionstart
	onunhandledrejection onunload onvolumechange onwaiting onwheel
	from leading star tile`)
