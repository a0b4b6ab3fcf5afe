package golden

import (
	"os"
	"path/filepath"
	"testing"
)

func TestRun(t *testing.T) {
	dir := t.TempDir()
	data := "about it\n-- a --\n1\n-- want.a --\n2\n-- b --\n3\n-- want.b --\n4\n"
	if err := os.WriteFile(filepath.Join(dir, "x.txtar"), []byte(data), 0o644); err != nil {
		t.Fatal(err)
	}
	ran := false
	Run(t, filepath.Join(dir, "*.txtar"), func(t *testing.T, c *Case) {
		ran = true
		if c.Name != "x" || c.Comment() != "about it\n" || len(c.Inputs()) != 2 {
			t.Errorf("case is %q, %q, %d inputs", c.Name, c.Comment(), len(c.Inputs()))
		}
		for _, in := range c.Inputs() {
			c.Want(t, "want."+in.Name, []byte{in.Data[0] + 1})
		}
	})
	if !ran {
		t.Error("nothing ran")
	}
}
