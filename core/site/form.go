package site

import (
	"bytes"
	"io"
	"iter"
	"net/url"
	"strings"
)

// Form holds the fields of a posted form, in the order in which they came. A name may occur several times.
type Form struct {
	fields []formField
	files  []*File
}

type formField struct{ name, value string }

// File is an uploaded file.
type File struct {
	Field       string // name of the form field
	Name        string // as the visitor's computer called it, without folders; never a path to write to
	ContentType string // as the visitor's computer says
	Size        int64  // bytes

	data []byte
}

// Open gives the contents.
func (f *File) Open() io.ReadSeeker { return bytes.NewReader(f.data) }

// Bytes gives the contents, which must not be changed.
func (f *File) Bytes() []byte { return f.data }

// Get gives the first value of that name, or "".
func (f *Form) Get(name string) string {
	for i := range f.fields {
		if f.fields[i].name == name {
			return f.fields[i].value
		}
	}
	return ""
}

// All gives every value of that name.
func (f *Form) All(name string) []string {
	var out []string
	for i := range f.fields {
		if f.fields[i].name == name {
			out = append(out, f.fields[i].value)
		}
	}
	return out
}

// Has says whether there is a value of that name.
func (f *Form) Has(name string) bool {
	for i := range f.fields {
		if f.fields[i].name == name {
			return true
		}
	}
	return false
}

// Fields gives every name with its value.
func (f *Form) Fields() iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		for _, field := range f.fields {
			if !yield(field.name, field.value) {
				return
			}
		}
	}
}

// File gives the first file of that field, or nil.
func (f *Form) File(field string) *File {
	for _, file := range f.files {
		if file.Field == field {
			return file
		}
	}
	return nil
}

// Files gives every file of that field.
func (f *Form) Files(field string) []*File {
	var out []*File
	for _, file := range f.files {
		if file.Field == field {
			out = append(out, file)
		}
	}
	return out
}

const (
	maxFields    = 10_000   // fields and files of one form
	maxFormBytes = 32 << 20 // of a multipart form kept in memory when the site sets no limit of its own
)

var errTooManyFields = &RequestError{413, "the form has too many fields"}

// Form reads the body as a form: application/x-www-form-urlencoded or multipart/form-data. It may be called again.
// Files are kept in memory; a page that takes large ones reads them with Parts.
func (r *Request) Form() (*Form, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.body.form != nil {
		return r.body.form, nil
	}
	kind, params := mediaType(r.Header.Get("Content-Type"))
	var f *Form
	var err error
	switch kind {
	case "application/x-www-form-urlencoded":
		f, err = r.urlencoded()
	case "multipart/form-data":
		f, err = r.multipart(params["boundary"])
	default:
		return nil, &RequestError{415, "the body is no form"}
	}
	if err != nil {
		return nil, err
	}
	r.body.form, r.body.kept = f, true
	return f, nil
}

func (r *Request) urlencoded() (*Form, error) {
	data, err := r.bytes()
	if err != nil {
		return nil, err
	}
	f := new(Form)
	for pair := range strings.SplitSeq(string(data), "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(name)
		if err == nil {
			value, err = url.QueryUnescape(value)
		}
		if err != nil {
			return nil, &RequestError{400, "the form cannot be decoded"}
		}
		if len(f.fields) == maxFields {
			return nil, errTooManyFields
		}
		f.fields = append(f.fields, formField{strings.ToValidUTF8(name, "\uFFFD"), strings.ToValidUTF8(value, "\uFFFD")})
	}
	return f, nil
}

func (r *Request) multipart(boundary string) (*Form, error) {
	f := new(Form)
	total := int64(0)
	for part, err := range r.parts(boundary) {
		if err != nil {
			return nil, err
		}
		if len(f.fields)+len(f.files) == maxFields {
			return nil, errTooManyFields
		}
		var in io.Reader = part
		if r.body.limit <= 0 {
			in = io.LimitReader(part, maxFormBytes-total+1)
		}
		data, err := io.ReadAll(in)
		if err != nil {
			return nil, err
		}
		if total += int64(len(data) + len(part.Field) + len(part.FileName) + len(part.ContentType)); r.body.limit <= 0 && total > maxFormBytes {
			return nil, tooLarge(maxFormBytes)
		}
		if !part.IsFile {
			f.fields = append(f.fields, formField{part.Field, strings.ToValidUTF8(string(data), "\uFFFD")})
			continue
		}
		f.files = append(f.files, &File{part.Field, part.FileName, part.ContentType, int64(len(data)), data})
	}
	return f, nil
}

// mediaType takes a Content-Type apart: the type in lower case and its parameters. What is malformed is left out.
func mediaType(s string) (kind string, params map[string]string) {
	kind, rest, _ := strings.Cut(s, ";")
	return lowerASCII(strings.TrimSpace(kind)), headerParams(rest)
}

// headerParams reads `a=b; c="d"`. Names come in lower case; the first of a name counts.
func headerParams(s string) map[string]string {
	var params map[string]string
	for {
		s = strings.TrimLeft(s, " \t;")
		eq := strings.IndexAny(s, "=;")
		if eq < 0 {
			return params
		}
		if s[eq] == ';' {
			s = s[eq:]
			continue
		}
		name := lowerASCII(strings.TrimSpace(s[:eq]))
		value, rest := paramValue(strings.TrimLeft(s[eq+1:], " \t"))
		s = rest
		if _, ok := params[name]; ok || !isToken(name) {
			continue
		}
		if params == nil {
			params = map[string]string{}
		}
		params[name] = value
	}
}

// paramValue reads a token or a quoted string. In a quoted string only \" and \\ are escapes: browsers send the
// backslashes of Windows paths unescaped.
func paramValue(s string) (value, rest string) {
	if s == "" || s[0] != '"' {
		end := strings.IndexByte(s, ';')
		if end < 0 {
			end = len(s)
		}
		return strings.TrimSpace(s[:end]), s[end:]
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return b.String(), s[i+1:]
		case s[i] == '\\' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\'):
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String(), ""
}
