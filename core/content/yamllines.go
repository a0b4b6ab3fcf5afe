package content

import (
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// readYAML is yaml.Unmarshal, with the lines of the tree counted as everywhere else here: they end at \n only. YAML ends them at a
// lone \r, and at the separators that word processors leave in text, too.
func readYAML(text string, root *yaml.Node) error {
	err := yaml.Unmarshal([]byte(text), root)
	if err == nil && oddBreaks(text) {
		relocate(root, text, yamlLines(text))
	}
	return err
}

func oddBreaks(text string) bool { return strings.ContainsAny(text, "\r\u0085\u2028\u2029") }

// yamlLines gives the offsets at which lines begin for YAML.
func yamlLines(text string) []int {
	lines := []int{0}
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		i += size
		switch {
		case r == '\r' && i < len(text) && text[i] == '\n': // one break
		case r == '\r', r == '\n', r == '\u0085', r == '\u2028', r == '\u2029':
			lines = append(lines, i)
		}
	}
	return lines
}

func relocate(n *yaml.Node, text string, lines []int) {
	if n.Line >= 1 && n.Line <= len(lines) {
		start := lines[n.Line-1]
		n.Line = strings.Count(text[:start], "\n") + 1
		n.Column += utf8.RuneCountInString(text[strings.LastIndexByte(text[:start], '\n')+1 : start])
	}
	for _, c := range n.Content {
		relocate(c, text, lines)
	}
}
