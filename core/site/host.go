package site

import "context"

// Sink takes one answer. Start comes first and once; Write any number of times; Flush asks that what was written goes
// out now. Write may block while the visitor reads slowly, and must not keep p. After an error of any of them nothing
// more is called. The answer ends when Serve returns.
type Sink interface {
	Start(status int, h *Header) error
	Write(p []byte) (int, error)
	Flush() error
}

// An Aborter is a Sink that can break an answer off in a way that the visitor notices. It is called last, when an answer
// failed after it had begun.
type Aborter interface {
	Abort(err error)
}

// A StatusTexter is a Sink that can send a reason phrase. It is called before Start.
type StatusTexter interface {
	StatusText(text string)
}

// Static is the platform's store of finished files: prerendered pages, assets, the public folder.
type Static interface {
	// Has says whether there is a file of that name below the client directory ("blog/a/index.html").
	Has(name string) bool
	// Serve answers with the file. The content type, validators, conditional requests and ranges are its business when
	// status is 200; with another status, that of an error page, it sends the whole file. Methods other than HEAD count
	// as GET. The lines of extra are added to the answer.
	Serve(ctx context.Context, name string, status int, extra *Header, req *Request, sink Sink) error
}

// Host is what a platform gives to the runtime.
type Host struct {
	Static      Static                                 // nil where the platform serves files before it asks us, and rewrites never lead to them
	Log         func(ctx context.Context, r LogRecord) // is called by several goroutines at once; may be nil
	PassThrough bool                                   // Serve answers only what is the site's, and leaves the rest to others
	Platform    any                                    // what Page.Platform gives
	// Uncached are the patterns of routes whose `const revalidate` does not count here.
	Uncached []string
	// Sessions keeps the sessions of a site that has them, whose App.Sessions says what the site asks for. Where it is nil
	// they are kept in memory.
	Sessions SessionDriver
	// Getenv gives variables of the environment, of which the runtime reads SITEGEN_KEY, and only on a site with server
	// islands, and SITEGEN_PREVIEW where hosts are restricted. It may be nil.
	Getenv func(name string) string
}

// Level is the severity of a LogRecord.
type Level int

// The levels, as log/slog counts them.
const (
	LevelInfo  Level = 0
	LevelWarn  Level = 4
	LevelError Level = 8
)

// LogRecord is something that went wrong while a request was answered.
type LogRecord struct {
	Level   Level
	Message string  // what went wrong
	Err     error   // may be nil
	At      string  // "file:line" of the author's code; may be empty
	Stack   []Frame // of a panic
	Method  string  // of the request
	Path    string  // of the URL
	Route   string  // pattern; may be empty
	Status  int     // of the answer, as far as it is known
}
