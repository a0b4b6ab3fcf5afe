package config

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

const (
	prefixPattern = `^[Hh][Tt][Tt][Pp][Ss]?://[^/?#@\\\s]+(/[A-Za-z0-9._~-]+)*/?$`
	definePattern = `^[A-Za-z_$][A-Za-z0-9_$]*(\.[A-Za-z_$][A-Za-z0-9_$]*)*$`
)

// checkPrefix gives an address without a slash at its end.
func checkPrefix(s string) (string, *problem) {
	if !matches(prefixPattern, s) {
		return "", &problem{message: "must be an address such as https://cdn.example.com, not " + strconv.Quote(s)}
	}
	return strings.TrimSuffix(s, "/"), nil
}

// defineRule reads names and the values that stand for them in scripts.
type defineRule struct{}

var _ valued = defineRule{}

var defineName = regexp.MustCompile(definePattern)

func (defineRule) load(l *loader, path string, n *yaml.Node) {
	if isNull(n) {
		return
	}
	l.mapping(path, n, func(name string, keyNode, value *yaml.Node) {
		at := path + "." + name
		var v any
		switch {
		case !defineName.MatchString(name):
			l.list.Error("SG4004", l.src.node(keyNode), at+" must be a name of JavaScript, or names with dots between", "")
			return
		case strings.HasPrefix(name, "import.meta.env"):
			l.list.Error("SG4004", l.src.node(keyNode), at+" is for variables of the environment", "name it under env")
			return
		case value.Kind != yaml.ScalarNode || value.Decode(&v) != nil:
			l.wrongType(at, value, "text, a number, true or false")
			return
		}
		if value.ShortTag() == "!!timestamp" {
			v = value.Value
		}
		data, err := json.Marshal(v)
		if err != nil {
			l.wrongType(at, value, "text, a number, true or false")
			return
		}
		if l.c.Build.Define == nil {
			l.c.Build.Define = map[string]string{}
		}
		l.c.Build.Define[name] = string(data)
	})
}

func (defineRule) schema() map[string]any {
	return map[string]any{
		"type":                 []string{"object", "null"},
		"propertyNames":        map[string]any{"pattern": definePattern},
		"additionalProperties": map[string]any{"type": []string{"string", "number", "boolean", "null"}},
	}
}

func (defineRule) value(c *Config) string {
	return strings.Join(slices.Sorted(maps.Keys(c.Build.Define)), ", ")
}
