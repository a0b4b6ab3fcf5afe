package main

import (
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"

	"github.com/rogpeppe/go-internal/testscript"
)

// picture is a command of the scripts: picture NAME WIDTHxHEIGHT writes a JPEG or PNG.
func picture(ts *testscript.TestScript, neg bool, args []string) {
	var w, h int
	if neg || len(args) != 2 {
		ts.Fatalf("usage: picture NAME WIDTHxHEIGHT")
	}
	if _, err := fmt.Sscanf(args[1], "%dx%d", &w, &h); err != nil {
		ts.Fatalf("%s is no size", args[1])
	}
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetNRGBA(x, y, color.NRGBA{uint8(x), uint8(y), uint8(x / 2), 255})
		}
	}
	name := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(filepath.Dir(name), 0o777))
	f, err := os.Create(name)
	ts.Check(err)
	if filepath.Ext(name) == ".png" {
		err = png.Encode(f, m)
	} else {
		err = jpeg.Encode(f, m, nil)
	}
	ts.Check(err)
	ts.Check(f.Close())
}
