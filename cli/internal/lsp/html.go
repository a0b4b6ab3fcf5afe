package lsp

import "strings"

// htmlNames are the elements of the HTML standard, without those that it calls obsolete.
var htmlNames = strings.Fields(`a abbr address area article aside audio b base bdi bdo blockquote body br button canvas
caption cite code col colgroup data datalist dd del details dfn dialog div dl dt em embed fieldset figcaption figure footer
form h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input ins kbd label legend li link main map mark math menu
meta meter nav noscript object ol optgroup option output p picture pre progress q rp rt ruby s samp script search section
select small source span strong style sub summary sup svg table tbody td template textarea tfoot th thead time title tr
track u ul var video wbr`)

// htmlAttributes are those worth offering: by element, and under "" those of every element.
var htmlAttributes = map[string][]string{
	"":         strings.Fields("class id style title lang dir hidden tabindex role aria-label aria-hidden aria-current data-"),
	"a":        strings.Fields("href target rel download hreflang"),
	"img":      strings.Fields("src alt width height loading decoding srcset sizes"),
	"link":     strings.Fields("rel href type media sizes crossorigin"),
	"meta":     strings.Fields("name content charset property http-equiv"),
	"script":   strings.Fields("src type async defer is:inline define:vars"),
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
	"hidden": true, "async": true, "defer": true, "required": true, "disabled": true, "checked": true, "multiple": true,
	"selected": true, "controls": true, "autoplay": true, "loop": true, "muted": true, "playsinline": true, "open": true,
	"reversed": true, "novalidate": true, "download": true, "is:inline": true, "is:global": true, "data-": true,
}
