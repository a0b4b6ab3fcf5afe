package orphan

import (
	"io"
	"os"
	"testing"
	"testing/synctest"
	"time"
)

func TestEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in, preview := io.Pipe()
		signals := make(chan os.Signal, 2)
		go End(in, signals)
		preview.Write([]byte("what is written means nothing"))
		synctest.Wait()
		if len(signals) != 0 {
			t.Fatal("the program ends while the preview runs")
		}
		preview.Close()
		synctest.Wait()
		if len(signals) != 1 {
			t.Fatalf("%d signals when the preview has ended, not one", len(signals))
		}
		time.Sleep(patience)
		synctest.Wait()
		if len(signals) != 2 {
			t.Errorf("%d signals after the time for running requests, not two", len(signals))
		}
	})
}
