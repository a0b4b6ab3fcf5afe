package node

import (
	"io"
	"net/http"
)

// picture gives the bytes of a finished file that may be made smaller, unless it has more than limit.
func (s *files) picture(name string, limit int64) (data []byte, immutable, ok bool) {
	f := s.byName[name]
	if f == nil || f.size[identity] > limit {
		return nil, false, false
	}
	b, err := s.open(f, identity)
	if err != nil {
		return nil, false, false
	}
	if b.file == nil {
		return b.bytes, f.immutable, true
	}
	defer b.file.Close()
	data, err = io.ReadAll(io.LimitReader(b.file, limit))
	return data, f.immutable, err == nil
}

// imageAnswer lets a handler of its own answer an exchange, which keeps account of it.
type imageAnswer struct{ x *exchange }

func (a imageAnswer) Header() http.Header { return a.x.w.Header() }

func (a imageAnswer) WriteHeader(status int) { a.x.start(status) }

func (a imageAnswer) Write(p []byte) (int, error) {
	if a.x.status == 0 {
		a.x.start(http.StatusOK)
	}
	a.x.extendWrite()
	n, err := a.x.w.Write(p)
	a.x.bytes += int64(n)
	return n, err
}
