package adapter

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegen.dev/core/diag"
)

type testOptions struct {
	Mode    string            `json:"mode" oneof:"fast slow"`
	Memory  int               `json:"memory" min:"128" max:"512"`
	Deep    testDeep          `json:"deep"`
	Maybe   *bool             `json:"maybe"`
	Names   []string          `json:"names"`
	Env     map[string]string `json:"env"`
	Forms   testForms         `json:"forms"`
	ignored int
}

type testDeep struct {
	On bool `json:"on"`
}

// testForms is true or a number.
type testForms struct{ n int }

func (f *testForms) DecodeOption(d *OptionDecoder, path string, raw json.RawMessage) {
	if string(raw) == "true" {
		f.n = -1
		return
	}
	d.Decode(path, raw, &f.n)
}

func TestDecodeOptions(t *testing.T) {
	places := map[string]diag.Range{}
	for i, key := range []string{"mode", "memory", "deep", "deep.on", "names", "names.1", "forms"} {
		places[key] = diag.Range{Pos: diag.Pos{File: "site.yaml", Line: i + 2, Col: 3}}
	}
	for _, tt := range []struct {
		options string
		want    string
	}{
		{``, ""},
		{`null`, ""},
		{`{"mode":"fast","memory":128,"deep":{"on":true},"maybe":false,"names":["a"],"env":{"A":"b"},"forms":true}`, ""},
		{`{"forms":3}`, ""},
		{`[]`, "SG6006 site.yaml:1:1: the block of adapter x must be a map, not []"},
		{`{"mod":"fast"}`, `SG6005 site.yaml:1:1: adapter x has no option "mod" [did you mean mode?]`},
		{`{"zzzzzz":1}`, `SG6005 site.yaml:1:1: adapter x has no option "zzzzzz" [its options are deep, env, forms, maybe, memory, mode, names]`},
		{`{"mode":"fsat"}`, `SG6006 site.yaml:2:3: option mode of adapter x must be fast or slow, not "fsat" [did you mean fast?]`},
		{`{"mode":3}`, "SG6006 site.yaml:2:3: option mode of adapter x must be fast or slow, not 3"},
		{`{"memory":64}`, "SG6006 site.yaml:3:3: option memory of adapter x must be from 128 to 512, not 64"},
		{`{"memory":128.5}`, "SG6006 site.yaml:3:3: option memory of adapter x must be a whole number, not 128.5"},
		{`{"memory":null}`, "SG6006 site.yaml:3:3: option memory of adapter x must be a whole number, not null"},
		{`{"deep":{"on":1,"off":2}}`, `SG6005 site.yaml:4:3: adapter x has no option "deep.off" [did you mean on?]
SG6006 site.yaml:5:3: option deep.on of adapter x must be true or false, not 1`},
		{`{"deep":true}`, "SG6006 site.yaml:4:3: option deep of adapter x must be a map, not true"},
		{`{"names":["a",2]}`, "SG6006 site.yaml:7:3: option names.1 of adapter x must be a text, not 2"},
		{`{"names":"a"}`, `SG6006 site.yaml:6:3: option names of adapter x must be a list, not "a"`},
		{`{"env":{"A":[]}}`, "SG6006 site.yaml:1:1: option env.A of adapter x must be a text, not []"},
		{`{"forms":false}`, "SG6006 site.yaml:8:3: option forms of adapter x must be a whole number, not false"},
	} {
		site := &Site{Options: json.RawMessage(tt.options), OptionsAt: diag.Pos{File: "site.yaml", Line: 1, Col: 1}, OptionPlaces: places}
		var o testOptions
		var got []string
		for _, d := range DecodeOptions("x", site, &o) {
			s := string(d.Code) + " " + d.Error()
			if d.Hint != "" {
				s += " [" + d.Hint + "]"
			}
			got = append(got, s)
		}
		if diff := cmp.Diff(tt.want, strings.Join(got, "\n")); diff != "" {
			t.Errorf("DecodeOptions(%s) (-want +got)\n%s", tt.options, diff)
		}
	}
	site := &Site{Options: json.RawMessage(`{"mode":"slow","memory":200,"deep":{"on":true},"maybe":true,"names":["a","b"],"env":{"K":"v"},"forms":true}`)}
	o := testOptions{Mode: "fast", ignored: 1}
	yes := true
	want := testOptions{Mode: "slow", Memory: 200, Deep: testDeep{true}, Maybe: &yes, Names: []string{"a", "b"}, Env: map[string]string{"K": "v"}, Forms: testForms{-1}, ignored: 1}
	if ds := DecodeOptions("x", site, &o); len(ds) > 0 {
		t.Fatal(ds)
	}
	if diff := cmp.Diff(want, o, cmp.AllowUnexported(testOptions{}, testForms{})); diff != "" {
		t.Errorf("decoded (-want +got)\n%s", diff)
	}
}
