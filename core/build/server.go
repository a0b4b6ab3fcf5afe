package build

import (
	"encoding/json"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// A Server is a process that serves the site on this machine, as it says of itself.
type Server struct {
	URL        string `json:"url"`
	Site       string `json:"site"` // its folder below that of the module: sites of one module share what their servers write
	PID        int    `json:"pid"`
	Background bool   `json:"background"` // it has no terminal; what it says is in the log
	Ready      bool   `json:"ready"`      // its first build is through
}

// Kinds of servers.
const (
	DevServer     = "dev"
	PreviewServer = "preview"
)

func serverFile(l *Layout, kind, name string) string {
	return filepath.Join(l.abs(workDir), kind, name)
}

// ServerLog is the file that a server in the background writes to.
func ServerLog(l *Layout, kind string) string { return serverFile(l, kind, "log") }

// LockServer keeps a second server of a kind out: two development servers of one site would write over each other.
// unlock is nil when there is one already, which is other. The lock is the operating system's, so it ends with the
// process, however that ends.
func LockServer(l *Layout, kind string, s Server) (unlock func(), other Server, err error) {
	lock := flock.New(serverFile(l, kind, "lock"))
	if err := os.MkdirAll(filepath.Dir(lock.Path()), 0o777); err != nil {
		return nil, other, err
	}
	got, err := lock.TryLock()
	if err != nil {
		return nil, other, err
	}
	if !got {
		other, _ = readServer(l, kind) // it may be about to write it
		return nil, other, nil
	}
	if err := WriteServer(l, kind, s); err != nil {
		lock.Unlock()
		return nil, other, err
	}
	return func() {
		os.Remove(serverFile(l, kind, "server.json"))
		lock.Unlock()
	}, other, nil
}

// SiteFolder names a site among those of its module.
func SiteFolder(l *Layout) string { return l.relModule(".") }

// WriteServer tells others of the server that holds the lock.
func WriteServer(l *Layout, kind string, s Server) error {
	s.Site = SiteFolder(l)
	data, err := json.Marshal(s)
	if err != nil {
		return err
	}
	name := serverFile(l, kind, "server.json")
	if err := os.WriteFile(name+".new", data, 0o666); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}

// RunningServer gives the server of a kind, and whether there is one.
func RunningServer(l *Layout, kind string) (Server, bool) {
	name := serverFile(l, kind, "lock")
	if _, err := os.Stat(name); err != nil {
		return Server{}, false
	}
	lock := flock.New(name)
	if got, err := lock.TryRLock(); err != nil || got {
		lock.Unlock()
		return Server{}, false
	}
	s, err := readServer(l, kind)
	return s, err == nil
}

func readServer(l *Layout, kind string) (s Server, err error) {
	data, err := os.ReadFile(serverFile(l, kind, "server.json"))
	if err == nil {
		err = json.Unmarshal(data, &s)
	}
	return s, err
}
