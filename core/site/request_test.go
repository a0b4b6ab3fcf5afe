package site

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
)

// bodyRequest is a request as Serve hands it to pages.
func bodyRequest(contentType string, body io.Reader, limit int64) *Request {
	r := &Request{Method: "POST", Body: body}
	if contentType != "" {
		r.Header.Add("Content-Type", contentType)
	}
	r.limitBody(limit, new(bodyStream))
	return r
}

func TestBody(t *testing.T) {
	for _, tt := range []struct {
		name  string
		limit int64
		body  string
		want  string // "" is an error with status 413
	}{
		{"no limit", 0, "hello", "hello"},
		{"exactly", 5, "hello", "hello"},
		{"one over", 4, "hello", ""},
		{"far over", 4, strings.Repeat("x", 1<<16), ""},
		{"empty", 1, "", ""},
	} {
		for _, wrap := range []func(io.Reader) io.Reader{
			func(r io.Reader) io.Reader { return r }, iotest.OneByteReader, iotest.DataErrReader, iotest.HalfReader,
		} {
			data, err := bodyRequest("", wrap(strings.NewReader(tt.body)), tt.limit).Bytes()
			var fault *RequestError
			if tt.want == "" && tt.body != "" {
				if !errors.As(err, &fault) || fault.Status != 413 {
					t.Errorf("%s: %q, %v; want a 413", tt.name, data, err)
				}
				continue
			}
			if err != nil || string(data) != tt.want {
				t.Errorf("%s: %q, %v; want %q", tt.name, data, err, tt.want)
			}
		}
	}

	r := bodyRequest("", strings.NewReader(strings.Repeat("x", 100)), 10)
	n, err := io.Copy(io.Discard, r.Body)
	var fault *RequestError
	if n != 10 || !errors.As(err, &fault) || fault.Status != 413 {
		t.Errorf("reading a stream over the limit: %d bytes, %v", n, err)
	}
	if _, err := r.Bytes(); err == nil {
		t.Error("Bytes after Body was read gives no error")
	}

	r = &Request{Method: "POST", Body: iotest.ErrReader(errors.New("must not be read"))}
	r.Header.Add("Content-Length", "11")
	r.limitBody(10, new(bodyStream))
	if _, err := r.Bytes(); !errors.As(err, &fault) || fault.Status != 413 {
		t.Errorf("a body that is announced too large: %v", err)
	}

	r = bodyRequest("", strings.NewReader(`{"a":1}`), 0)
	var v struct{ A int }
	for range 2 {
		s, err := r.Text()
		if err != nil || s != `{"a":1}` || r.JSON(&v) != nil || v.A != 1 {
			t.Errorf("a body read again: %q, %v, %v", s, err, v)
		}
	}
	for _, body := range []string{"", "{", `{"a":1} x`, `{"a":"x"}`, "[1,2", strings.Repeat("[", 20_000)} {
		if err := bodyRequest("", strings.NewReader(body), 0).JSON(&v); !errors.As(err, &fault) || fault.Status != 400 {
			t.Errorf("JSON of %.20q: %v, want a 400", body, err)
		}
	}
	if err := bodyRequest("", strings.NewReader("{}"), 0).JSON(v); errors.As(err, &fault) || !strings.Contains(err.Error(), "request_test.go:") {
		t.Errorf("JSON into no pointer: %v", err)
	}
	if _, err := bodyRequest("", strings.NewReader("\xff"), 0).Text(); !errors.As(err, &fault) || fault.Status != 400 {
		t.Errorf("a text that is not UTF-8: %v", err)
	}
}

func showForm(f *Form) string {
	var out []string
	for name, value := range f.Fields() {
		out = append(out, fmt.Sprintf("%s=%s", name, value))
	}
	for _, file := range f.files {
		out = append(out, fmt.Sprintf("%s:%s:%s=%s", file.Field, file.Name, file.ContentType, file.Bytes()))
	}
	return strings.Join(out, "|")
}

