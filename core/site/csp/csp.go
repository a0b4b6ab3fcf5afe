// Package csp makes the sources of a Content-Security-Policy that allow a script or style by its text
// (https://www.w3.org/TR/CSP3/#framework-directive-source-list). Only sites with such a policy link it.
package csp

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"strings"
)

// SHA256 gives the source for the text of an element, "'sha256-…'".
func SHA256(text string) string {
	sum := sha256.Sum256(normal(text))
	return source("sha256", sum[:])
}

// SHA384 gives the source for the text of an element, "'sha384-…'".
func SHA384(text string) string {
	sum := sha512.Sum384(normal(text))
	return source("sha384", sum[:])
}

// SHA512 gives the source for the text of an element, "'sha512-…'".
func SHA512(text string) string {
	sum := sha512.Sum512(normal(text))
	return source("sha512", sum[:])
}

func source(name string, sum []byte) string {
	return "'" + name + "-" + base64.StdEncoding.EncodeToString(sum) + "'"
}

// normal gives the text as a browser has it after reading the page: a line ends in one character, whatever the file says.
func normal(text string) []byte {
	return []byte(strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n"))
}
