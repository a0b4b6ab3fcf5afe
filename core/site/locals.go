package site

import "context"

// Locals carries values from the middleware to pages and endpoints of the same request. Each request begins with an
// empty one; it is kept over rewrites and error pages. Values are read and written through keys.
type Locals struct{ values []local }

type local struct{ key, value any }

// Key is a typed key of Locals. Make one per value in a package variable of your own and share that:
//
//	var User = site.NewKey[*auth.Account]()
//
//	User.Set(page.Locals, account) // in the middleware
//	user := User.Get(page.Locals)  // in a page
type Key[T any] struct {
	_ byte // so that two keys never share an address
}

// NewKey makes a key that is equal to no other.
func NewKey[T any]() *Key[T] { return new(Key[T]) }

// Get gives the value, or the zero T when it was not set.
func (k *Key[T]) Get(l *Locals) T {
	v, _ := k.Lookup(l)
	return v
}

// Lookup gives the value and whether it was set.
func (k *Key[T]) Lookup(l *Locals) (T, bool) {
	for i := range l.values {
		if l.values[i].key == any(k) {
			v, _ := l.values[i].value.(T) // a nil interface value has no dynamic type to assert
			return v, true
		}
	}
	var zero T
	return zero, false
}

// Has says whether the value was set.
func (k *Key[T]) Has(l *Locals) bool {
	_, ok := k.Lookup(l)
	return ok
}

// Set stores the value.
func (k *Key[T]) Set(l *Locals, v T) {
	for i := range l.values {
		if l.values[i].key == any(k) {
			l.values[i].value = v
			return
		}
	}
	l.values = append(l.values, local{k, v})
}

type localsKey struct{}

// WithContext gives a context that hands the value in from outside: a program that mounts the site in its own server
// passes it to Serve, and Locals begins with the value set.
func (k *Key[T]) WithContext(ctx context.Context, v T) context.Context {
	given, _ := ctx.Value(localsKey{}).(*Locals)
	next := new(Locals)
	if given != nil {
		next.values = append(next.values, given.values...)
	}
	k.Set(next, v)
	return context.WithValue(ctx, localsKey{}, next)
}
