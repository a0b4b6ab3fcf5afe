package syntax

import "testing"

// The semicolons of a header belong to its statement.
func TestFenceHeaders(t *testing.T) {
	for _, tt := range []struct {
		fence string
		want  []string
	}{
		{"if c, ok := m[1]; ok {\n\tx()\n}\ny := 1", []string{"if c, ok := m[1]; ok {\n\tx()\n}", "y := 1"}},
		{"for ; i < n; {\n}\nz()", []string{"for ; i < n; {\n}", "z()"}},
		{"for i := 0; i < 3; i++ {\n}", []string{"for i := 0; i < 3; i++ {\n}"}},
		{"switch v := f(); v {\ncase 1:\n}", []string{"switch v := f(); v {\ncase 1:\n}"}},
		{"if a {\n} else if b := f(); b {\n}", []string{"if a {\n} else if b := f(); b {\n}"}},
		{"l: for i := 0; ; i++ {\n\tbreak l\n}", []string{"l: for i := 0; ; i++ {\n\tbreak l\n}"}},
		{"if c := f()\nc > 0 {\n}\ny := 1", []string{"if c := f()\nc > 0 {\n}", "y := 1"}},
		{"for i = 0\ni < 3\ni++ {\n}\ny := 1", []string{"for i = 0\ni < 3\ni++ {\n}", "y := 1"}},
		{"a := 1; b := 2", []string{"a := 1", "b := 2"}},
		{"a := 1 ; b := 2", []string{"a := 1", "b := 2"}},
		{"const a = 1 /* a */ ; const b = 2 /* b */; /* c */ d := 3 // d", []string{"const a = 1", "const b = 2", "d := 3"}},
		{"import \"os\" ; import \"io\"", []string{"import \"os\"", "import \"io\""}},
		{";; a := 1 ;; b := 2 ;", []string{"a := 1", "b := 2"}},
		{"f := func() { if a; b { } }; g()", []string{"f := func() { if a; b { } }", "g()"}},
	} {
		src := "---\n" + tt.fence + "\n---\n<p>x</p>\n"
		file, diags := Parse("a.gosite", []byte(src))
		if len(diags) > 0 {
			t.Errorf("%q: %v", tt.fence, diags)
		}
		var got []string
		for _, it := range file.Fence.Items {
			got = append(got, it.Text(file.Src))
		}
		if len(got) != len(tt.want) {
			t.Errorf("%q gives %q, want %q", tt.fence, got, tt.want)
			continue
		}
		for i := range got {
			if got[i] != tt.want[i] {
				t.Errorf("%q: item %d is %q, want %q", tt.fence, i, got[i], tt.want[i])
			}
		}
	}
}
