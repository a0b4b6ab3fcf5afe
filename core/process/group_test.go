//go:build unix

package process

import (
	"bufio"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestKill starts a program that starts another one, and ends both.
func TestKill(t *testing.T) {
	cmd := exec.Command("sh", "-c", "sleep 60 & echo $!; wait")
	Group(cmd)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	child, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	for name, pid := range map[string]int{"the program": cmd.Process.Pid, "what it started": child} {
		if group, err := syscall.Getpgid(pid); err != nil || group != cmd.Process.Pid || group == syscall.Getpgrp() {
			t.Errorf("%s is in group %d, not in its own, %d: %v", name, group, cmd.Process.Pid, err)
		}
	}
	if err := Kill(cmd); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	// Whoever adopts the child may take its time to bury it; it does not hold the pipe any more.
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for syscall.Kill(child, 0) == nil {
			if state, err := exec.Command("ps", "-o", "stat=", "-p", strconv.Itoa(child)).Output(); err != nil || strings.HasPrefix(string(state), "Z") {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
	}()
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		t.Error("what the program started goes on")
	}
}
