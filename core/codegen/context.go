package codegen

import (
	"html"
	"slices"
	"strings"
)

// Context says how the value of an attribute is checked and escaped. It depends on the tag and the attribute's name
// alone, so it is known when compiling.
type Context string

// The contexts of attributes.
const (
	CtxPlain   Context = "plain"
	CtxEnum    Context = "enum"    // booleans are "true" and "false"
	CtxURL     Context = "url"     // scheme allow-list
	CtxImage   Context = "image"   // like CtxURL, and data:image/…
	CtxSrcset  Context = "srcset"  // a URL per candidate
	CtxRefresh Context = "refresh" // content of <meta http-equiv=refresh>
	CtxStyle   Context = "style"   // CSS declarations
	CtxJS      Context = "js"      // event handlers: only site.JS
	CtxSrcdoc  Context = "srcdoc"  // only site.HTML
)

// urlAttrs are the attributes that hold a URL on whichever element they stand.
var urlAttrs = map[string]bool{
	"href": true, "src": true, "action": true, "formaction": true, "poster": true, "cite": true, "ping": true,
	"background": true, "manifest": true, "xlink:href": true, "codebase": true, "classid": true, "longdesc": true,
	"usemap": true, "profile": true, "lowsrc": true, "dynsrc": true, "icon": true,
}

// imageAttrs are the places where the browser loads a picture, sound or video, for which data: is harmless.
var imageAttrs = map[string]bool{
	"img src": true, "source src": true, "video src": true, "audio src": true, "track src": true, "input src": true,
	"video poster": true, "image href": true, "image xlink:href": true, "feimage href": true, "feimage xlink:href": true,
	"img lowsrc": true, "img dynsrc": true, "body background": true, "table background": true, "td background": true,
	"th background": true, "tr background": true,
}

// enumAttrs take "true" and "false" as words, or others that the runtime knows: translate yes and no, autocomplete on and off.
var enumAttrs = map[string]bool{
	"contenteditable": true, "draggable": true, "spellcheck": true, "writingsuggestions": true,
	"translate": true, "autocomplete": true, "autocorrect": true,
	"focusable": true, "preservealpha": true, "externalresourcesrequired": true,
}

// animations are the SVG elements whose values may end up in another attribute.
var animations = map[string]bool{"animate": true, "set": true, "animatemotion": true, "animatetransform": true, "animatecolor": true}

// attrContext chooses the context of an attribute. The element's other attributes decide in two cases: content belongs
// to http-equiv, and the values of an SVG animation to attributeName. refresh and animatesURL say what they hold, true
// also where that is not known.
func attrContext(tag, name string, refresh, animatesURL bool) Context {
	tag, name = strings.ToLower(tag), strings.ToLower(name)
	switch {
	case name == "style":
		return CtxStyle
	case name == "srcdoc":
		return CtxSrcdoc
	case len(name) > 2 && strings.HasPrefix(name, "on") && isLetter(name[2]):
		return CtxJS
	case name == "srcset" || name == "imagesrcset":
		return CtxSrcset
	case imageAttrs[tag+" "+name]:
		return CtxImage
	case urlAttrs[name], name == "data" && (tag == "object" || tag == ""), name == "archive" && tag == "object":
		return CtxURL
	case tag == "meta" && name == "content" && refresh:
		return CtxRefresh
	case animations[tag] && animatesURL && (name == "to" || name == "from" || name == "by" || name == "values"):
		return CtxURL
	case enumAttrs[name] || strings.HasPrefix(name, "aria-"):
		return CtxEnum
	}
	return CtxPlain
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// urlHole stands for what is not known in what badURL looks at.
const urlHole = "\ufffc"

// badURL names the scheme that makes a URL one that runs code, or "". Browsers skip control characters and
// blanks in front of and within a scheme.
func badURL(value string, ctx Context) string {
	var urls []string
	value = html.UnescapeString(value)
	switch ctx {
	case CtxURL, CtxImage:
		urls = []string{value}
	case CtxSrcset:
		for c := range strings.SplitSeq(value, ",") {
			u, _, _ := strings.Cut(strings.TrimSpace(c), " ")
			urls = append(urls, u)
		}
		ctx = CtxImage
	case CtxRefresh:
		_, rest, _ := strings.Cut(value, ";")
		if _, u, ok := strings.Cut(rest, "="); ok {
			urls = []string{strings.Trim(strings.TrimSpace(u), `"'`)}
		}
	}
	for _, u := range urls {
		scheme, rest, ok := strings.Cut(u, ":")
		if !ok || strings.ContainsAny(scheme, "/?#") {
			continue
		}
		scheme = strings.Map(func(r rune) rune {
			if r <= ' ' {
				return -1
			}
			return r
		}, strings.ToLower(scheme))
		switch scheme {
		case "javascript", "vbscript", "livescript":
			return scheme
		case "data":
			if ctx != CtxImage || !mayBeMediaType(rest) {
				return scheme
			}
		}
	}
	return ""
}

// mayBeMediaType is false where s, what stands behind data:, is known to be no picture, sound or video.
func mayBeMediaType(s string) bool {
	s, _, hole := strings.Cut(strings.ToLower(strings.TrimSpace(s)), urlHole)
	return slices.ContainsFunc([]string{"image/", "audio/", "video/"}, func(media string) bool {
		return strings.HasPrefix(s, media) || hole && strings.HasPrefix(media, s)
	})
}

// neverScoped are the elements that are not rendered, so that no scoped style can mean them.
var neverScoped = map[string]bool{
	"base": true, "head": true, "link": true, "meta": true, "noscript": true, "noframes": true, "script": true,
	"style": true, "title": true, "template": true, "slot": true, "frame": true, "frameset": true,
}
