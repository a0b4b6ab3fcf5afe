package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"time"
)

// cost is what one build has taken: the time on the clock, the processor time of all its processes, and the peak memory
// of the largest of them, as the operating system accounts for them.
type cost struct {
	wall, cpu time.Duration
	peak      int64 // bytes
}

// build runs the tool, by way of a small process of its own: Linux takes the memory of the process that starts a program
// for the program's first, and this one has held posts and sitemaps.
func (b *blog) build() (cost, error) {
	self, err := os.Executable()
	if err != nil {
		return cost{}, err
	}
	cmd := exec.Command(self, append([]string{measured}, b.tool.program...)...)
	cmd.Dir = b.dir
	cmd.Env = append(os.Environ(), b.env...)
	var out, text bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &text
	if err := cmd.Run(); err != nil {
		return cost{}, fmt.Errorf("%s: %w\n%s", b.tool.name, err, text.String())
	}
	var c cost
	_, err = fmt.Sscan(out.String(), &c.wall, &c.cpu, &c.peak)
	return c, err
}

// measured is the first argument of the small process.
const measured = "measured"

// runMeasured runs a program and prints its cost.
func runMeasured(program []string) error {
	cmd := exec.Command(program[0], program[1:]...)
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	begin := time.Now()
	if err := cmd.Run(); err != nil {
		return err
	}
	wall := time.Since(begin)
	// Linux gives KiB, and the largest of the process and of those that it has waited for.
	usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	fmt.Println(int64(wall), int64(cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime()), usage.Maxrss<<10)
	return nil
}

// stages has the floor tell what it spends its time on.
func (b *blog) stages() error {
	cmd := exec.Command(b.tool.program[0], "-stages")
	cmd.Dir = b.dir
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return cmd.Run()
}

// median gives the median of each quantity on its own.
func median(cs []cost) (cost, bool) {
	if len(cs) == 0 {
		return cost{}, false
	}
	var wall, cpu []time.Duration
	var peak []int64
	for _, c := range cs {
		wall, cpu, peak = append(wall, c.wall), append(cpu, c.cpu), append(peak, c.peak)
	}
	slices.Sort(wall)
	slices.Sort(cpu)
	slices.Sort(peak)
	return cost{wall[len(wall)/2], cpu[len(cpu)/2], peak[len(peak)/2]}, true
}
