package playground

import (
	"strings"
	"testing"
)

// What the language offers has to run in the interpreter as it does when it is compiled.
func TestLanguage(t *testing.T) {
	c := compiler(t)
	for _, tt := range []struct{ name, page, want string }{
		{"values", "---\nn := 3\nvar p *int\nerr := fmt.Errorf(\"no %d\", n)\ns := []int{1, 2}\n---\n{n} {2.5} {true} {\"<b>\"} {p} {nil} {err} {s} {'a'} {[]byte(\"x\")}", "3 2.5 true &lt;b&gt;   no 3 12 97 x"},
		{"named string", "---\ntype tone string\n\nt := tone(\"loud\")\n---\n{t}", "loud"},
		{"stringer", "---\ntype tone int\n\nfunc (t tone) String() string { return fmt.Sprint(\"tone \", int(t)) }\n---\n{tone(3)}<p title={tone(4)}>x</p>", `tone 3<p title="tone 4">x</p>`},
		{"time", "---\nt := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)\n---\n{t.Format(\"2 Jan 2006\")} {90 * time.Second} {t.Weekday()}", "1 Mar 2026 1m30s Sunday"},
		{"two results", "---\nf := func(s string) (string, error) { return s + \"!\", nil }\n---\n{f(\"a\")}<p title={f(\"b\")}>x</p>", `a!<p title="b!">x</p>`},
		{"standard two results", "{strconv.Atoi(\"12\")}", "12"},
		{"if else", "---\nn := 2\n---\n{if n > 2 { <b>more</b> } else if n == 2 { <i>two</i> } else { less }}", "<i>two</i>"},
		{"if with a statement", "---\nm := map[string]int{\"a\": 1}\n---\n{if v, ok := m[\"a\"]; ok { {v} }}", "1"},
		{"switch", "---\nn := 2\n---\n{switch {\ncase n > 2: <b>more</b>\ncase n == 2: <i>two</i>\ndefault: <u>less</u>\n}}", "<i>two</i>"},
		{"type switch", "---\nvar x any = \"s\"\n---\n{switch v := x.(type) {\ncase int: <b>{v + 1}</b>\ncase string: <i>{v + \"!\"}</i>\n}}", "<i>s!</i>"},
		{"loops", "{for i := range 3 { {i} }}{for i := 0; i < 2; i++ { <b>{i}</b> }}{for _, r := range \"hé\" { {string(r)}- }}", "012<b>0</b><b>1</b>h-é-"},
		{"continue and break", "{for i := range 9 { {if i == 1 { {continue} }}{if i == 3 { {break} }}{i} }}", "02"},
		{"map in order", "---\nm := map[string]int{\"b\": 2, \"a\": 1}\n---\n{for _, k := range slices.Sorted(maps.Keys(m)) { {k}={m[k]}; }}", "a=1;b=2;"},
		{"slices", "---\nxs := []int{3, 1, 2}\nslices.Sort(xs)\n---\n{xs} {slices.Contains(xs, 2)} {slices.Index(xs, 3)} {slices.Max(xs)}", "123 true 2 3"},
		{"sort by", "---\ntype tea struct {\n\tName  string\n\tPrice float64\n}\n\nteas := []tea{{\"b\", 2}, {\"a\", 1}}\nslices.SortFunc(teas, func(a, b tea) int { return cmp.Compare(a.Price, b.Price) })\n---\n{for _, t := range teas { {t.Name} }}", "ab"},
		{"sort.Slice", "---\nteas := []string{\"b\", \"a\"}\nsort.Slice(teas, func(i, j int) bool { return teas[i] < teas[j] })\n---\n{teas}", "ab"},
		{"local", "{total := 1 + 2}{total}", "3"},
		{"class list", "---\non := true\n---\n<p class:list={\"a\", []string{\"b\", \"c\"}, \"d\": on, \"e\": !on}>x</p>", `<p class="a b c d">x</p>`},
		{"style list", "---\ngap := 3\n---\n<p style:list={\"gap\": strconv.Itoa(gap) + \"px\", \"color\": \"red\"}>x</p>", `<p style="gap:3px;color:red">x</p>`},
		{"url", "---\nbad := \"javascript:alert(1)\"\n---\n<a href={bad}>x</a><a href=`/a/${\"b c\"}?q=${\"d&e\"}`>y</a>", `<a href="about:invalid#sitegen">x</a><a href="/a/b%20c?q=d%26e">y</a>`},
		{"booleans", "<button disabled={true} autofocus={false} aria-busy={false}>x</button>", `<button disabled aria-busy="false">x</button>`},
		{"when", "<p title={site.When(false, \"x\")} lang={site.When(true, \"en\")}>x</p>", `<p lang="en">x</p>`},
		{"raw", "<p set:html={\"<b>x</b>\"} />{site.Raw(\"<i>y</i>\")}", "<p><b>x</b></p><i>y</i>"},
		{"markup as a value", "{row := func(s string) site.Node { return <li>{s}</li> }}<ul>{row(\"a\")}{row(\"b\")}</ul>", "<ul><li>a</li><li>b</li></ul>"},
		{"element by name", "---\nname := \"h\" + strconv.Itoa(2)\n---\n<Element is={name} class=\"x\">y</Element>", `<h2 class="x">y</h2>`},
		{"spread", "---\nattrs := site.Attrs{\"id\": \"a\", \"hidden\": true}\n---\n<p {attrs...}>x</p>", `<p hidden id="a">x</p>`},
		{"early return", "---\nif len(page.URL.Path) == 1 {\n\treturn nil\n}\n---\n<p>never</p>", ""},
		{"methods and pointers", "---\ntype counter struct{ n int }\n\nfunc (c *counter) next() int {\n\tc.n++\n\treturn c.n\n}\n\nc := &counter{}\n---\n{c.next()}{c.next()}{c.n}", "122"},
		{"constants", "---\ntype day int\n\nconst (\n\tmon day = iota\n\ttue\n)\n---\n{tue}", "1"},
		{"generic function", "---\nfunc double[T int | float64](x T) T { return x + x }\n---\n{double(2)} {double(1.5)}", "4 3"},
		{"json", "---\nb, err := json.Marshal(map[string]int{\"a\": 1})\nif err != nil {\n\treturn err\n}\n---\n{string(b)}", "{\"a\":1}"},
		{"page", "{page.URL.Path} {page.Site}", "/ https://example.com"},
		{"builtin min max", "{min(3, 2)} {max(3, 2)} {len(\"abc\")}", "2 3 3"},
		{"script variables", "---\nn := 1\n---\n<script define:vars={n}>console.log(n)</script>", "<script>(function(){const n = 1;\nconsole.log(n)})();</script>"},
		{"range over a function", "---\nseq := func(yield func(int, string) bool) {\n\t_ = yield(1, \"a\") && yield(2, \"b\")\n}\n---\n{for i, s := range seq { {i}{s} }}", "1a2b"},
		{"iterators", "{slices.Collect(maps.Values(map[string]int{\"a\": 7}))}{for i, x := range slices.Backward([]string{\"a\", \"b\"}) { {i}{x} }}", "71b0a"},
		{"pointers to itself", "---\ntype list struct {\n\tn    int\n\tnext *list\n}\n\nvar l *list\nfor i := range 3 {\n\tl = &list{n: i, next: l}\n}\n---\n{for ; l != nil; l = l.next { {l.n} }}", "210"},
		{"printing", "{fmt.Sprintf(\"%05.2f|%-4s|%q|%v\", 3.14159, \"ab\", \"q\", []string{\"x\"})}", "03.14|ab  |\"q\"|[x]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := c.Run([]File{{"src/pages/index.gosite", withImports(tt.page)}}, "src/pages/index.gosite")
			if r.Text != "" || r.Problem != "" {
				t.Fatalf("%s %s\n%s", r.Text, r.Problem, r.Go["src/pages/index.gosite"])
			}
			if got := strings.TrimPrefix(r.HTML, "<!DOCTYPE html>"); got != tt.want {
				t.Errorf("got  %s\nwant %s\n%s", got, tt.want, r.Go["src/pages/index.gosite"])
			}
		})
	}
}

