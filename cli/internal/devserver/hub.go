package devserver

import (
	"encoding/json"
	"html"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"sitegen.dev/core/build"
)

// hub hands news to every browser that listens.
type hub struct {
	mu     sync.Mutex
	ears   map[chan message]bool
	closed bool
}

// message is one event.
type message struct {
	name string
	data []byte
}

func newHub() *hub { return &hub{ears: map[chan message]bool{}} }

// listen gives a channel of messages; it is closed with the hub. A listener that does not keep up is dropped: it
// connects again and is told what it has missed.
func (h *hub) listen() chan message {
	ear := make(chan message, 16)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		close(ear)
		return ear
	}
	h.ears[ear] = true
	return ear
}

func (h *hub) leave(ear chan message) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.ears, ear)
}

func (h *hub) send(name string, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for ear := range h.ears {
		select {
		case ear <- message{name, data}:
		default:
			delete(h.ears, ear)
			close(ear)
		}
	}
}

func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for ear := range h.ears {
		delete(h.ears, ear)
		close(ear)
	}
}

// news says what a browser has to do to show the site as it is now.
type news struct {
	Version int               `json:"version"`
	Reload  bool              `json:"reload,omitempty"`
	Styles  []exchange        `json:"styles,omitempty"` // stylesheets in pages, one for another
	Files   []string          `json:"files,omitempty"`  // of the public folder, under the same address as before
	Moved   map[string]string `json:"moved,omitempty"`  // addresses of imported files: then, now
}

func (n news) nothing() bool {
	return !n.Reload && len(n.Styles) == 0 && len(n.Files) == 0 && len(n.Moved) == 0
}

// exchange puts one stylesheet in the place of another.
type exchange struct {
	From sheet `json:"from"`
	To   sheet `json:"to"`
}

// sheet is a stylesheet in the head of a page: a link, or a text.
type sheet struct {
	Href string `json:"href,omitempty"`
	Text string `json:"text,omitempty"`
}

var sheetTag = regexp.MustCompile(`(?s)<link rel="stylesheet" href="([^"]*)">|<style>(.*?)</style>`)

// sheets takes the tags for the head of a route apart; ok is false when there is anything else among them.
func sheets(head string) (list []sheet, ok bool) {
	at := 0
	for _, m := range sheetTag.FindAllStringSubmatchIndex(head, -1) {
		if m[0] != at {
			return nil, false
		}
		at = m[1]
		if m[2] >= 0 {
			list = append(list, sheet{Href: html.UnescapeString(head[m[2]:m[3]])})
		} else {
			list = append(list, sheet{Text: head[m[4]:m[5]]})
		}
	}
	return list, at == len(head)
}

// exchanges finds the stylesheets that have changed in the heads of routes. ok is false when more than that has.
func exchanges(old, now map[string]string) (out []exchange, ok bool) {
	if len(old) != len(now) {
		return nil, false
	}
	seen := map[exchange]bool{}
	for _, source := range slices.Sorted(maps.Keys(now)) {
		if old[source] == now[source] {
			continue
		}
		a, okA := sheets(old[source])
		b, okB := sheets(now[source])
		if !okA || !okB || len(a) != len(b) {
			return nil, false
		}
		for i := range a {
			if x := (exchange{a[i], b[i]}); a[i] != b[i] && !seen[x] {
				seen[x] = true
				out = append(out, x)
			}
		}
	}
	return out, true
}

// compare finds out what has changed for a browser. files are those of the public folder that have changed; an empty
// name stands for data that a page may have read.
func compare(old, now *build.DevSite, linked bool, files []string) news {
	var n news
	if old == nil || linked {
		n.Reload = true
		return n
	}
	n.Reload = !maps.EqualFunc(old.Texts, now.Texts, slices.Equal[[]string]) || old.State.Keys != now.State.Keys || old.State.ContentDigest != now.State.ContentDigest
	if styles, ok := exchanges(old.State.Heads, now.State.Heads); ok {
		n.Styles = styles
	} else {
		n.Reload = true
	}
	for id, a := range now.State.Assets {
		b, ok := old.State.Assets[id]
		switch {
		case !ok || a == b:
		case a.Tag != b.Tag, a.Width != b.Width, a.Height != b.Height:
			n.Reload = true // a script, or an image of another size
		case a.URL != b.URL:
			if n.Moved == nil {
				n.Moved = map[string]string{}
			}
			n.Moved[b.URL] = a.URL
		}
	}
	for _, f := range files {
		switch strings.ToLower(path.Ext(f)) {
		case ".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg", ".ico", ".bmp", ".css":
			n.Files = append(n.Files, f)
		default:
			n.Reload = true
		}
	}
	slices.Sort(n.Files)
	return n
}
