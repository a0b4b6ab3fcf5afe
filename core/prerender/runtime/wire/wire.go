// Package wire is what the compiler and the prerender program of a site say to each other: one JSON Job on standard
// input, then one JSON Event per line on standard output. Lines that do not begin with Prefix are the site's own
// printing and are passed on. The package is plain data and imports nothing but the standard library, because it is
// compiled into both sides.
package wire

// Prefix begins every line of the program that is an Event.
const Prefix = "\x00sitegen "

// Job says what to render and where to.
type Job struct {
	Out         string            `json:"out"`               // existing directory for the files
	Concurrency int               `json:"concurrency"`       // pages at once; 0 means one per processor
	MaxErrors   int               `json:"maxErrors"`         // stop after so many failed pages; 0 means no limit
	Redirects   bool              `json:"redirects"`         // write a page for each redirect: nothing else will answer it
	Module      string            `json:"module"`            // path of the site's module, to tell the author's frames from others
	Env         map[string]string `json:"env,omitempty"`     // variables that are read while building
	Secrets     map[string]string `json:"secrets,omitempty"` // what no page may hold, by the name of the variable
	Keys        string            `json:"keys"`              // of server islands, as SITEGEN_KEY holds them
	Content     string            `json:"content"`           // index of the content store; "" on a site without
	Check       bool              `json:"check"`             // hold the content against its types, and render nothing

	// What is remembered between builds; all empty where nothing is.
	RouteKeys map[string]string `json:"routeKeys,omitempty"` // of the code and configuration, by the source of a route
	Program   string            `json:"program,omitempty"`   // of all code: for pages that may run any of it
	Before    string            `json:"before,omitempty"`    // file with the records of the last build
	Records   string            `json:"records,omitempty"`   // file for those of this one
	Lost      []string          `json:"lost,omitempty"`      // files of the last build that are not what they were
	Taken     []string          `json:"taken,omitempty"`     // files of the output that are no pages and not in Out
}

// Kind tells the events apart.
type Kind string

// The kinds of events.
const (
	Page    Kind = "page"    // a page was written; in the order of routes and path lists, whatever finished first
	Warning Kind = "warning" // Message about a page that was written
	Error   Kind = "error"   // a page or a path list failed
	Content Kind = "content" // an entry of the content is not what its type asks for: Source, Problem
	Slow    Kind = "slow"    // a page is not through after Seconds, or a list of paths where What is PathList
	More    Kind = "more"    // there are Count errors more than Job.MaxErrors; 0: the pages that are left were not rendered
	Done    Kind = "done"    // the last event of a run that was not cut off
)

// Event is one line.
type Event struct {
	Kind    Kind        `json:"kind"`
	Route   string      `json:"route,omitempty"`  // pattern
	Source  string      `json:"source,omitempty"` // file of the route
	Path    string      `json:"path,omitempty"`
	File    string      `json:"file,omitempty"` // below Job.Out
	Status  int         `json:"status,omitempty"`
	Size    int64       `json:"size,omitempty"` // bytes
	Headers [][2]string `json:"headers,omitempty"`
	Images  []Image     `json:"images,omitempty"` // files that the page shows and the build is to make
	Seconds int         `json:"seconds,omitempty"`
	Count   int         `json:"count,omitempty"`
	Kept    bool        `json:"kept,omitempty"` // of a Page: it is what it was, and was not written

	// Of an Error or a Warning: what happened and, where it is known, the author's line.
	Message string  `json:"message,omitempty"`
	What    Failure `json:"what,omitempty"`
	Detail  string  `json:"detail,omitempty"` // of RequestData: "cookies"; of Guarded: path of the guard; of a Warning: what to do
	At      Frame   `json:"at,omitzero"`
	Stack   []Frame `json:"stack,omitempty"` // the author's own frames, innermost first

	Problem *Problem `json:"problem,omitempty"` // of Content
}

// Problem is something wrong with the data of an entry.
type Problem struct {
	Kind       string   `json:"kind"` // unknown, missing, value, reference, collection
	Collection string   `json:"collection"`
	Slug       string   `json:"slug,omitempty"` // of the entry
	Path       string   `json:"path,omitempty"` // of the value: "authors[1].name"
	Hint       string   `json:"hint,omitempty"`
	Name       string   `json:"name,omitempty"`  // what is not known,
	Known      []string `json:"known,omitempty"` // and what would be
}

// Image is one size of an imported image; see site.Variant.
type Image struct {
	Source  string `json:"source"` // file below the assets directory
	Name    string `json:"name"`   // of the new one, likewise
	Width   int    `json:"width"`
	Format  string `json:"format"`
	Quality int    `json:"quality,omitempty"`
}

// Failure says what kind of thing went wrong.
type Failure string

// The kinds of failures.
const (
	Returned    Failure = "returned"    // the page returned an error
	NoFile      Failure = "noFile"      // the page answers with an error status and no body
	Middleware  Failure = "middleware"  // the middleware returned an error of its own; At is its function
	Panicked    Failure = "panicked"    // the page panicked
	RequestData Failure = "requestData" // the page read the request, of which there is none
	PathList    Failure = "pathList"    // GetStaticPaths failed or gave a wrong list; At is its function, if it returned an error
	Conflict    Failure = "conflict"    // two pages make the same file
	Disk        Failure = "disk"        // a file could not be written
	EnvRead     Failure = "env"         // the page read a variable that is not there while building
	Leak        Failure = "leak"        // the page holds the value of a secret
	Guarded     Failure = "guarded"     // a guard covers the page; Stack begins with its function
)

// Frame is a place in the author's source, relative to the module root.
type Frame struct {
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
	Func string `json:"func,omitempty"`
}
