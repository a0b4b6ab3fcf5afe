package site_test

import (
	"errors"
	"testing"

	"sitegen.dev/core/site"
)

func TestIsNil(t *testing.T) {
	var err error
	var node site.Node
	var fill func(int) site.Node
	for _, v := range []any{nil, err, node, fill, (*int)(nil), site.Fills(nil), []int(nil)} {
		if !site.IsNil(v) {
			t.Errorf("%T is not nil", v)
		}
	}
	node = func(*site.Writer) error { return nil }
	for _, v := range []any{errors.New("x"), node, 0, "", []int{}, struct{}{}} {
		if site.IsNil(v) {
			t.Errorf("%T %v is nil", v, v)
		}
	}
}
