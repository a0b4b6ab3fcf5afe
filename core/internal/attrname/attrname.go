// Package attrname says how the field of a struct is written where people write attributes and keys.
package attrname

import "unicode"

// Of is the way an author would write a field: ImageURL becomes imageURL, Title title.
func Of(field string) string {
	r := []rune(field)
	for i := range r {
		if i > 0 && i+1 < len(r) && unicode.IsLower(r[i+1]) || !unicode.IsUpper(r[i]) {
			break
		}
		r[i] = unicode.ToLower(r[i])
	}
	return string(r)
}
