package build

import (
	"encoding/json"
	"os"

	"sitegen.dev/core/internal/cachedir"
	"sitegen.dev/core/manifest"
)

// recordsFile remembers how each output was built, so that it can be looked at later as what it is, whatever site.yaml
// and the flags say by then.
const recordsFile = workDir + "/built.json"

// Record says how an output was built.
type Record struct {
	Adapter  string             `json:"adapter,omitempty"`
	Manifest *manifest.Manifest `json:"manifest"`
}

// history is the content of that file.
type history struct {
	Last    string            `json:"last"`    // output of the last build
	Outputs map[string]Record `json:"outputs"` // by folder, relative to the project root
}

// Publish makes the stage the output and remembers how it was built.
func (s *Site) Publish(adapter string) error {
	if err := s.Stage.Publish(); err != nil {
		return err
	}
	cachedir.Dir(s.Layout.abs(imageCache)).Trim()
	h := readHistory(s.Layout)
	m := *s.Manifest
	m.Routes = nil // however many there are, nobody who looks at the output needs them
	h.Last = s.Layout.Rel(s.Stage.Out())
	h.Outputs[h.Last] = Record{adapter, &m}
	data, err := json.MarshalIndent(h, "", "  ")
	if err != nil {
		return err
	}
	return writeChanged(s.Layout.abs(recordsFile), append(data, '\n'))
}

// markLast makes an output that was built before the last one.
func markLast(l *Layout, out string) error {
	h := readHistory(l)
	if h.Last == l.Rel(out) {
		return nil
	}
	h.Last = l.Rel(out)
	data, err := json.MarshalIndent(h, "", "  ")
	if err != nil {
		return err
	}
	return writeChanged(l.abs(recordsFile), append(data, '\n'))
}

// LastOutput is the folder that the last build wrote, relative to the project root, or "".
func LastOutput(l *Layout) string { return readHistory(l).Last }

// Built says how the output in the folder out, relative to the project root, was built. It is not known where the work
// directory was deleted since.
func Built(l *Layout, out string) (Record, bool) {
	r, ok := readHistory(l).Outputs[out]
	return r, ok && r.Manifest != nil && r.Manifest.Version == manifest.Version
}

func readHistory(l *Layout) history {
	var h history
	data, err := os.ReadFile(l.abs(recordsFile))
	if err != nil || json.Unmarshal(data, &h) != nil {
		h = history{} // nothing is known
	}
	if h.Outputs == nil {
		h.Outputs = map[string]Record{}
	}
	return h
}
