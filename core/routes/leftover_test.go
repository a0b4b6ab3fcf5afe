package routes

import "testing"

func TestLeftover(t *testing.T) {
	for name, want := range map[string]bool{
		"index.gosite~": true, ".#index.gosite": true, "#index.gosite#": true, "._index.gosite": true, ".index.gosite.swp": true, "4913": true,
		"index.gosite___jb_tmp___": true, "index.gosite___jb_old___": true, "index.gosite.AbCdEf": true, "about.md.xYzabc": true, "sedk3Ab9Z": true,
		"index.gosite.bak": true, "index.gosite.orig": true, "site.css.crswap": true,
		"index.gosite": false, "about.md": false, "#1.md": false, "#": false, "#.md": false, "4913.md": false, "sedation.md": false, "sedation": false, "about.md.old": false,
		".well-known": false, "index.html": false, "a.swp.md": false, "robots.txt.gosite": false, "app.min.js": false, "data.json.gosite": false,
	} {
		if got := Leftover(name); got != want {
			t.Errorf("Leftover(%q) = %t", name, got)
		}
	}
	for file, want := range map[string]Kind{"blog/a.md~": Skipped, "4913": Skipped, "#a.gosite#": Skipped, "a.md~/b.md": Markdown, "a.txt": Unknown} {
		if got := Classify(file); got != want {
			t.Errorf("Classify(%q) = %d, not %d", file, got, want)
		}
	}
}
