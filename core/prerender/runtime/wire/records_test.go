package wire

import (
	"bytes"
	"reflect"
	"testing"
)

var sampleRecord = Record{
	Task: "/a\x00x\x001", Key: "k", Inputs: []Input{{"entry posts a", "d"}, {"body posts a", ""}}, Path: "/a/1/", File: "a/1/index.html", Status: 200, Size: 7, ModTime: -5,
	Headers: [][2]string{{"X", "y"}}, Images: []Image{{Source: "s.png", Name: "n.webp", Width: 4, Format: "webp", Quality: 80}},
}

func written(t testing.TB, records ...*Record) []byte {
	var b bytes.Buffer
	w := NewRecordWriter(&b)
	for _, r := range records {
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRecords(t *testing.T) {
	var got []*Record
	err := ReadRecords(written(t, &sampleRecord, &Record{}), func(r *Record) { got = append(got, r) })
	if err != nil || len(got) != 2 || !reflect.DeepEqual(*got[0], sampleRecord) || !reflect.DeepEqual(*got[1], Record{}) {
		t.Error(got, err)
	}
	data := written(t, &sampleRecord)
	for _, cut := range []int{0, 5, len(data) - 1} {
		if ReadRecords(data[:cut], func(*Record) {}) == nil {
			t.Errorf("%d bytes of %d can be read", cut, len(data))
		}
	}
}

func FuzzReadRecords(f *testing.F) {
	f.Add(written(f, &sampleRecord))
	f.Add(written(f, &sampleRecord, &Record{}, &sampleRecord))
	f.Fuzz(func(t *testing.T, data []byte) {
		// What is read, whole or up to the damage, is what would be written.
		var got, again []*Record
		ReadRecords(data, func(r *Record) { got = append(got, r) })
		if err := ReadRecords(written(t, got...), func(r *Record) { again = append(again, r) }); err != nil || !reflect.DeepEqual(got, again) {
			t.Errorf("%+v is read again as %+v, %v", got, again, err)
		}
	})
}
