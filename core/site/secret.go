package site

import (
	"errors"
	"fmt"
)

// Secret is a value that must not be seen: a password, a key. It prints as "[secret]" whatever prints it, and cannot be
// written into a page, as JSON or as text; Reveal gives the value to the one call that needs it.
type Secret struct {
	reveal func() string // a function, so that nothing that looks into structs finds the text
}

// NewSecret makes a Secret of a text.
func NewSecret(value string) Secret { return Secret{func() string { return value }} }

// Reveal gives the value, to be handed to what needs it and to nothing else. It is empty where the secret is not set.
func (s Secret) Reveal() string {
	if s.reveal == nil {
		return ""
	}
	return s.reveal()
}

// IsSet says whether there is a value.
func (s Secret) IsSet() bool { return s.reveal != nil && s.reveal() != "" }

// Format prints "[secret]" for every verb.
func (Secret) Format(f fmt.State, _ rune) { f.Write([]byte("[secret]")) }

var errSecret = errors.New("a secret cannot be written; Reveal gives its value to the code that needs it")

// MarshalJSON fails: a secret is no part of data.
func (Secret) MarshalJSON() ([]byte, error) { return nil, errSecret }

// MarshalText fails: a secret is no part of a page.
func (Secret) MarshalText() ([]byte, error) { return nil, errSecret }
