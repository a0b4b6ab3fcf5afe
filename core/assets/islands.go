package assets

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

//go:embed islands.js
var islandsLoader string

// IslandsLoader gives the script that starts islands of the browser, under an id. It depends on nothing.
func IslandsLoader(id string, o Options) ScriptModule {
	prefix, err := json.Marshal(o.PublicPath)
	if err != nil {
		panic(err) // a string always is JSON
	}
	return ScriptModule{ID: id, Path: "islands.js", Code: fmt.Sprintf("const ASSETS = %s;\n%s", prefix, islandsLoader)}
}