func TestAnnouncedBody(t *testing.T) {
	var before, after runtime.MemStats
	for _, length := range []string{"1048575", "1048576", "99999999999999999999", "-1", "x"} {
		const times = 50
		runtime.ReadMemStats(&before)
		for range times {
			r := &Request{Body: strings.NewReader("x"), Method: "POST"}
			r.Header.AddReceived("Content-Length", length)
			if data, err := r.Bytes(); err != nil || string(data) != "x" {
				t.Fatalf("%s: %q, %v", length, data, err)
			}
		}
		runtime.ReadMemStats(&after)
		if each := (after.TotalAlloc - before.TotalAlloc) / times; each > 64<<10 {
			t.Errorf("a body of one byte that announces %s takes %d bytes", length, each)
		}
	}
	long := strings.Repeat("0123456789", 20_000)
	r := &Request{Body: iotest.HalfReader(strings.NewReader(long))}
	r.Header.AddReceived("Content-Length", "200000")
	if data, err := r.Bytes(); err != nil || string(data) != long {
		t.Errorf("%d bytes, %v", len(data), err)
	}
}

// amount says what it was given, as careless methods do.
type amount int

func (a *amount) UnmarshalJSON(data []byte) error {
	return errors.New("internal ledger refuses " + string(data))
}