// withImports imports the packages that a page mentions.
func withImports(page string) string {
	var imports strings.Builder
	for _, name := range []string{"cmp", "encoding/json", "fmt", "maps", "slices", "sort", "strconv", "strings", "time"} {
		if strings.Contains(page, name[strings.LastIndexByte(name, '/')+1:]+".") {
			imports.WriteString("import \"" + name + "\"\n")
		}
	}
	if rest, ok := strings.CutPrefix(page, "---\n"); ok {
		return "---\n" + imports.String() + rest
	}
	return "---\n" + imports.String() + "---\n" + page
}

func TestComponents(t *testing.T) {
	c := compiler(t)
	const card = `---
type Props struct {
	Title string     ` + "`prop:\",required\"`" + `
	Size  int        ` + "`default:\"2\"`" + `
	Rest  site.Attrs ` + "`prop:\",rest\"`" + `
}
---
<article {props.Rest...}>
  <h2>{props.Title} {props.Size}</h2>
  <slot><p>nothing</p></slot>
  {if slots.Foot != nil { <footer><slot name="foot" /></footer> }}
</article>
`
	const tree = `---
type Item struct {
	Name string
	Kids []Item
}

type Props struct {
	Items []Item
}
---
<ul>{for _, i := range props.Items { <li>{i.Name}{if len(i.Kids) > 0 { <Self items={i.Kids} /> }}</li> }}</ul>
`
	for _, tt := range []struct{ name, page, want string }{
		{"props and slots", "<Card title={strings.ToUpper(\"a\")} id=\"x\">in <b>it</b><i slot=\"foot\">f</i></Card>", `<article id="x"><h2>A 2</h2>in <b>it</b><footer><i>f</i></footer></article>`},
		{"fallback", `<Card title="a" size={3} />`, "<article><h2>a 3</h2><p>nothing</p></article>"},
		{"loop around a slot", "{for i := range 2 { <Card title=\"a\">{i}</Card> }}", "<article><h2>a 2</h2>0</article><article><h2>a 2</h2>1</article>"},
		{"recursion", "---\nitems := []Tree.Item{{\"a\", []Tree.Item{{\"b\", nil}}}}\n---\n<Tree items={items} />", "<ul><li>a<ul><li>b</li></ul></li></ul>"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			head := "---\nimport \"strings\"\nimport Card \"../components/Card.gosite\"\nimport Tree \"../components/Tree.gosite\"\n"
			for _, name := range []string{"strings", "Card", "Tree"} {
				if !strings.Contains(tt.page, name+".") && !strings.Contains(tt.page, "<"+name) {
					lines := strings.SplitAfter(head, "\n")
					head = ""
					for _, l := range lines {
						if !strings.Contains(l, name) {
							head += l
						}
					}
				}
			}
			page, ok := strings.CutPrefix(tt.page, "---\n")
			if !ok {
				page = "---\n" + page
			}
			r := c.Run([]File{
				{"src/pages/index.gosite", head + page},
				{"src/components/Card.gosite", card},
				{"src/components/Tree.gosite", tree},
			}, "src/pages/index.gosite")
			if r.Text != "" || r.Problem != "" {
				t.Fatalf("%s %s\n%s", r.Text, r.Problem, r.Go["src/pages/index.gosite"])
			}
			if got := strings.TrimPrefix(r.HTML, "<!DOCTYPE html>"); got != tt.want {
				t.Errorf("got  %s\nwant %s\n%s", got, tt.want, r.Go["src/pages/index.gosite"])
			}
		})
	}
}
