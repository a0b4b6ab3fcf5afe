package lsp

import "strings"

// attributeValues are the values of attributes that have a fixed set, by "element attribute" and then by "attribute".
var attributeValues = map[string][]string{
	"input type":      strings.Fields("text email password search tel url number range date time datetime-local month week color checkbox radio file hidden submit reset button image"),
	"button type":     strings.Fields("button submit reset"),
	"ol type":         strings.Fields("1 a A i I"),
	"script type":     strings.Fields("module application/json application/ld+json importmap speculationrules"),
	"link rel":        strings.Fields("stylesheet icon canonical alternate preload prefetch preconnect dns-prefetch modulepreload manifest apple-touch-icon author license next prev search me"),
	"a rel":           strings.Fields("noopener noreferrer nofollow external author license next prev bookmark help me tag ugc sponsored"),
	"link as":         strings.Fields("font image style script fetch document video audio track worker"),
	"form method":     strings.Fields("get post dialog"),
	"form enctype":    strings.Fields("application/x-www-form-urlencoded multipart/form-data text/plain"),
	"th scope":        strings.Fields("col row colgroup rowgroup"),
	"track kind":      strings.Fields("subtitles captions descriptions chapters metadata"),
	"meta name":       strings.Fields("viewport description author robots theme-color color-scheme generator referrer application-name twitter:card twitter:title twitter:description twitter:image"),
	"meta property":   strings.Fields("og:title og:description og:image og:image:alt og:url og:type og:site_name og:locale article:published_time article:author"),
	"meta http-equiv": strings.Fields("refresh content-security-policy default-style"),
	"video preload":   strings.Fields("none metadata auto"),
	"audio preload":   strings.Fields("none metadata auto"),
	"textarea wrap":   strings.Fields("soft hard off"),

	"target":           strings.Fields("_self _blank _parent _top"),
	"loading":          strings.Fields("lazy eager"),
	"decoding":         strings.Fields("async sync auto"),
	"fetchpriority":    strings.Fields("high low auto"),
	"crossorigin":      strings.Fields("anonymous use-credentials"),
	"referrerpolicy":   strings.Fields("no-referrer no-referrer-when-downgrade origin origin-when-cross-origin same-origin strict-origin strict-origin-when-cross-origin unsafe-url"),
	"dir":              strings.Fields("ltr rtl auto"),
	"autocapitalize":   strings.Fields("none sentences words characters"),
	"autocomplete":     strings.Fields("on off name given-name family-name email username new-password current-password one-time-code organization street-address address-line1 address-line2 postal-code country tel url bday cc-name cc-number cc-exp cc-csc"),
	"inputmode":        strings.Fields("none text decimal numeric tel search email url"),
	"enterkeyhint":     strings.Fields("enter done go next previous search send"),
	"contenteditable":  strings.Fields("true false plaintext-only"),
	"draggable":        strings.Fields("true false"),
	"spellcheck":       strings.Fields("true false"),
	"translate":        strings.Fields("yes no"),
	"popover":          strings.Fields("auto manual hint"),
	"aria-current":     strings.Fields("page step location date time true false"),
	"aria-live":        strings.Fields("off polite assertive"),
	"aria-hidden":      strings.Fields("true false"),
	"aria-expanded":    strings.Fields("true false"),
	"aria-pressed":     strings.Fields("true false mixed"),
	"aria-checked":     strings.Fields("true false mixed"),
	"aria-selected":    strings.Fields("true false"),
	"aria-disabled":    strings.Fields("true false"),
	"aria-busy":        strings.Fields("true false"),
	"aria-haspopup":    strings.Fields("true false menu listbox tree grid dialog"),
	"aria-orientation": strings.Fields("horizontal vertical"),
	"aria-sort":        strings.Fields("ascending descending none other"),
	"role":             strings.Fields("alert alertdialog application banner button checkbox combobox complementary contentinfo dialog feed figure form grid gridcell group heading img link list listbox listitem log main menu menubar menuitem meter navigation none note option presentation progressbar radio radiogroup region row rowgroup rowheader search searchbox separator slider spinbutton status switch tab table tablist tabpanel textbox timer toolbar tooltip tree treeitem"),
}

// valuesOf gives the values that an attribute of an element can have, or nil.
func valuesOf(element, attribute string) []string {
	attribute = strings.ToLower(attribute)
	if v := attributeValues[strings.ToLower(element)+" "+attribute]; v != nil {
		return v
	}
	return attributeValues[attribute]
}

// directiveDocs are the attributes that belong to the language and not to HTML.
var directiveDocs = map[string]string{
	"class:list":     "Classes as a Go list: `class:list={\"btn\", size, \"active\": on}`.",
	"style:list":     "Declarations as a Go list, filtered: `style:list={\"color\": c}`.",
	"set:html":       "The content as HTML that you trust.",
	"set:text":       "The content as text.",
	"define:vars":    "Values of the frontmatter for a script or style: `define:vars={name, size: n}`; in CSS `var(--name)`.",
	"is:raw":         "The content is text as it stands, braces and all.",
	"is:inline":      "The script or style stays where it is, as it is: not bundled, not scoped.",
	"is:global":      "The styles hold for the whole page.",
	"server:defer":   "Renders the component in a request of its own, after the page.",
	"server:async":   "Renders the component beside the rest of the page.",
	"client:load":    "Starts the module as soon as the page is loaded.",
	"client:idle":    "Starts the module when the browser has nothing else to do.",
	"client:visible": "Starts the module when it can be seen.",
	"client:media":   "Starts the module when a media query holds: `client:media=\"(min-width: 50em)\"`.",
	"client:only":    "Renders nothing here: the module does it in the browser.",
	"slot":           "The slot of the component around that this goes into.",
	"args":           "What the slot's content gets as its parameters: `args={row, i}`.",
	"is":             "The name of the element that `<Element>` becomes.",
}

// specialTags are the tags of the language that are no components of the site.
var specialTags = []struct{ name, doc string }{
	{"slot", "The place of what the caller of this component writes between its tags."},
	{"Self", "This component again: for trees."},
	{"Fragment", "Several nodes as one, without a tag in the output; with `slot` they fill a slot together."},
	{"Element", "An element whose name is an expression: `<Element is={name}>`."},
}

// elementDoc tells what an HTML element is for, in Markdown; "" for one that is not known.
func elementDoc(name string) string {
	doc, ok := htmlElements[name]
	if !ok {
		return ""
	}
	return doc + "\n\n[MDN](https://developer.mozilla.org/docs/Web/HTML/Reference/Elements/" + mdnName(name) + ")"
}

func mdnName(name string) string {
	if len(name) == 2 && name[0] == 'h' && name[1] >= '1' && name[1] <= '6' {
		return "Heading_Elements"
	}
	return name
}
