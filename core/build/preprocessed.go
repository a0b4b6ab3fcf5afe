package build

import (
	"crypto/sha256"
	"path"

	"sitegen.dev/core/assets"
)

// preprocessed is what Sass and Tailwind have made of sheets while the site is developed. They take longer than all else that
// an edit asks for.
type preprocessed map[preprocessedKey]string

type preprocessedKey struct {
	tool, program, file string
	sheet               [sha256.Size]byte
}

// forget drops what may read a file that has changed. Sass reads stylesheets alone, and Tailwind looks for the names of its
// classes in all that is text.
func (p preprocessed) forget(name string) {
	sheet := false
	switch path.Ext(name) {
	case ".scss", ".sass", ".css", "": // a folder may have held some
		sheet = true
	}
	switch path.Base(name) {
	case "package.json", "package-lock.json": // another version
		sheet = true
	}
	for key := range p {
		if sheet || key.tool == tailwind.name && (!assets.IsFile(name) || path.Ext(name) == ".svg") {
			delete(p, key)
		}
	}
}

// preprocessedSheet is the place of one sheet.
type preprocessedSheet struct {
	in  preprocessed
	key preprocessedKey
}

// made gives the place of what a program makes of a sheet.
func (m *memory) made(p preprocessor, program, file string, sheet []byte) preprocessedSheet {
	if m == nil {
		return preprocessedSheet{}
	}
	return preprocessedSheet{m.preprocessed, preprocessedKey{p.name, program, file, sha256.Sum256(sheet)}}
}

func (s preprocessedSheet) get() (css string, ok bool) {
	css, ok = s.in[s.key]
	return css, ok
}

func (s preprocessedSheet) put(css string) {
	if s.in != nil {
		s.in[s.key] = css
	}
}
