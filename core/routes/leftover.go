package routes

import (
	"regexp"
	"strings"
)

// leftoverEnds end the names of what editors and programs put beside the files they work on.
var leftoverEnds = []string{
	"~",                    // Emacs, Vim, Kate, gedit: the text before the last save
	".swp", ".swo", ".swx", // Vim, nano
	".bak", ".bck", ".orig", // Notepad++, Helix, Git
	".tmp", ".vsctmp", // of many; VS Code
	"___jb_tmp___", "___jb_old___", // JetBrains
	".crswap", // Chromium
}

// leftoverName matches the names under which a new text waits until it takes the place of the old one: with random letters
// behind (Qt, which Kate is made of) or alone (sed -i).
var leftoverName = regexp.MustCompile(`\.(?:gosite|md|html|css|js|ts|go|json|ya?ml)\.[A-Za-z]{6}$|^sed[A-Za-z0-9]{6}$`)

// Leftover says whether a file is none of the author's, but one that an editor keeps beside it, by the name of the file
// without its folder. Such files come and go while somebody works, and are no part of a site.
func Leftover(name string) bool {
	for _, end := range leftoverEnds {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	switch {
	case strings.HasPrefix(name, ".#"), strings.HasPrefix(name, "._"): // locks of Emacs, attributes of macOS
		return true
	case len(name) > 1 && name[0] == '#' && strings.HasSuffix(name, "#"): // Emacs: what is not saved yet
		return true
	}
	return name == "4913" || leftoverName.MatchString(name) && !strings.HasSuffix(name, ".gosite") // Vim sees by the first whether it can write
}
