package assets

import (
	"strings"
	"testing"
)

func TestModuleCSS(t *testing.T) {
	hash := ModuleClass("", "src/a.module.css")
	for _, tt := range []struct{ in, classes, out string }{
		{".a { color: red }", "a", ".a# { color: red }"},
		{".a.b-c:hover > p .a::before, #x { margin: .5em 1.5rem }", "a,b-c", ".a#.b-c#:hover > p .a#::before, #x { margin: .5em 1.5rem }"},
		{"@media (min-width: 1px) { .a { & .b { top: 0 } } }", "a,b", "@media (min-width: 1px) { .a# { & .b# { top: 0 } } }"},
		{":global(.x) .a:not(:global(.y, .z).b) {}", "a,b", ".x .a#:not(.y, .z.b#) {}"},
		{"@layer base.reset; @layer a.b { .c { d: url(x.png) } } @import 'x.css' layer(l.m);", "c", "@layer base.reset; @layer a.b { .c# { d: url(x.png) } } @import 'x.css' layer(l.m);"},
		{"/* .no */ .a { content: '.no'; background: url(./no.png) }", "a", "/* .no */ .a# { content: '.no'; background: url(./no.png) }"},
		{"@keyframes spin { 12.5% { top: 0 } } .a { animation: spin 1s }", "a", "@keyframes spin { 12.5% { top: 0 } } .a# { animation: spin 1s }"},
		{"", "", ""},
		{".a { :global(", "a", ".a# { "},
	} {
		if got := strings.Join(ModuleClasses(tt.in), ","); got != tt.classes {
			t.Errorf("%s: classes %s, want %s", tt.in, got, tt.classes)
		}
		if got := strings.ReplaceAll(ModuleCSS(tt.in, "src/a.module.css"), hash, "#"); got != tt.out {
			t.Errorf("%s:\n got %s\nwant %s", tt.in, got, tt.out)
		}
	}
}

func FuzzModuleCSS(f *testing.F) {
	f.Add(".a:global(.b .c) { x: .5 } @layer a.b;")
	f.Fuzz(func(t *testing.T, text string) {
		if got := moduleEdits(text, func(s string) string { return s }); !strings.Contains(strings.ToLower(text), "global(") && got != text && !strings.Contains(text, "\x00") {
			t.Errorf("%q becomes %q", text, got)
		}
		ModuleCSS(text, "x")
	})
}
