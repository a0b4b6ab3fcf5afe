package codegen

import "testing"

func TestSlipOf(t *testing.T) {
	for name, want := range map[string]string{
		"hfre": "href", "tpye": "type", "scr": "src", "srcest": "srcset", "clas": "class", "classs": "class", "plcaeholder": "placeholder", "placholder": "placeholder",
		"onlick": "onclick", "onclik": "onclick", "requierd": "required", "disbaled": "disabled", "maxlenght": "maxlength", "tabindx": "tabindex", "valeu": "value",
		// what other libraries and people have
		"vx": "", "state": "", "model": "", "key": "", "icon": "", "variant": "", "side": "", "theme": "", "active": "", "tooltip": "", "url": "", "ref": "", "mode": "",
		"html": "", "items": "", "show": "", "on": "", "ico": "", "data-hfre": "", "x1": "", "layout": "", "cloak": "", "transition": "", "page": "", "level": "",
		"netlify": "", "amp": "", "lightbox": "", "position": "", "columns": "", "spacing": "", "gap": "", "tag": "", "color2": "", "src": "", "sort": "", "widths": "", "leading": "", "star": "", "tile": "", "from": "", "via": "", "tracking": "", "select": "", "flex": "", "grid": "", "font": "", "shadow": "", "opacity": "", "justify": "", "items2": "", "links": "", "actions": "",
	} {
		if got := slipOf(name, htmlAttributes); got != want {
			t.Errorf("attribute %s: %q, want %q", name, got, want)
		}
	}
	for name, want := range map[string]string{
		"dvi": "div", "spna": "span", "buton": "button", "buttton": "button", "sectoin": "section", "lable": "label", "artcle": "article", "hedaer": "header", "scirpt": "script",
		"rss": "", "url": "", "loc": "", "item": "", "guid": "", "name": "", "note": "", "card": "", "entry": "", "author": "", "foo": "", "email": "", "price": "", "icon": "",
		"tab": "", "row": "", "box": "", "grid": "", "stack": "", "text": "", "list": "", "channel": "", "dc": "", "updated": "", "fruit": "", "tea": "", "mono": "",
	} {
		if got := slipOf(name, htmlElements); got != want {
			t.Errorf("element %s: %q, want %q", name, got, want)
		}
	}
}
