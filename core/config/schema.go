package config

import (
	"bytes"
	"encoding/json"
)

// Schema is the JSON Schema (2020-12) of site.yaml, for editors. It cannot say what depends on two keys at once.
func Schema() []byte {
	s := object{siteKeys}.schema()
	s["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	s["title"] = "site.yaml"
	s["description"] = "Configuration of a sitegen site"
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(s); err != nil {
		panic("config: the schema is not JSON: " + err.Error())
	}
	return b.Bytes()
}
