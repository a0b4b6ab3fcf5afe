package main

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// corpus writes the posts of a blog. Post i depends on the seed and on i alone, so a blog of 1,000 posts is the beginning
// of one with 10,000, and all tools get the same bytes.
type corpus struct {
	seed      uint64
	posts     int
	highlight bool // name the language of code blocks
}

const (
	postWords = 600
	pageSize  = 20 // posts on an index page
)

// post is what index pages know of one.
type post struct {
	slug, title string
	tags        []string
	last        string // sentence that its text ends with
}

func slug(i int) string { return fmt.Sprintf("post-%06d", i) }

// write writes all posts into dir.
func (c corpus) write(dir string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	for i := range c.posts {
		p, text := c.post(i, 0)
		if err := os.WriteFile(filepath.Join(dir, p.slug+".md"), []byte(text), 0o666); err != nil {
			return err
		}
	}
	return nil
}

// edit writes the post in the middle once more, with a paragraph that says which edit this is. Neither its title, date nor
// tags change.
func (c corpus) edit(dir string, edit int) error {
	p, text := c.post(c.posts/2, edit)
	return os.WriteFile(filepath.Join(dir, p.slug+".md"), []byte(text), 0o666)
}

// post gives a post and its Markdown: front matter, three sections with paragraphs, a list, a quotation, links to other
// posts and one code block, about 600 words in all.
func (c corpus) post(i, edit int) (post, string) {
	r := rand.New(rand.NewPCG(c.seed, uint64(i)))
	p := post{slug: slug(i), title: title(r), last: fmt.Sprintf("This was post %d.", i)}
	for len(p.tags) < 3 {
		tag := tags[min(r.IntN(len(tags)), r.IntN(len(tags)))]
		if !strings.Contains(" "+strings.Join(p.tags, " ")+" ", " "+tag+" ") {
			p.tags = append(p.tags, tag)
		}
	}
	var b strings.Builder
	date := time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(i) * time.Hour)
	fmt.Fprintf(&b, "---\ntitle: %q\ndescription: %q\ndate: %s\ntags: [%s]\n---\n\n", p.title, sentence(r, 12), date.Format(time.RFC3339), strings.Join(p.tags, ", "))
	if edit > 0 {
		fmt.Fprintf(&b, "This is edit %d.\n\n", edit)
	}
	words := 0
	paragraph := func(n int) {
		words += n
		for n > 0 {
			k := min(n, 6+r.IntN(14))
			s := sentence(r, k)
			switch r.IntN(8) {
			case 0:
				s = strings.Replace(s, " ", " *quite* ", 1)
			case 1:
				s = strings.Replace(s, " ", " `"+word(r)+"()` ", 1)
			case 2:
				s += fmt.Sprintf(" See [%s](/posts/%s/).", sentence(r, 3), slug(r.IntN(c.posts)))
			case 3:
				s = strings.Replace(s, " ", " **never** ", 1)
			}
			b.WriteString(s + " ")
			n -= k
		}
		b.WriteString("\n\n")
	}
	paragraph(70)
	paragraph(60)
	fmt.Fprintf(&b, "## %s\n\n", title(r))
	paragraph(80)
	code := codes[r.IntN(len(codes))]
	lang := code.lang
	if !c.highlight {
		lang = ""
	}
	fmt.Fprintf(&b, "```%s\n%s```\n\n", lang, strings.ReplaceAll(code.text, "NAME", word(r)))
	paragraph(60)
	fmt.Fprintf(&b, "## %s\n\n", title(r))
	for range 5 {
		b.WriteString("- " + sentence(r, 9) + "\n")
		words += 9
	}
	b.WriteString("\n")
	paragraph(90)
	b.WriteString("> " + sentence(r, 20) + "\n\n")
	fmt.Fprintf(&b, "## %s\n\n", title(r))
	for words < postWords-40 {
		paragraph(70)
	}
	b.WriteString(p.last + "\n")
	return p, b.String()
}

func word(r *rand.Rand) string { return words[min(r.IntN(len(words)), r.IntN(len(words)))] }

