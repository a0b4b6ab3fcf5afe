package vercel

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// ipc is the connection to the platform beside HTTP: JSON messages, each ended by a zero byte. Without a connection,
// which is how the program runs on a machine of one's own, messages go nowhere and logs go to standard error.
type ipc struct {
	stderr io.Writer

	mu      sync.Mutex
	conn    net.Conn
	started bool
	early   []message // logs from before the platform listens to them
	size    int
}

const (
	maxEarly    = 1 << 20 // bytes of logs that wait; what is more goes to standard error
	sendTimeout = 10 * time.Second
)

// invocation is what the platform calls one request.
type invocation struct {
	ID      string `json:"invocationId"`
	Request uint64 `json:"requestId"`
}

// invocationKey is the key under which a context gives its invocation.
type invocationKey struct{}

type message struct {
	Type    string `json:"type"`
	Payload any    `json:"payload"`
}

type startedPayload struct {
	InitDuration int64 `json:"initDuration"` // milliseconds
	HTTPPort     int   `json:"httpPort"`
}

type endPayload struct {
	Context invocation `json:"context"`
	Error   any        `json:"error"` // null: what went wrong is in the answer and in the log
}

type logPayload struct {
	Context invocation `json:"context"`
	Message string     `json:"message"` // base64
	Level   string     `json:"level"`
}

type fatalPayload struct {
	ExitCode int    `json:"exitCode"`
	Message  string `json:"message"`
}

// connect opens the socket that the platform names.
func connect(path string, stderr io.Writer) (*ipc, error) {
	c := &ipc{stderr: stderr}
	if path == "" {
		return c, nil
	}
	conn, err := net.Dial("unix", path)
	if err != nil {
		return nil, fmt.Errorf("the platform's socket does not answer: %w", err)
	}
	c.conn = conn
	return c, nil
}

// connected says whether the platform is there, and what it says can be believed.
func (c *ipc) connected() bool { return c.conn != nil }

// write sends a message; the lock is held.
func (c *ipc) write(m message) {
	if c.conn == nil {
		return
	}
	data, err := json.Marshal(m)
	if err != nil {
		panic(err) // all messages are of this file
	}
	c.conn.SetWriteDeadline(time.Now().Add(sendTimeout))
	if _, err := c.conn.Write(append(data, 0)); err != nil {
		// A message that is cut off would spoil all that follow.
		fmt.Fprintf(c.stderr, "the platform takes no messages: %v\n", err)
		c.conn.Close()
	}
}

// serverStarted tells the platform where to send requests, and sends what was logged until now.
func (c *ipc) serverStarted(took time.Duration, port int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.write(message{"server-started", startedPayload{took.Milliseconds(), port}})
	c.started = true
	for _, m := range c.early {
		c.write(m)
	}
	c.early = nil
}

// end says that a request is over.
func (c *ipc) end(inv invocation) {
	if inv.ID == "" {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.write(message{"end", endPayload{Context: inv}})
}

// log writes a line into the log of a request, or of the deployment where there is no request.
func (c *ipc) log(inv invocation, level, text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn == nil || inv.ID == "" {
		fmt.Fprintf(c.stderr, "%s: %s\n", level, text)
		return
	}
	m := message{"log", logPayload{inv, base64.StdEncoding.EncodeToString([]byte(text + "\n")), level}}
	if c.started {
		c.write(m)
		return
	}
	if c.size += len(text); c.size > maxEarly {
		fmt.Fprintf(c.stderr, "%s: %s\n", level, text)
		return
	}
	c.early = append(c.early, m)
}

// fatal says why the program ends.
func (c *ipc) fatal(code int, reason string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	fmt.Fprintln(c.stderr, reason)
	c.write(message{"unrecoverable-error", fatalPayload{code, reason}})
}

func (c *ipc) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn != nil {
		c.conn.Close()
	}
}
