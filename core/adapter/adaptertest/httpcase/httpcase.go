// Package httpcase reads HTTP test cases from text and runs them against a server. A case says byte for byte what is sent
// over a connection and what the answer must look like; README.md of the folder above describes the format.
//
// Requests are written to a plain socket and answers are read by a small strict reader of our own. No HTTP client takes
// part: one would clean the very paths, headers and framing that the cases are about.
//
// It knows nothing of sites and adapters and imports nothing of ours.
package httpcase

import (
	"fmt"
	"regexp"
	"time"
)

// File is one parsed file of cases.
type File struct {
	Name  string // without folder and extension: the group of its cases
	Cases []*Case
}

// Case is a conversation with the server and what it must be like.
type Case struct {
	ID       string // "cookies/set-path": the file, the name, for rows of a table the name of the row
	Priority string // "P0", "P1" or "P2"
	Star     bool   // asks for more than the generator that the list of behaviours was taken from does
	Source   string // "behaviour 6" or "security C2"
	Variants []string
	Line     int // in the file

	exchanges []*exchange
}

// At names the place of the case.
func (c *Case) At(file string) string { return fmt.Sprintf("%s:%d", file, c.Line) }

// exchange is one request, or several pieces of one, and the answer to it.
type exchange struct {
	line   int
	fresh  bool // over a new connection
	method string
	sends  []send
	expect []expectation
	hangup *hangup
	leave  bool // the answer is never read
}

// send is something to write: a text with placeholders, written several times, or a pause, or the end of the writing
// side.
type send struct {
	text   string
	times  int
	body   bool // counts for {length}
	pause  time.Duration
	finish bool
}

// hangup closes the connection, once the text was seen in the answer.
type hangup struct{ after string }

// expectation is one line that says what an answer must be like.
type expectation struct {
	line  int
	kind  kind
	name  string // of a header
	op    op
	text  string
	text2 string
	re    *regexp.Regexp
	n     int
	codes []int // of kind status; 0 is no answer
	limit time.Duration
}

type kind int

const (
	kindStatus kind = iota
	kindHeader
	kindCookie
	kindNoCookies
	kindBody
	kindClosed
	kindBroken
	kindHead   // the head came before limit
	kindWithin // everything came before limit
	kindAfter  // the end came after limit
	kindGap    // text2 came at least limit after text
	kindInformational
)

type op int

const (
	opIs op = iota
	opHas
	opLacks
	opMatches
	opAbsent
	opPresent
	opLength
	opHash
	opEmpty
)
