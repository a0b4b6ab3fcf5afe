//go:build js && wasm

// Command wasm is the playground for the worker of a browser, which hands it JSON and gets JSON.
package main

import (
	"encoding/json"
	"syscall/js"

	"sitegen.dev/website/playground"
)

func main() {
	var compiler *playground.Compiler
	// sitegenStart takes the exports as a Uint8Array and gives what is wrong with them, or null.
	js.Global().Set("sitegenStart", js.FuncOf(func(_ js.Value, args []js.Value) any {
		exports := make([]byte, args[0].Get("length").Int())
		js.CopyBytesToGo(exports, args[0])
		c, err := playground.New(exports)
		if err != nil {
			return err.Error()
		}
		compiler = c
		return nil
	}))
	// sitegenRun takes a list of playground.File and the name of the page, and gives a playground.Result, all as JSON.
	js.Global().Set("sitegenRun", js.FuncOf(func(_ js.Value, args []js.Value) any {
		var files []playground.File
		if err := json.Unmarshal([]byte(args[0].String()), &files); err != nil {
			panic(err)
		}
		out, err := json.Marshal(compiler.Run(files, args[1].String()))
		if err != nil {
			panic(err)
		}
		return string(out)
	}))
	select {}
}
