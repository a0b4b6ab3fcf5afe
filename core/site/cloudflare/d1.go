package cloudflare

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
)

// D1 is a database ("d1_databases" in wrangler.jsonc).
type D1 string

// Statement is SQL with the values for its question marks: nil, bool, integers, floats, strings and []byte.
type Statement struct {
	SQL  string
	Args []any
}

// D1Result says what a statement has done.
type D1Result struct {
	Changes   int64   `json:"changes"`
	LastRowID int64   `json:"last_row_id"`
	RowsRead  int64   `json:"rows_read"`
	RowsWrote int64   `json:"rows_written"`
	Duration  float64 `json:"duration"` // milliseconds
}

// Query reads rows into a pointer to a slice: of structs, whose fields are named as JSON names them, or of maps. A blob
// goes into a []byte.
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
	if err := callJSON(ctx, &got, "d1.run", data, string(d)); err != nil {
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

// d1Value is a value as the worker takes it: a blob in base64, in a list of its own.
func d1Value(v any) (any, error) {
	switch v := v.(type) {
	case nil, string, float32:
		return v, nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("%v is no value of SQL", v)
		}
		return v, nil
	case int, int8, int16, int32, uint8, uint16, uint32:
		return v, nil
	case int64:
		return exact(v)
	case uint64:
		if v > math.MaxInt64 {
			return nil, fmt.Errorf("%d is too large", v)
		}
		return exact(int64(v))
	case uint:
		return d1Value(uint64(v))
	case bool:
		if v {
			return 1, nil
		}
		return 0, nil
	case []byte:
		return []string{base64.StdEncoding.EncodeToString(v)}, nil
	}
	return nil, fmt.Errorf("a %T cannot be sent: use a string, a number, a bool, []byte or nil", v)
}

// exact refuses what JavaScript would round.
func exact(v int64) (any, error) {
	if v > 1<<53 || v < -1<<53 {
		return nil, fmt.Errorf("%d has more than 53 bits, which D1 rounds: send it as a string", v)
	}
	return v, nil
}
