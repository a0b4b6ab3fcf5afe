package form

// Problem is something wrong with a form.
type Problem struct {
	Field   string // by its name in the form; "" for the form as a whole
	Kind    Kind
	Limit   string // of the tag: "8" for TooLarge with max:"8"; "" for others
	Type    string // of the <input>: "number", "date"; "" for texts
	Message string // for the visitor

	field *field
}

// Kind tells problems apart.
type Kind string

// The kinds of problems.
const (
	Required  Kind = "required"  // nothing was typed or chosen
	WrongType Kind = "type"      // no number, date, address or whatever the field holds
	TooSmall  Kind = "min"       // below min
	TooLarge  Kind = "max"       // above max
	TooShort  Kind = "minlength" // shorter than minlength
	TooLong   Kind = "maxlength" // longer than maxlength
	NotListed Kind = "oneof"     // none of the values that there are
	Other     Kind = "other"     // what Fail was told
)

// english says it to a visitor who reads English.
func (p Problem) english() string {
	d := p.field
	switch p.Kind {
	case Required:
		switch {
		case d.kind == boolKind && !d.pointer && !d.many:
			return "Please tick this box."
		case d.kind == fileKind:
			return "Please choose a file."
		case d.many || d.oneof != nil || d.kind == boolKind:
			return "Please choose one."
		}
		return "Please fill this in."
	case WrongType:
		if text := wanted[p.Type]; text != "" && !(p.Type == "number" && d.kind != floatKind) {
			return text
		}
		if d.kind == intKind || d.kind == uintKind {
			return "Please enter a whole number."
		}
		return "Please enter a value of the right form."
	case TooSmall:
		if d.kind == timeKind {
			return "Please choose " + p.Limit + " or later."
		}
		return "Please enter " + p.Limit + " or more."
	case TooLarge:
		if d.kind == timeKind {
			return "Please choose " + p.Limit + " or earlier."
		}
		return "Please enter " + p.Limit + " or less."
	case TooShort:
		return "Please enter at least " + p.Limit + " characters."
	case TooLong:
		return "Please enter at most " + p.Limit + " characters."
	}
	return "Please choose one of the list."
}

// wanted says what a type of input asks for.
var wanted = map[string]string{
	"number": "Please enter a number.", "email": "Please enter an email address.", "url": "Please enter an address that begins with https://.",
	"date": "Please enter a date.", "datetime-local": "Please enter a date and a time.", "month": "Please enter a month.", "time": "Please enter a time.",
}