func sentence(r *rand.Rand, n int) string {
	out := make([]string, n)
	for i := range out {
		out[i] = word(r)
	}
	out[0] = capital(out[0])
	return strings.Join(out, " ") + "."
}

func title(r *rand.Rand) string {
	return strings.TrimSuffix(sentence(r, 3+r.IntN(3)), ".")
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

var words = list(`the of and to a in is that for it as was with on be by at this from or an which had not are but have one
they all their there been has more if no out so what up its about into than them can only other new some could time these two
may then do first any my now such like our over man me even most made after also did many before must through years where
much your way well down should because each just those people how too little state good very make world still own see men work
long get here between both life being under never day same another know while last might us great old year off come since go
came right used take three states himself few house use during without again place around however home small found mrs thought
went say part once general high upon school every does got united left number course war until always away something fact
though water less public put thing almost hand enough far took head yet government system better set told nothing night end
why called eyes find going look asked later knew point next program city business give group toward young days let room word
side social given present several order national possible rather second face per among form important often things looked early
white case large big need four within felt along children saw best church ever least power development light`)

var tags = list(`harvest kettle porcelain green black oolong steam water season garden trade mountain river letter market
winter spring summer autumn paper clay iron bamboo morning evening history travel recipe health tool repair music
language memory weather island valley harbour railway festival`)

func list(s string) []string {
	var out []string
	in := bufio.NewScanner(strings.NewReader(s))
	in.Split(bufio.ScanWords)
	for in.Scan() {
		out = append(out, in.Text())
	}
	return out
}

var codes = []struct{ lang, text string }{
	{"go", `package NAME

import "fmt"

// Brew waits until the water has the temperature that the leaf asks for.
func Brew(leaf string, celsius int) (string, error) {
	if celsius > 100 {
		return "", fmt.Errorf("%d °C is steam", celsius)
	}
	for i := range 3 {
		fmt.Printf("infusion %d of %s\n", i+1, leaf)
	}
	return leaf, nil
}
`},
	{"js", `import { readFile } from 'node:fs/promises';

// NAME counts the cups.
export async function NAME(path, { limit = 10 } = {}) {
  const text = await readFile(path, 'utf8');
  const cups = text.split('\n').filter((line) => line !== '');
  if (cups.length > limit) {
    throw new Error(` + "`too many: ${cups.length}`" + `);
  }
  return cups.map((cup, i) => ({ id: i, cup }));
}
`},
	{"python", `from dataclasses import dataclass


@dataclass
class NAME:
    """A pot and what is in it."""
    leaf: str
    grams: float = 5.0

    def pour(self, cups: int) -> list[str]:
        if cups < 1:
            raise ValueError(f"{cups} cups is none")
        return [f"{self.leaf} #{i}" for i in range(cups)]
`},
	{"bash", `#!/usr/bin/env bash
set -euo pipefail
# NAME keeps the water warm.
for cup in "$@"; do
  if [[ -f "$cup" ]]; then
    echo "filling $cup" >&2
    tar czf "${cup%.txt}.tar.gz" "$cup" | tee log.txt
  fi
done
exit 0
`},
	{"html", `<!doctype html>
<html lang="en">
  <head>
    <title>NAME</title>
    <link rel="stylesheet" href="/tea.css">
  </head>
  <body class="light">
    <!-- the list of teas -->
    <ul>
      <li data-grams="5"><a href="/green">Green &amp; fresh</a></li>
    </ul>
  </body>
</html>
`},
	{"json", `{
  "name": "NAME",
  "grams": 5.5,
  "infusions": [30, 45, 60, 90],
  "organic": true,
  "origin": { "country": "Japan", "garden": null },
  "notes": "sweet, then \"bitter\""
}
`},
	{"css", `/* NAME */
:root { --leaf: #2f6b3a; }
.cup > .tea:hover {
  color: var(--leaf);
  margin: 0 auto 1.5rem;
  background: url("/steam.svg") no-repeat;
}
@media (width < 40rem) {
  .cup { display: none; }
}
`},
	{"yaml", `# NAME
name: morning
cups: 3
leaves:
  - green: {grams: 5, celsius: 80}
  - black: {grams: 6, celsius: 95}
warm: true
note: |
  Do not let it
  stand too long.
`},
}
