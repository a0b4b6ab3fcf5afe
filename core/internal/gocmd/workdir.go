package gocmd

import (
	"os"
	"path/filepath"
	"strings"
)

// workDir makes a folder for what the go command writes while it works, some 100 MB at times. It leaves all of that behind when
// it is killed, as each build is that a newer edit overtakes; remove takes it away with the folder. Without one the go command
// chooses for itself, and says what is wrong.
func workDir() (dir string, remove func()) {
	dir, err := os.MkdirTemp(setting("GOTMPDIR"), "sitegen-go-")
	if err != nil {
		return "", func() {}
	}
	return dir, func() { os.RemoveAll(dir) }
}

// setting gives a setting of the go command, from the environment or from what `go env -w` keeps.
func setting(name string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	file := os.Getenv("GOENV")
	if file == "" {
		dir, err := os.UserConfigDir()
		if err != nil {
			return ""
		}
		file = filepath.Join(dir, "go", "env")
	}
	data, _ := os.ReadFile(file) // there is mostly none
	for line := range strings.Lines(string(data)) {
		if v, ok := strings.CutPrefix(line, name+"="); ok {
			return strings.TrimRight(v, "\r\n")
		}
	}
	return ""
}
