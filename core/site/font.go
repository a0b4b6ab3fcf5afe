package site

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strings"
	"sync"
)

// FontMetrics are what a fallback needs to take the same room as a font, in units of which UnitsPerEm make an em.
type FontMetrics struct {
	UnitsPerEm, Ascent, Descent, LineGap int
	Width                                int // of a letter of English text, on average; 0 where that is not known
}

// FontFace is what <Font> is told.
type FontFace struct {
	Src      string // address of the font file
	Family   string // the name that style sheets use
	Weight   string // "400", or "100 900" of a variable font
	Style    string // "normal", "italic"
	Display  string // "swap"
	Range    string // unicode-range; "" for all
	Fallback string // a font that every machine has: "Arial", "Times New Roman" or "Courier New"; "none" for none
	Preload  bool   // have the browser load it before it meets the style sheet
}

// fallbackWidths are those of a letter of English text, in ems, by the metrics that Arial, Times New Roman and Courier New share
// with Helvetica, Times and Courier.
var fallbackWidths = map[string]float64{"Arial": 0.4414, "Times New Roman": 0.4001, "Courier New": 0.6}

// fontPatterns is what the parts of a font may look like. They are compiled when the first font is written: a variable of
// the package would have every program link package regexp.
var fontPatterns struct {
	once sync.Once
	list map[string]matcher
}

type matcher interface{ MatchString(s string) bool }

func compileFontPatterns() {
	fontPatterns.list = map[string]matcher{
		"family":  regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9 _-]{0,63}$`),
		"weight":  regexp.MustCompile(`^([0-9]{1,4}( [0-9]{1,4})?|normal|bold)$`),
		"style":   regexp.MustCompile(`^(normal|italic|oblique( -?[0-9]{1,2}deg){0,2})$`),
		"display": regexp.MustCompile(`^(auto|block|swap|fallback|optional)$`),
		"range":   regexp.MustCompile(`^U\+[0-9A-Fa-f?]{1,6}(-[0-9A-Fa-f]{1,6})?(, ?U\+[0-9A-Fa-f?]{1,6}(-[0-9A-Fa-f]{1,6})?)*$`),
	}
}

// FontHead gives what a font needs in the head of a page: its @font-face, one of a fallback under the name with " fallback"
// behind it that takes the same room, so that nothing jumps when the font arrives, and the link that loads it early.
func FontHead(page *Page, f FontFace) (HTML, error) {
	html, err := fontHead(page, f)
	return html, imageError(err)
}

func fontHead(page *Page, f FontFace) (HTML, error) {
	fontPatterns.once.Do(compileFontPatterns)
	for _, check := range []struct{ what, value string }{{"family", f.Family}, {"weight", f.Weight}, {"style", f.Style}, {"display", f.Display}, {"range", f.Range}} {
		if !fontPatterns.list[check.what].MatchString(check.value) && (check.what != "range" || check.value != "") {
			return "", fmt.Errorf("the %s of a font cannot be %s", check.what, quoteShort(check.value))
		}
	}
	width, known := fallbackWidths[f.Fallback]
	switch {
	case f.Src == "" || strings.ContainsAny(f.Src, "\"\\\n<>()"):
		return "", errors.New("a font needs the address of its file: import it, and write src={name}")
	case !known && f.Fallback != "none":
		return "", fmt.Errorf("the fallback of a font is Arial, Times New Roman, Courier New or none, not %s", quoteShort(f.Fallback))
	}
	format := ""
	for ext, name := range map[string]string{".woff2": "woff2", ".woff": "woff", ".ttf": "truetype", ".otf": "opentype"} {
		if strings.HasSuffix(f.Src, ext) {
			format = name
		}
	}
	var b strings.Builder
	if f.Preload {
		b.WriteString(`<link rel="preload" as="font"`)
		if format == "woff2" || format == "woff" {
			b.WriteString(` type="font/` + format + `"`)
		}
		b.WriteString(` href="` + f.Src + `" crossorigin>`)
	}
	start := b.Len() + len("<style>")
	b.WriteString(`<style>@font-face{font-family:"` + f.Family + `";src:url("` + f.Src + `")`)
	if format != "" {
		b.WriteString(` format("` + format + `")`)
	}
	b.WriteString(";font-weight:" + f.Weight + ";font-style:" + f.Style + ";font-display:" + f.Display)
	if f.Range != "" {
		b.WriteString(";unicode-range:" + f.Range)
	}
	b.WriteString("}")
	if m := fontMetrics(page, f.Src); m != nil && known {
		adjust := 1.0
		if m.Width > 0 {
			adjust = float64(m.Width) / float64(m.UnitsPerEm) / width
		}
		percent := func(units int, by float64) string {
			return fmt.Sprintf("%.2f%%", math.Max(float64(units)/float64(m.UnitsPerEm)/by*100, 0))
		}
		fmt.Fprintf(&b, `@font-face{font-family:"%s fallback";src:local("%s");size-adjust:%.2f%%;ascent-override:%s;descent-override:%s;line-gap-override:%s}`,
			f.Family, f.Fallback, adjust*100, percent(m.Ascent, adjust), percent(m.Descent, adjust), percent(m.LineGap, adjust))
	}
	page.allowStyle(b.String()[start:])
	b.WriteString("</style>")
	return HTML(b.String()), nil
}

// fontMetrics finds the metrics of an imported font by its address.
func fontMetrics(page *Page, address string) *FontMetrics {
	if page.x == nil {
		return nil
	}
	for _, a := range page.x.app.app.Assets {
		if a.Font != nil && a.URL == address {
			return a.Font
		}
	}
	return nil
}
