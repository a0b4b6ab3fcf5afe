package site

import (
	"sync"
	"sync/atomic"
)

// Texts are the literal parts of a component's template in the development server, which can be replaced while the
// program runs. A site that was built has them as constants and links nothing of this.
type Texts struct {
	list atomic.Pointer[[]string]
}

// textTables holds the Texts of all components of the program, by the path of the component.
var textTables sync.Map

// NewTexts gives the Texts of a component. Generated code calls it.
func NewTexts(component string) *Texts {
	t, _ := textTables.LoadOrStore(component, &Texts{})
	return t.(*Texts)
}

// Load gives the texts as they are now; a render keeps what it got, so that it never shows a mixture.
func (t *Texts) Load() []string {
	if p := t.list.Load(); p != nil {
		return *p
	}
	return nil
}

// SetTexts replaces the texts of a component. The list must be as long as the component's code expects.
func SetTexts(component string, list []string) { NewTexts(component).list.Store(&list) }
