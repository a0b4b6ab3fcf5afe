package notes

import (
	"errors"
	"strings"
	"testing"
)

func TestAdd(t *testing.T) {
	s := &Store{}
	for _, tt := range []struct {
		text string
		want error
	}{
		{"first", nil},
		{"  second  ", nil},
		{" ", ErrEmpty},
		{strings.Repeat("x", 281), ErrLong},
	} {
		if err := s.Add("ada", tt.text); !errors.Is(err, tt.want) {
			t.Errorf("Add(%q) = %v; want %v", tt.text, err, tt.want)
		}
	}
	if got := s.Latest(); len(got) != 2 || got[0].Text != "second" {
		t.Errorf("Latest() = %v; want second, first", got)
	}
}
