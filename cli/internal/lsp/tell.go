package lsp

import "fmt"

// The kinds of messages that a person sees, as the specification numbers them.
const (
	showWarning = 2
	showInfo    = 3
)

// getGopls is how to come by the newest one.
const getGopls = "go install golang.org/x/tools/gopls@latest gets it"

// tell shows a message in the editor, once in a session, and logs it.
func (s *server) tell(kind int, message string) {
	if _, before := s.toldOf.LoadOrStore(message, true); before {
		return
	}
	fmt.Fprintln(s.Log, "sitegen lsp:", message)
	s.conn.notify("window/showMessage", map[string]any{"type": kind, "message": message})
}
