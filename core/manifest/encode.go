package manifest

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

//go:embed schema.json
var schema []byte

// Schema is the JSON Schema (2020-12) of the manifest in the version that this package writes.
func Schema() []byte { return slices.Clone(schema) }

// Encode gives the manifest as indented JSON that ends with a line break. The same manifest gives the same bytes:
// lists whose order means nothing are sorted, the routes keep theirs. The manifest itself is left as it is.
func Encode(m *Manifest) ([]byte, error) {
	c := canonical(m)
	if err := c.Validate(); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(c); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Decode reads a manifest. A version that this package does not know, an unknown field, anything behind the object and
// a value that the schema does not allow are errors.
func Decode(data []byte) (*Manifest, error) {
	var v struct {
		Version *int `json:"version"`
	}
	if err := json.Unmarshal(data, &v); err != nil {
		return nil, fmt.Errorf("route manifest: %w", err)
	}
	if v.Version == nil {
		return nil, errors.New("route manifest: no version")
	}
	if *v.Version != Version {
		return nil, fmt.Errorf("route manifest: version %d, but this program reads version %d", *v.Version, Version)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	m := &Manifest{}
	if err := dec.Decode(m); err != nil {
		return nil, fmt.Errorf("route manifest: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errors.New("route manifest: more than one JSON value")
	}
	if err := m.Validate(); err != nil {
		return nil, err
	}
	return m, nil
}

// canonical copies m with a version, with empty lists for the required ones that are nil, and with sorted sets.
func canonical(m *Manifest) *Manifest {
	c := *m
	if c.Version == 0 {
		c.Version = Version
	}
	c.Features = sortedFeatures(c.Features)
	c.Routes = make([]Route, len(m.Routes))
	for i, r := range m.Routes {
		if r.Segments == nil {
			r.Segments = [][]Part{}
		}
		r.Methods = slices.Compact(slices.Sorted(slices.Values(r.Methods)))
		r.Features = sortedFeatures(r.Features)
		c.Routes[i] = r
	}
	c.Headers = slices.Clone(m.Headers)
	for i := range c.Headers {
		if c.Headers[i].Set == nil {
			c.Headers[i].Set = []Header{}
		}
	}
	return &c
}

func sortedFeatures(features []Feature) []Feature {
	features = slices.SortedFunc(slices.Values(features), func(a, b Feature) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
	})
	return slices.Compact(features)
}
