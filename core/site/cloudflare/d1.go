package cloudflare

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"time"
)

// D1 is a database ("d1_databases" in wrangler.jsonc).
type D1 string

// Statement is SQL with the values for its question marks: nil, bool, integers, floats, strings, []byte, types made of
// these, and pointers to them. A bool is kept as 1 or 0.
type Statement struct {
	SQL  string
	Args []any
}

// D1Result says what a statement has done.
type D1Result struct {
	Changes   int64   `json:"changes"`      // rows that are other than before
	LastRowID int64   `json:"last_row_id"`  // of the row that was inserted last
	RowsRead  int64   `json:"rows_read"`    // what is paid for, as the next
	RowsWrote int64   `json:"rows_written"` // indexes count too
	Duration  float64 `json:"duration"`     // milliseconds
}

// Query reads rows into a pointer to a slice: of structs, whose fields are named as JSON names them, or of maps. A blob
// goes into a []byte, a number other than 0 into a bool as true, and NULL into a pointer as nil. D1 gives numbers as
// JavaScript has them: read an integer of more than 53 bits as text, CAST(id AS TEXT).
//
//	var users []struct{ ID int; Name string }
//	err := db.Query(ctx, &users, "SELECT id, name FROM users WHERE age > ?", 18)
func (d D1) Query(ctx context.Context, rows any, sql string, args ...any) error {
	_, err := d.run(ctx, []any{rows}, []Statement{{sql, args}})
	return err
}

// Exec runs a statement that gives no rows.
func (d D1) Exec(ctx context.Context, sql string, args ...any) (D1Result, error) {
	results, err := d.run(ctx, nil, []Statement{{sql, args}})
	if err != nil {
		return D1Result{}, err
	}
	return results[0], nil
}

// Batch runs statements one after the other, all of them or none.
func (d D1) Batch(ctx context.Context, statements ...Statement) ([]D1Result, error) {
	if len(statements) == 0 {
		return nil, nil
	}
	return d.run(ctx, nil, statements)
}

func (d D1) run(ctx context.Context, rows []any, statements []Statement) ([]D1Result, error) {
	type prepared struct {
		SQL  string `json:"sql"`
		Args []any  `json:"args"`
	}
	list := make([]prepared, len(statements))
	for i, s := range statements {
		list[i] = prepared{s.SQL, make([]any, len(s.Args))}
		for j, a := range s.Args {
			v, err := d1Value(a)
			if err != nil {
				return nil, &Error{"d1.run", string(d), fmt.Sprintf("value %d of %q: %v", j+1, s.SQL, err)}
			}
			list[i].Args[j] = v
		}
	}
	data, err := json.Marshal(list)
	if err != nil {
		return nil, err
	}
	var got []struct {
		Results json.RawMessage `json:"results"`
		Meta    D1Result        `json:"meta"`
	}
	bools := []string{string(d)}
	if len(rows) > 0 {
		bools = appendBools(bools, reflect.TypeOf(rows[0]))
	}
	if err := callJSON(ctx, &got, "d1.run", data, bools...); err != nil {
		return nil, err
	}
	if len(got) != len(statements) {
		return nil, &Error{"d1.run", string(d), "another number of results than of statements"}
	}
	out := make([]D1Result, len(got))
	for i, g := range got {
		out[i] = g.Meta
		if i < len(rows) && rows[i] != nil {
			if err := json.Unmarshal(g.Results, rows[i]); err != nil {
				return nil, fmt.Errorf("d1.run %s: %w", d, err)
			}
		}
	}
	return out, nil
}

// appendBools appends the columns that a type of rows has as a bool: in small letters, since encoding/json does not tell them
// from large ones either.
func appendBools(list []string, t reflect.Type) []string {
	for t != nil && (t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice) {
		t = t.Elem()
	}
	if t == nil || t.Kind() != reflect.Struct {
		return list
	}
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch kind := f.Type; {
		case f.Anonymous && name == "":
			list = appendBools(list, f.Type)
		case kind.Kind() == reflect.Bool || kind.Kind() == reflect.Pointer && kind.Elem().Kind() == reflect.Bool:
			if name == "" {
				name = f.Name
			}
			list = append(list, strings.ToLower(name))
		}
	}
	return list
}

// d1Value is a value as the worker takes it: a blob in base64, in a list of its own.
func d1Value(a any) (any, error) {
	switch v := reflect.ValueOf(a); v.Kind() {
	case reflect.Invalid: // nil
		return nil, nil
	case reflect.Pointer:
		if v.IsNil() {
			return nil, nil
		}
		return d1Value(v.Elem().Interface())
	case reflect.String:
		return v.String(), nil
	case reflect.Bool:
		if v.Bool() {
			return 1, nil
		}
		return 0, nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return exact(v.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		if v.Uint() > math.MaxInt64 {
			return nil, fmt.Errorf("%d is too large", v.Uint())
		}
		return exact(int64(v.Uint()))
	case reflect.Float32, reflect.Float64:
		f := v.Float()
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return nil, fmt.Errorf("%v is no value of SQL", f)
		}
		return f, nil
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			if v.IsNil() {
				return nil, nil
			}
			return []string{base64.StdEncoding.EncodeToString(v.Bytes())}, nil
		}
	}
	if _, ok := a.(time.Time); ok {
		return nil, errors.New("a time cannot be sent: use t.Unix() or t.Format(time.RFC3339)")
	}
	return nil, fmt.Errorf("a %T cannot be sent: use a string, a number, a bool, []byte or nil", a)
}

// exact refuses what JavaScript would round.
func exact(v int64) (any, error) {
	if v > 1<<53 || v < -1<<53 {
		return nil, fmt.Errorf("%d has more than 53 bits, which D1 rounds: send it as a string", v)
	}
	return v, nil
}
