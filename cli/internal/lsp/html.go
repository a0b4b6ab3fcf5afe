package lsp

import (
	_ "embed"
	"maps"
	"slices"
	"strings"
)

//go:embed elements.txt
var elementLines string

// htmlElements are the elements of the HTML standard, without those that it calls obsolete, and what each is for.
var htmlElements = func() map[string]string {
	out := map[string]string{}
	for line := range strings.Lines(elementLines) {
		if name, doc, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			out[name] = doc
		}
	}
	return out
}()

var htmlNames = slices.Sorted(maps.Keys(htmlElements))

// htmlAttributes are those worth offering: by element, and under "" those of every element.
var htmlAttributes = map[string][]string{
	"":         strings.Fields("class id style title lang dir hidden tabindex role aria-label aria-labelledby aria-describedby aria-hidden aria-current aria-live aria-expanded aria-controls inert popover draggable contenteditable spellcheck translate autofocus data- is:raw"),
	"a":        strings.Fields("href target rel download hreflang"),
	"img":      strings.Fields("src alt width height loading decoding fetchpriority srcset sizes"),
	"link":     strings.Fields("rel href type media sizes as crossorigin"),
	"meta":     strings.Fields("name content charset property http-equiv media"),
	"script":   strings.Fields("src type async defer nomodule is:inline define:vars"),
	"style":    strings.Fields("is:global define:vars"),
	"form":     strings.Fields("action method enctype novalidate"),
	"input":    strings.Fields("type name value placeholder required disabled checked min max step pattern autocomplete"),
	"button":   strings.Fields("type name value disabled"),
	"label":    strings.Fields("for"),
	"select":   strings.Fields("name required multiple disabled"),
	"option":   strings.Fields("value selected disabled"),
	"textarea": strings.Fields("name rows cols placeholder required disabled"),
	"iframe":   strings.Fields("src title width height loading allow sandbox"),
	"video":    strings.Fields("src controls poster width height autoplay loop muted playsinline preload"),
	"audio":    strings.Fields("src controls autoplay loop muted preload"),
	"source":   strings.Fields("src srcset type media sizes"),
	"time":     strings.Fields("datetime"),
	"td":       strings.Fields("colspan rowspan headers"),
	"th":       strings.Fields("colspan rowspan scope headers"),
	"html":     strings.Fields("lang"),
	"details":  strings.Fields("open name"),
	"dialog":   strings.Fields("open"),
	"ol":       strings.Fields("start reversed type"),
}

// bareAttributes need no value.
var bareAttributes = map[string]bool{
	"hidden": true, "inert": true, "autofocus": true, "popover": true, "is:raw": true, "async": true, "defer": true, "required": true, "disabled": true, "checked": true, "multiple": true,
	"selected": true, "controls": true, "autoplay": true, "loop": true, "muted": true, "playsinline": true, "open": true,
	"reversed": true, "novalidate": true, "download": true, "is:inline": true, "is:global": true, "data-": true,
}
