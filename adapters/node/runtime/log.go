package node

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"strconv"
	"sync"
	"time"
)

// logger writes the access log and messages. Lines are gathered for a moment, since a write of the operating system per
// request costs more than the rest of a request; errors are written at once.
type logger struct {
	*slog.Logger
	handler slog.Handler
	access  bool
	json    bool
	level   slog.LevelVar

	mu    sync.Mutex
	buf   []byte
	spare []byte
	timer *time.Timer

	out sync.Mutex // held while w is written to; taken before mu is let go, so that lines keep their order
	w   io.Writer
}

// The log is written at the latest after logDelay, or when logBuffer bytes have gathered.
const (
	logDelay  = 100 * time.Millisecond
	logBuffer = 32 << 10
)

func newLog(w io.Writer, format string) *logger {
	l := &logger{w: w, access: format != "off", json: format == "json"}
	o := &slog.HandlerOptions{Level: &l.level}
	l.handler = slog.NewTextHandler(l, o)
	if l.json {
		l.handler = slog.NewJSONHandler(l, o)
	}
	l.Logger = slog.New(l.handler)
	return l
}

// least leaves out what is below a level from now on. It is called before requests come.
func (l *logger) least(level slog.Level) {
	l.level.Set(level)
	l.access = l.access && level <= slog.LevelInfo
}

// Write takes one line.
func (l *logger) Write(p []byte) (int, error) {
	l.mu.Lock()
	l.buf = append(l.buf, p...)
	if len(l.buf) >= logBuffer {
		l.write()
		return len(p), nil
	}
	if l.timer == nil {
		l.timer = time.AfterFunc(logDelay, l.flush)
	}
	l.mu.Unlock()
	return len(p), nil
}

func (l *logger) flush() {
	l.mu.Lock()
	l.write()
}

// write is called with mu held and gives it back, so that requests go on while the operating system takes the lines. A
// log that cannot be written is no reason to stop serving.
func (l *logger) write() {
	if l.timer != nil {
		l.timer.Stop()
		l.timer = nil
	}
	full := l.buf
	l.buf, l.spare = l.spare[:0], nil
	l.out.Lock()
	l.mu.Unlock()
	if len(full) > 0 {
		l.w.Write(full)
	}
	l.out.Unlock()
	l.mu.Lock()
	if l.spare == nil {
		l.spare = full
	}
	l.mu.Unlock()
}

func (l *logger) message(level slog.Level, msg string, attrs ...slog.Attr) {
	l.LogAttrs(context.Background(), level, msg, attrs...)
	if level >= slog.LevelWarn {
		l.flush()
	}
}

// line is one line of the access log in the making, in the form that package slog gives its lines. There is one per
// request, which is why slog is not asked for it: that takes four times as long.
type line struct {
	buf  []byte
	json bool
}

func (l *line) begin(now time.Time, level, msg string) {
	if l.json {
		l.buf = append(l.buf, '{')
	}
	l.key("time")
	if l.json {
		l.buf = append(l.buf, '"')
	}
	l.buf = now.AppendFormat(l.buf, "2006-01-02T15:04:05.000Z07:00")
	if l.json {
		l.buf = append(l.buf, '"')
	}
	l.text("level", level)
	l.text("msg", msg)
}

func (l *line) end() []byte {
	if l.json {
		l.buf = append(l.buf, '}')
	}
	l.buf = append(l.buf, '\n')
	return l.buf
}

func (l *line) key(name string) {
	if !l.json {
		if len(l.buf) > 0 {
			l.buf = append(l.buf, ' ')
		}
		l.buf = append(append(l.buf, name...), '=')
		return
	}
	if len(l.buf) > 1 {
		l.buf = append(l.buf, ',')
	}
	l.buf = append(append(append(l.buf, '"'), name...), '"', ':')
}

func (l *line) number(name string, n int64) {
	l.key(name)
	l.buf = strconv.AppendInt(l.buf, n, 10)
}

func (l *line) millis(name string, d time.Duration) {
	l.key(name)
	l.buf = strconv.AppendFloat(l.buf, float64(d.Microseconds())/1000, 'f', 3, 64)
}

// text writes a value that may come from the visitor: no byte of it can end the value or the line, or reach a terminal
// as a control sequence.
func (l *line) text(name, value string) {
	l.key(name)
	plain := value != ""
	for i := range len(value) {
		c := value[i]
		plain = plain && c > ' ' && c < 0x7f && c != '"' && c != '\\' && c != '='
	}
	switch {
	case plain && l.json:
		l.buf = append(append(append(l.buf, '"'), value...), '"')
	case plain:
		l.buf = append(l.buf, value...)
	case l.json:
		data, _ := json.Marshal(value) // a string always can be
		l.buf = append(l.buf, data...)
	default:
		l.buf = strconv.AppendQuoteToASCII(l.buf, value)
	}
}
