package build

import (
	"errors"
	"go/ast"
	"go/constant"
	"go/types"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"sitegen.dev/core/diag"
	runtime "sitegen.dev/core/site"
	"sitegen.dev/core/site/form"
)

// formsPath is the package whose calls are looked at.
const formsPath = runtimePath + "/form"

// forms finds structs that package form takes for no form, and names that are none of their fields.
func (t typedComponent) forms() []diag.Diagnostic {
	var ds []diag.Diagnostic
	told := map[string]bool{}
	ast.Inspect(t.file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		if data := t.formOf(call); data != nil {
			if d, ok := t.wrongForm(call, data); ok && !told[d.Error()] {
				told[d.Error()] = true
				ds = append(ds, d)
			}
			return true
		}
		if d, ok := t.wrongField(call); ok {
			ds = append(ds, d)
		}
		return true
	})
	return ds
}

// formOf gives the struct of a call of form.Read or form.Query, or nil.
func (t typedComponent) formOf(call *ast.CallExpr) types.Type {
	fun := ast.Unparen(call.Fun)
	if x, ok := fun.(*ast.IndexExpr); ok { // form.Read[T]
		fun = x.X
	}
	sel, ok := fun.(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	f, ok := t.info.Uses[sel.Sel].(*types.Func)
	if !ok || f.Pkg() == nil || f.Pkg().Path() != formsPath || f.Signature().Recv() != nil || f.Name() != "Read" && f.Name() != "Query" {
		return nil
	}
	results, ok := t.info.Types[call].Type.(*types.Tuple)
	if !ok || results.Len() == 0 {
		return nil
	}
	return formData(results.At(0).Type())
}

// formData gives the struct of a *form.Form, or nil for other types.
func formData(t types.Type) types.Type {
	ptr, ok := types.Unalias(t).(*types.Pointer)
	if !ok {
		return nil
	}
	named, ok := types.Unalias(ptr.Elem()).(*types.Named)
	if !ok || named.Obj().Pkg() == nil || named.Obj().Pkg().Path() != formsPath || named.Obj().Name() != "Form" || named.TypeArgs().Len() != 1 {
		return nil
	}
	data := named.TypeArgs().At(0)
	if _, ok := types.Unalias(data).(*types.TypeParam); ok {
		return nil // of a function for forms of all kinds
	}
	return data
}

// wrongForm says why a struct is no form: at its field, if that stands in the component, or else at the call.
func (t typedComponent) wrongForm(call *ast.CallExpr, data types.Type) (d diag.Diagnostic, wrong bool) {
	r := reflector{pkg: t.pkg}
	_, err := form.Names(r.of(data, 0))
	var e *form.StructError
	if !errors.As(err, &e) {
		return d, false
	}
	field := r.fields[e.Type][e.Field]
	d = diag.Diagnostic{Severity: diag.Error, Code: "SG2063", Message: "the field " + e.Field + " of the form " + e.Problem}
	switch {
	case e.Field == "":
		d.Message = "a form is read into a struct, and " + types.TypeString(data, r.qualifier) + " is none"
	case field != nil && strings.HasPrefix(e.Problem, "has the type "): // of those that stand for the author's
		_, why, _ := strings.Cut(e.Problem, ", ")
		d.Message = "the field " + e.Field + " of the form has the type " + types.TypeString(field.Type(), r.qualifier) + ", " + why
		d.Hint = "fields are texts, bools, numbers, time.Time, *site.File, types with UnmarshalText, and slices of these; `form:\"-\"` leaves one out"
	}
	if field != nil {
		name := ast.NewIdent(field.Name())
		name.NamePos = field.Pos()
		if at, ok := t.span(name); ok {
			d.Range = at
			return d, true
		}
	}
	at, ok := t.span(call)
	d.Range = at
	return d, ok
}

// formMethods are those that take the name of a field first.
var formMethods = []string{"Choice", "Error", "Fail", "Has", "Input", "Message", "Option", "Select", "Textarea", "Value"}

// wrongField says that a method of a form is given a name that no field has.
func (t typedComponent) wrongField(call *ast.CallExpr) (d diag.Diagnostic, wrong bool) {
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok || len(call.Args) == 0 || !slices.Contains(formMethods, sel.Sel.Name) {
		return d, false
	}
	data := formData(t.info.Types[sel.X].Type)
	value := t.info.Types[call.Args[0]].Value
	if data == nil || value == nil || value.Kind() != constant.String {
		return d, false
	}
	name := constant.StringVal(value)
	if name == "" && slices.Contains([]string{"Error", "Fail", "Message"}, sel.Sel.Name) {
		return d, false // of the form as a whole
	}
	names, err := form.Names((&reflector{pkg: t.pkg}).of(data, 0))
	if err != nil || slices.Contains(names, name) {
		return d, false
	}
	d = diag.Diagnostic{Severity: diag.Error, Code: "SG2064", Message: "the form has no field " + strconv.Quote(name)}
	if near := diag.Suggest(name, names); near != "" {
		d.Hint = "did you mean " + strconv.Quote(near) + "?"
	} else if len(names) > 0 {
		d.Hint = "its fields are " + strings.Join(names, ", ")
	}
	d.Range, ok = t.span(call.Args[0])
	return d, ok
}

// reflector makes types as package reflect has them of those of go/types, as far as package form can tell them apart.
type reflector struct {
	pkg    *types.Package
	fields map[reflect.Type]map[string]*types.Var // of structs, by name
	open   bool                                   // a type parameter was among the types
}

// texter stands for types with UnmarshalText, and unlike for those that are no field of a form.
type (
	texter string
	unlike struct{ _ func() }
)

func (*texter) UnmarshalText([]byte) error { return nil }

// maxDepth is how deep types of fields are followed: a form has none deeper than a slice of pointers, and `type tree []tree` has no end.
const maxDepth = 4

func (r *reflector) of(t types.Type, depth int) reflect.Type {
	t = types.Unalias(t)
	if _, ok := t.(*types.TypeParam); ok {
		r.open = true
		return reflect.TypeFor[texter]() // whatever that will be
	}
	if named, ok := t.(*types.Named); ok && named.Obj().Pkg() != nil {
		switch named.Obj().Pkg().Path() + "." + named.Obj().Name() {
		case "time.Time":
			return reflect.TypeFor[time.Time]()
		case runtimePath + ".File":
			return reflect.TypeFor[runtime.File]()
		}
	}
	if unmarshalsText(t) {
		return reflect.TypeFor[texter]()
	}
	u := t.Underlying()
	if depth == maxDepth {
		u = nil
	}
	switch u := u.(type) {
	case *types.Basic:
		if like := basics[u.Kind()]; like != nil {
			return like
		}
	case *types.Pointer:
		return reflect.PointerTo(r.of(u.Elem(), depth+1))
	case *types.Slice:
		return reflect.SliceOf(r.of(u.Elem(), depth+1))
	case *types.Struct:
		if depth == 0 {
			return r.structOf(u)
		}
	}
	return reflect.TypeFor[unlike]()
}

func (r *reflector) qualifier(p *types.Package) string {
	if p == r.pkg {
		return ""
	}
	return p.Name()
}

// structOf makes a struct of the exported fields, and of what is embedded.
func (r *reflector) structOf(s *types.Struct) reflect.Type {
	var fields []reflect.StructField
	byName := map[string]*types.Var{}
	for i := range s.NumFields() {
		v := s.Field(i)
		f := reflect.StructField{Name: v.Name(), Tag: reflect.StructTag(s.Tag(i))}
		name, _, _ := strings.Cut(f.Tag.Get("form"), ",")
		if name == "-" {
			continue
		}
		inner, isStruct := v.Type().Underlying().(*types.Struct)
		switch {
		case v.Embedded() && isStruct && types.TypeString(v.Type(), nil) != "time.Time" && name == "":
			f.Anonymous, f.Name, f.Type = true, "X_"+strconv.Itoa(i), r.structOf(inner)
			for slices.ContainsFunc(slices.Collect(s.Fields()), func(v *types.Var) bool { return v.Name() == f.Name }) {
				f.Name += "_"
			}
		case v.Exported():
			r.open = false
			if f.Type = r.of(v.Type(), 1); r.open { // nobody knows which limits it may have
				f.Tag = reflect.StructTag("form:" + strconv.Quote(f.Tag.Get("form")))
			}
			byName[f.Name] = v
		default:
			continue
		}
		fields = append(fields, f)
	}
	t := reflect.StructOf(fields)
	if r.fields == nil {
		r.fields = map[reflect.Type]map[string]*types.Var{}
	}
	r.fields[t] = byName
	return t
}

var basics = map[types.BasicKind]reflect.Type{
	types.Bool: reflect.TypeFor[bool](), types.String: reflect.TypeFor[string](),
	types.Int: reflect.TypeFor[int](), types.Int8: reflect.TypeFor[int8](), types.Int16: reflect.TypeFor[int16](), types.Int32: reflect.TypeFor[int32](), types.Int64: reflect.TypeFor[int64](),
	types.Uint: reflect.TypeFor[uint](), types.Uint8: reflect.TypeFor[uint8](), types.Uint16: reflect.TypeFor[uint16](), types.Uint32: reflect.TypeFor[uint32](), types.Uint64: reflect.TypeFor[uint64](),
	types.Float32: reflect.TypeFor[float32](), types.Float64: reflect.TypeFor[float64](),
}

// unmarshalsText says whether pointers to a type have UnmarshalText, as package encoding has it.
func unmarshalsText(t types.Type) bool {
	if _, ok := t.Underlying().(*types.Pointer); ok {
		return false
	}
	sel := types.NewMethodSet(types.NewPointer(t)).Lookup(nil, "UnmarshalText")
	if sel == nil {
		return false
	}
	sig, ok := sel.Type().(*types.Signature)
	if !ok || sig.Params().Len() != 1 || sig.Results().Len() != 1 {
		return false
	}
	bytes, ok := sig.Params().At(0).Type().Underlying().(*types.Slice)
	return ok && isByte(bytes.Elem()) && types.TypeString(sig.Results().At(0).Type(), nil) == "error"
}
