package runtime

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"html"
	"maps"
	"net/url"
	"slices"
	"strings"

	"sitegen.dev/core/site"
)

// needle is one spelling of a secret.
type needle struct {
	name string
	text []byte
}

// minSecret is how long a secret has to be to be looked for: shorter ones are part of ordinary text.
const minSecret = 6

// needles gives the ways in which a page could spell the secrets: as they are, escaped for HTML, JSON or a URL, in base64.
func needles(secrets map[string]string) []needle {
	var out []needle
	for _, name := range slices.Sorted(maps.Keys(secrets)) {
		value := secrets[name]
		if len(value) < minSecret {
			continue
		}
		quoted, _ := json.Marshal(value)
		spellings := []string{value, html.EscapeString(value), strings.Trim(string(quoted), `"`), url.QueryEscape(value), url.PathEscape(value),
			strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(value)), "="), strings.TrimRight(base64.URLEncoding.EncodeToString([]byte(value)), "=")}
		slices.Sort(spellings)
		for _, s := range slices.Compact(spellings) {
			out = append(out, needle{name, []byte(s)})
		}
	}
	return out
}

// leak names the secret that an answer holds, or gives "".
func (p *printer) leak(body []byte, header *site.Header) string {
	for _, n := range p.needles {
		if bytes.Contains(body, n.text) {
			return n.name
		}
		if header == nil {
			continue
		}
		for _, value := range header.All() {
			if strings.Contains(value, string(n.text)) {
				return n.name
			}
		}
	}
	return ""
}
