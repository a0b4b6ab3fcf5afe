// Package notes keeps short notes in memory. It is the place for a database: pages know only Add and Latest.
package notes

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"time"
)

// maxText is how long a note may be, in bytes, and keep how many notes are kept.
const (
	maxText = 280
	keep    = 100
)

// What can be wrong with a note.
var (
	ErrEmpty = errors.New("Please write something.")
	ErrLong  = errors.New("Please keep it below 280 letters.")
)

// Note is one note.
type Note struct {
	Author string    `json:"author"`
	Text   string    `json:"text"`
	At     time.Time `json:"at"`
}

// Store is safe for use by several goroutines.
type Store struct {
	mu    sync.RWMutex
	notes []Note
}

// Default is the store of the running server.
var Default = &Store{}

// Add keeps a note. Its error is meant for the visitor.
func (s *Store) Add(author, text string) error {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return ErrEmpty
	case len(text) > maxText:
		return ErrLong
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.notes = append(s.notes, Note{Author: author, Text: text, At: time.Now().UTC()})
	if len(s.notes) > keep {
		s.notes = slices.Delete(s.notes, 0, len(s.notes)-keep)
	}
	return nil
}

// Latest gives the notes, the newest first.
func (s *Store) Latest() []Note {
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := slices.Clone(s.notes)
	slices.Reverse(out)
	return out
}
