package content

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/BurntSushi/toml"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/site/content/store"
)

// FuzzJSONFile holds a file of JSON in a collection against encoding/json: both take it or neither does, and what is stored is what stands
// there.
func FuzzJSONFile(f *testing.F) {
	for _, s := range []string{`{"a":1,"b":[true,null,"x\u00e9\ud83c\udf43"],"c":{"d":-0.5e3}}`, "{\t\"a\"\t:\t\"\\u2028\"\n}", `[1]`, `{"a":1}x`, `{"a":01}`, `{"a":"\ud800"}`, `{"":{}}`, `{"n":12345678901234567890123}`, "\xef\xbb\xbf{}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		var want map[string]any
		d := json.NewDecoder(strings.NewReader(src))
		d.UseNumber()
		err := d.Decode(&want)
		if _, more := d.Token(); err == nil && more != io.EOF {
			err = errors.New("something follows")
		}
		e, diags := ReadEntry("a.json", []byte(src), MarkdownOptions{})
		lines := strings.Split(src, "\n")
		for _, x := range diags {
			if x.Line < 1 || x.Line > len(lines) || x.Col < 1 || x.Col > len(lines[x.Line-1])+1 {
				t.Fatalf("%q: no such place: %+v", src, x)
			}
		}
		if e == nil {
			if err == nil && want != nil && slices.ContainsFunc(diags, func(x diag.Diagnostic) bool { return x.Code == "SG5067" }) && utf8.ValidString(src) && strings.Count(src, "[")+strings.Count(src, "{") < 100 {
				t.Fatalf("%q is JSON: %v", src, diags)
			}
			return
		}
		if err != nil && strings.TrimSpace(src) != "" && utf8.ValidString(src) && !strings.HasPrefix(src, "\xef\xbb\xbf") {
			t.Fatalf("%q is taken, and is no JSON: %v", src, err)
		}
		if err == nil && want != nil {
			checkStored(t, src, string(e.Data), want)
		}
	})
}

// FuzzTOMLFile holds front matter in TOML against the library that reads it: what is stored is what it says.
func FuzzTOMLFile(f *testing.F) {
	for _, s := range []string{"a = 1\n[b]\nc = [1, {d = 2}]\n[[e]]\nf = 'x'\n[[e]]\n", "a.b.\"c d\" = 0x1F\nx = 1e3\ny = inf\n", "d = 1979-05-27T07:32:00Z\nt = 07:32:00\n", "m = \"\"\"\n a\\\n  b\"\"\"\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		if strings.Contains(src, "+++") || strings.HasSuffix(src, "\r") || !utf8.ValidString(src) {
			return
		}
		var want map[string]any
		_, err := toml.Decode(src, &want)
		e, _ := ReadEntry("a.md", []byte("+++\n"+src+"\n+++\n"), MarkdownOptions{})
		if e != nil && err != nil {
			t.Fatalf("%q is taken, and is no TOML: %v", src, err)
		}
		if e != nil {
			checkStored(t, src, string(e.Data), want)
		}
	})
}

// checkStored compares what is stored for a file with what another reader makes of it.
func checkStored(t *testing.T, src, data string, want map[string]any) {
	t.Helper()
	stored, rest, ok := readStored(t, data)
	if !ok {
		return // a key that is there twice
	}
	if rest != "" {
		t.Fatalf("%q: %q is left of what was stored", src, rest)
	}
	if problem := differs(stored, reflect.ValueOf(want)); problem != "" {
		t.Fatalf("%q: %s", src, problem)
	}
}

// readStored gives a value of the store: a store.Node, a []any or a map[string]any.
func readStored(t *testing.T, s string) (v any, rest string, ok bool) {
	t.Helper()
	n, rest, err := store.Next(s)
	if err != nil {
		t.Fatal(err)
	}
	switch n.Kind {
	case store.List:
		list := []any{}
		for range n.N {
			if v, rest, ok = readStored(t, rest); !ok {
				return nil, "", false
			}
			list = append(list, v)
		}
		return list, rest, true
	case store.Map:
		pairs := map[string]any{}
		for range n.N {
			var key string
			if key, rest, err = store.Text(rest); err != nil {
				t.Fatal(err)
			}
			if v, rest, ok = readStored(t, rest); !ok {
				return nil, "", false
			}
			if _, twice := pairs[key]; twice {
				return nil, "", false
			}
			pairs[key] = v
		}
		return pairs, rest, true
	}
	return n, rest, true
}

// differs says where a stored value is not the one that is wanted.
func differs(got any, want reflect.Value) string {
	for want.Kind() == reflect.Interface && !want.IsNil() {
		want = want.Elem()
	}
	switch g := got.(type) {
	case []any:
		if want.Kind() != reflect.Slice || want.Len() != len(g) {
			return fmt.Sprintf("%v is stored for %v", g, want)
		}
		for i := range g {
			if p := differs(g[i], want.Index(i)); p != "" {
				return p
			}
		}
		return ""
	case map[string]any:
		if want.Kind() != reflect.Map || want.Len() != len(g) {
			return fmt.Sprintf("%v is stored for %v", g, want)
		}
		for key, v := range g {
			w := want.MapIndex(reflect.ValueOf(key))
			if !w.IsValid() {
				return fmt.Sprintf("the key %q is stored, and is not there", key)
			}
			if p := differs(v, w); p != "" {
				return key + ": " + p
			}
		}
		return ""
	}
	n := got.(store.Node)
	if !want.IsValid() || want.Kind() == reflect.Interface {
		if n.Kind != store.Null {
			return fmt.Sprintf("%+v is stored for null", n)
		}
		return ""
	}
	same := false
	switch w := want.Interface().(type) {
	case json.Number:
		a, errA := strconv.ParseFloat(n.Norm, 64)
		b, errB := strconv.ParseFloat(w.String(), 64)
		same = n.Text == w.String() && (a == b || errA != nil && errB != nil)
	case string:
		same = n.Kind == store.String && n.Text == w
	case bool:
		same = n.Kind == store.Bool && n.Norm == strconv.FormatBool(w)
	case int64:
		same = n.Kind == store.Int && n.Norm == strconv.FormatInt(w, 10)
	case float64:
		a, err := strconv.ParseFloat(n.Norm, 64)
		same = n.Kind == store.Float && err == nil && a == w || math.IsInf(w, 0) || math.IsNaN(w)
	case time.Time:
		got, err := time.Parse(time.RFC3339Nano, n.Norm)
		same = w.Location() != time.UTC && w.Location().String() != "" || err == nil && got.Equal(w) // local dates and times have forms of their own
	}
	if !same {
		return fmt.Sprintf("%+v is stored for %v", n, want)
	}
	return ""
}
