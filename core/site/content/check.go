package content

import (
	"fmt"
	"reflect"
	"slices"

	"sitegen.dev/core/site/content/store"
)

// Check holds every entry of the store against the types that the collections of this program declare, and every
// reference against the entries there are. It is called once in a build, before anything is rendered.
func Check(s *store.Store, report func(Problem)) {
	c := &checker{store: s, report: report}
	names := map[string]bool{}
	for _, d := range declarations() {
		if names[d.Name()] {
			report(Problem{Kind: BadDeclaration, Collection: d.Name(), Message: fmt.Sprintf("the collection %s is declared twice, with two types", d.Name()), Hint: "keep one of the two, and use it from both places"})
			continue
		}
		names[d.Name()] = true
		d.check(c)
	}
}

// Declared gives the names of the collections of this program, in order, and of each those it refers to.
func Declared() (names []string, refers map[string][]string) {
	refers = map[string][]string{}
	for _, d := range declarations() {
		if slices.Contains(names, d.Name()) {
			continue
		}
		names = append(names, d.Name())
		seen := map[reflect.Type]bool{}
		walkTypes(d.data(), seen)
		for t := range seen {
			if t.Kind() != reflect.Struct {
				continue
			}
			if ref, ok := reflect.New(t).Interface().(reference); ok {
				for _, to := range declarations() {
					if to.data() == ref.target() {
						refers[d.Name()] = append(refers[d.Name()], to.Name())
					}
				}
			}
		}
		slices.Sort(refers[d.Name()])
		refers[d.Name()] = slices.Compact(refers[d.Name()])
	}
	slices.Sort(names)
	return names, refers
}

// walkTypes collects the types that a type consists of.
func walkTypes(t reflect.Type, seen map[reflect.Type]bool) {
	if seen[t] {
		return
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		walkTypes(t.Elem(), seen)
	case reflect.Struct:
		for i := range t.NumField() {
			walkTypes(t.Field(i).Type, seen)
		}
	}
}

type checker struct {
	store  *store.Store
	report func(Problem)
}

func (c *Collection[T]) check(k *checker) {
	from := k.store.Collection(c.name)
	if from == nil {
		var known []string
		for _, other := range k.store.Collections() {
			known = append(known, other.Name)
		}
		k.report(Problem{Kind: BadDeclaration, Collection: c.name, Message: fmt.Sprintf("there is no collection %s", c.name), Name: c.name, Known: known,
			Hint: "create the folder src/content/" + c.name + ", or correct the name"})
		return
	}
	for i := range from.Len() {
		raw, err := from.Entry(i)
		if err != nil {
			k.report(Problem{Kind: BadDeclaration, Collection: c.name, Message: err.Error()})
			return
		}
		d := &decoder{}
		d.refs = func(ref reference, path string) { d.reference(k.store, ref, path) }
		var data T
		d.into(&data, raw.Data)
		for _, p := range d.problems {
			p.Collection, p.File, p.Slug = c.name, raw.File, raw.Slug
			k.report(p)
		}
	}
}

// reference checks that there is what a reference names.
func (d *decoder) reference(s *store.Store, ref reference, path string) {
	var name string
	for _, c := range declarations() {
		if c.data() != ref.target() {
			continue
		}
		if name != "" && name != c.Name() {
			d.fail(path, fmt.Sprintf("%s may refer to %s or to %s: both hold %s", path, name, c.Name(), ref.target()), "give the two collections types of their own")
			return
		}
		name = c.Name()
	}
	if name == "" {
		d.fail(path, fmt.Sprintf("%s refers to %s, which no collection holds", path, ref.target()), "declare it with content.New")
		return
	}
	to := s.Collection(name)
	if _, ok := to.Find(ref.slug()); ok {
		return
	}
	known := make([]string, 0, to.Len())
	for i := range to.Len() {
		e, err := to.Entry(i)
		if err != nil {
			break
		}
		known = append(known, e.Slug)
	}
	d.problems = append(d.problems, Problem{Kind: LostReference, Path: path, Message: fmt.Sprintf("%s refers to %q, which is not in the collection %s", path, ref.slug(), name), Name: ref.slug(), Known: known})
}
