package wire

import (
	"bytes"
	"io"
	"reflect"
	"testing"
)

func TestFrames(t *testing.T) {
	var b bytes.Buffer
	c := NewConn(&b)
	want := []Frame{{Ready, 0, []byte{}}, {Data, 7, []byte("some text")}, {End, 1 << 31, bytes.Repeat([]byte("x"), 100_000)}}
	for _, f := range want {
		if err := c.Send(f.Kind, f.ID, f.Data); err != nil {
			t.Fatal(err)
		}
	}
	whole := b.Bytes()
	r := NewReader(bytes.NewReader(whole))
	for _, f := range want {
		if got, err := r.Next(); err != nil || !reflect.DeepEqual(got, f) {
			t.Errorf("got %v %d with %d bytes, %v", got.Kind, got.ID, len(got.Data), err)
		}
	}
	if _, err := r.Next(); err != io.EOF {
		t.Errorf("at the end: %v", err)
	}
	r = NewReader(bytes.NewReader(whole[:len(whole)-1]))
	r.Next()
	r.Next()
	if _, err := r.Next(); err != io.ErrUnexpectedEOF {
		t.Errorf("cut off: %v", err)
	}
	if _, err := NewReader(bytes.NewReader([]byte{1, 0, 0, 0, 0, 255, 255, 255, 255})).Next(); err == nil || err == io.EOF {
		t.Errorf("a frame of four gigabytes: %v", err)
	}
}

func TestHeads(t *testing.T) {
	in := RequestHead{Method: "POST", Target: "/a?b", Host: "h", Scheme: "http", RemoteAddr: "1.2.3.4:5", Header: [][2]string{{"A", "1"}, {"A", ""}}, HasBody: true}
	var out RequestHead
	if err := out.Decode(in.Append(nil)); err != nil || !reflect.DeepEqual(in, out) {
		t.Errorf("%v, %v", out, err)
	}
	answer := ResponseHead{Status: 404, Text: "No", Header: [][2]string{{"Set-Cookie", "a=b"}, {"Set-Cookie", "c=d"}}}
	var back ResponseHead
	if err := back.Decode(answer.Append(nil)); err != nil || !reflect.DeepEqual(answer, back) {
		t.Errorf("%v, %v", back, err)
	}
}

// Whatever comes, reading it ends, and what is read is what would be written.
func FuzzDecode(f *testing.F) {
	f.Add((&RequestHead{Method: "GET", Target: "/", Header: [][2]string{{"A", "b"}}}).Append(nil))
	f.Add((&ResponseHead{Status: 200, Text: "OK"}).Append(nil))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, data []byte) {
		var r RequestHead
		if r.Decode(data) == nil {
			var again RequestHead
			if err := again.Decode(r.Append(nil)); err != nil || !reflect.DeepEqual(r, again) {
				t.Errorf("%v is read again as %v, %v", r, again, err)
			}
		}
		var a ResponseHead
		if a.Decode(data) == nil {
			var again ResponseHead
			if err := again.Decode(a.Append(nil)); err != nil || !reflect.DeepEqual(a, again) {
				t.Errorf("%v is read again as %v, %v", a, again, err)
			}
		}
		reader := NewReader(bytes.NewReader(data))
		for {
			if _, err := reader.Next(); err != nil {
				break
			}
		}
	})
}