func TestJSONFault(t *testing.T) {
	type Ledger struct {
		Total  amount `json:"total"`
		Secret []int
	}
	for body, want := range map[string]string{
		`{"total": 1}`:      "",
		`{"Secret": ["x"]}`: ": what ends at byte 15 has the wrong type",
		`{"Secret": {}}`:    ": what ends at byte 12 has the wrong type",
		`[1]`:               ": what ends at byte 1 has the wrong type",
		`{"Secret": [1`:     ": unexpected end of JSON input",
		`nope`:              ": invalid character 'o' in literal null (expecting 'u')",
	} {
		err := bodyRequest("application/json", strings.NewReader(body), 0).JSON(new(Ledger))
		var fault *RequestError
		if !errors.As(err, &fault) || fault.Status != 400 || fault.Reason != "the body is not the JSON that is expected"+want {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestForm(t *testing.T) {
	const multi = "multipart/form-data; boundary=X"
	for _, tt := range []struct {
		kind, body string
		want       string
		status     int // of the error
	}{
		{"application/x-www-form-urlencoded", "a=1&b=two+words&a=%C3%BC&c", "a=1|b=two words|a=ü|c=", 0},
		{"Application/X-WWW-Form-Urlencoded; charset=utf-8", "&&a==b&", "a==b", 0},
		{"application/x-www-form-urlencoded", "", "", 0},
		{"application/x-www-form-urlencoded", "a=%zz", "", 400},
		{"application/x-www-form-urlencoded", "a=%ff", "a=\uFFFD", 0},
		{"application/x-www-form-urlencoded", strings.Repeat("a&", maxFields+1), "", 413},
		{"application/json", "{}", "", 415},
		{"", "a=1", "", 415},
		{multi, "--X\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--X--\r\n", "a=1", 0},
		{`multipart/form-data; boundary="X"`, "--X\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n--X--", "a=", 0},
		{multi, "preamble\r\n--X \r\ncontent-disposition: form-data; name=\"a\"\r\n\r\n1\r\n2\r\n--X\r\n\r\n--XY\r\n--X--epilogue", "a=1\r\n2|=--XY", 0},
		{multi, "--X\r\nContent-Disposition: form-data; name=\"f\"; filename=\"C:\\dir\\a \\\"b\\\".txt\"\r\nContent-Type: text/plain\r\n\r\nhello\r\n--X--", `f:a "b".txt:text/plain=hello`, 0},
		{multi, "--X\r\nContent-Disposition: form-data; name=\"f%22%0D%0A\"; filename=\"../../etc/pass%22wd\"\r\n\r\n\x00\xff\r\n--X--", "f\"\n:pass\"wd:=\x00\xff", 0},
		{multi, "--X\r\nContent-Disposition: form-data; name=\"f\"; filename=\"\"\r\n\r\n\r\n--X--", "f::=", 0},
		{multi, "--X--", "", 0},
		{multi, "--X\r\nContent-Disposition: form-data; name=a\r\n\r\n1", "", 400},
		{multi, "--X\r\nContent-Disposition: form-data; name=a\r\n", "", 400},
		{multi, "--X\r\nno colon\r\n\r\n1\r\n--X--", "", 400},
		{multi, "--Xjunk\r\n", "", 400},
		{multi, "", "", 400},
		{multi, "--X\r\nA: " + strings.Repeat("x", 2*maxPartHeader) + "\r\n\r\n1\r\n--X--", "", 400},
		{multi, "--X\r\n" + strings.Repeat("A: b\r\n", maxPartHeader) + "\r\n1\r\n--X--", "", 400},
		{multi, strings.Repeat("--X\r\n\r\n\r\n", maxFields+1) + "--X--", "", 413},
		{"multipart/form-data", "--X--", "", 400},
		{"multipart/form-data; boundary=" + strings.Repeat("x", 71), "--X--", "", 400},
	} {
		for _, wrap := range []func(io.Reader) io.Reader{func(r io.Reader) io.Reader { return r }, iotest.OneByteReader} {
			if len(tt.body) > 10_000 {
				wrap = func(r io.Reader) io.Reader { return r }
			}
			r := bodyRequest(tt.kind, wrap(strings.NewReader(tt.body)), 0)
			f, err := r.Form()
			var fault *RequestError
			if tt.status != 0 {
				if !errors.As(err, &fault) || fault.Status != tt.status {
					t.Errorf("%s %.60q: %v, want a %d", tt.kind, tt.body, err, tt.status)
				}
				continue
			}
			if err != nil || showForm(f) != tt.want {
				t.Errorf("%s %q: %v, %v; want %q", tt.kind, tt.body, f, err, tt.want)
				continue
			}
			if again, err := r.Form(); again != f || err != nil {
				t.Errorf("Form again: %v", err)
			}
		}
	}

	f := &Form{fields: []formField{{"a", "1"}, {"a", "2"}}, files: []*File{{Field: "f", data: []byte("x"), Size: 1}}}
	if f.Get("a") != "1" || f.Get("b") != "" || len(f.All("a")) != 2 || !f.Has("a") || f.Has("b") || f.File("f") == nil || f.File("g") != nil || len(f.Files("f")) != 1 {
		t.Error("the getters of Form disagree")
	}
	if data, err := io.ReadAll(f.File("f").Open()); string(data) != "x" || err != nil {
		t.Errorf("File.Open: %q, %v", data, err)
	}
}

func TestMultipartLarge(t *testing.T) {
	// Pieces of the boundary all over, around the edges of the buffer.
	for _, size := range []int{0, 1, 10, multipartBuffer - 100, multipartBuffer, multipartBuffer + 7, 3*multipartBuffer + 11} {
		for _, fill := range []string{"x", "\r\n--XYZ", "\r", "\r\n--", "\r\n--XYZABCDEF"} {
			want := strings.Repeat(fill, size/len(fill)+1)[:size]
			var b bytes.Buffer
			m := multipart.NewWriter(&b)
			m.SetBoundary("XYZABCDEFGH")
			part, _ := m.CreateFormFile("file", "name")
			io.WriteString(part, want)
			m.WriteField("after", "1")
			m.Close()
			r := bodyRequest(m.FormDataContentType(), &b, 0)
			f, err := r.Form()
			if err != nil || string(f.File("file").Bytes()) != want || f.Get("after") != "1" {
				t.Errorf("%d bytes of %q: %v", size, fill, err)
			}
		}
	}

	big := bodyRequest("multipart/form-data; boundary=X", io.MultiReader(strings.NewReader("--X\r\n\r\n"), io.LimitReader(zeroReader{}, maxFormBytes+1), strings.NewReader("\r\n--X--")), 0)
	var fault *RequestError
	if _, err := big.Form(); !errors.As(err, &fault) || fault.Status != 413 {
		t.Errorf("a form that is too large to keep: %v", err)
	}
	limited := bodyRequest("multipart/form-data; boundary=X", io.MultiReader(strings.NewReader("--X\r\n\r\n"), io.LimitReader(zeroReader{}, 1000)), 500)
	if _, err := limited.Form(); !errors.As(err, &fault) || fault.Status != 413 {
		t.Errorf("a form over the limit: %v", err)
	}
}

type zeroReader struct{}

func (zeroReader) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestParts(t *testing.T) {
	body := "--X\r\nContent-Disposition: form-data; name=a\r\n\r\nskipped\r\n--X\r\nContent-Disposition: form-data; name=b; filename=f\r\n\r\nread\r\n--X--"
	r := bodyRequest("multipart/form-data; boundary=X", strings.NewReader(body), 0)
	var got []string
	for part, err := range r.Parts() {
		if err != nil {
			t.Fatal(err)
		}
		data := []byte("-")
		if part.IsFile {
			data, _ = io.ReadAll(part)
		}
		got = append(got, part.Field+"="+string(data))
	}
	if s := strings.Join(got, " "); s != "a=- b=read" {
		t.Errorf("parts: %s", s)
	}
	for _, err := range r.Parts() {
		if !errors.Is(err, errBodyRead) {
			t.Errorf("Parts again: %v", err)
		}
	}
	for _, err := range bodyRequest("text/plain", strings.NewReader(body), 0).Parts() {
		if err == nil {
			t.Error("Parts of a text gives no error")
		}
	}
}

func FuzzMultipart(f *testing.F) {
	f.Add("X", "--X\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--X--\r\n")
	f.Add("XY", "--X\r\n\r\n\r\n--XYZ\r\n--XY\r\n\r\n\r\n--XY--")
	f.Add("-", "-----\r\n\n\r\r\n---")
	f.Fuzz(func(t *testing.T, boundary, body string) {
		whole, err := bodyRequest(`multipart/form-data; boundary="`+boundary+`"`, strings.NewReader(body), 0).Form()
		bytewise, err2 := bodyRequest(`multipart/form-data; boundary="`+boundary+`"`, iotest.OneByteReader(strings.NewReader(body)), 0).Form()
		if (err == nil) != (err2 == nil) {
			t.Fatalf("%v in one piece, %v byte by byte", err, err2)
		}
		if err == nil && showForm(whole) != showForm(bytewise) {
			t.Fatalf("%q in one piece, %q byte by byte", showForm(whole), showForm(bytewise))
		}
	})
}

// What mime/multipart writes is read back.
func FuzzMultipartRoundTrip(f *testing.F) {
	f.Add("name", "file.txt", "value")
	f.Add("a\"b", "c\\d", "\r\n--X--")
	f.Fuzz(func(t *testing.T, name, file, value string) {
		var b bytes.Buffer
		m := multipart.NewWriter(&b)
		part, err := m.CreateFormFile(name, file)
		if err != nil || strings.ContainsAny(name+file, "\\\r\n\x00") || strings.Contains(name+file, "%") || strings.Trim(name, " \t") != name || strings.Trim(file, " \t") != file {
			return
		}
		io.WriteString(part, value)
		m.Close()
		form, err := bodyRequest(m.FormDataContentType(), &b, 0).Form()
		if err != nil {
			t.Fatal(err)
		}
		got := form.files[0]
		if string(got.data) != value || got.Field != strings.ToValidUTF8(name, "\uFFFD") || !strings.HasSuffix(strings.ToValidUTF8(file, "\uFFFD"), got.Name) {
			t.Fatalf("%q %q %q came back as %q %q %q", name, file, value, got.Field, got.Name, got.data)
		}
	})
}

func TestQuery(t *testing.T) {
	for _, raw := range []string{"", "a=1", "a=1&a=2", "b=2&a=", "a", "%61=%20b+c", "a=%zz&a=ok", "a=1;b=2&a=x", "=1", "a=b=c&&", "%zz=1&a=2", "A=1"} {
		u := &url.URL{RawQuery: raw}
		if got, want := (&Page{URL: u}).Query("a"), u.Query().Get("a"); got != want {
			t.Errorf("of %q: %q, want %q", raw, got, want)
		}
	}
}
