package lambdasim

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestMain makes this program a function: it answers an event with what the event says.
func TestMain(m *testing.M) {
	api := os.Getenv("AWS_LAMBDA_RUNTIME_API")
	if api == "" || os.Getenv("LAMBDASIM") == "" {
		os.Exit(m.Run())
	}
	base := "http://" + api + "/2018-06-01/runtime/invocation/"
	for {
		r, err := http.Get(base + "next")
		if err != nil || r.StatusCode != 200 {
			os.Exit(1)
		}
		event, _ := io.ReadAll(r.Body)
		id := r.Header.Get("Lambda-Runtime-Aws-Request-Id")
		what, answer := "response", fmt.Sprintf("%s %d %s", event, os.Getpid(), os.Getenv("AWS_LAMBDA_FUNCTION_NAME"))
		switch string(event) {
		case "sleep":
			time.Sleep(time.Minute)
		case "nap":
			time.Sleep(300 * time.Millisecond)
		case "exit":
			os.Exit(3)
		case "fail":
			what, answer = "error", "no tea"
		case "large":
			answer = strings.Repeat("x", 1<<20+1)
		case "print":
			fmt.Println("printed")
		}
		if _, err := http.Post(base+id+"/"+what, "", strings.NewReader(answer)); err != nil {
			os.Exit(1)
		}
	}
}

func start(t *testing.T, change func(*Program)) *Function {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := Program{Path: self, Name: "tea", Env: []string{"LAMBDASIM=1"}, Log: io.Discard, Count: 4, Timeout: 10 * time.Second, MaxAnswer: 1 << 20}
	if change != nil {
		change(&p)
	}
	f, err := Start(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func ask(t *testing.T, f *Function, event string) string {
	t.Helper()
	out, err := f.Invoke(t.Context(), []byte(event))
	if err != nil {
		t.Errorf("%s: %v", event, err)
	}
	return string(out)
}

func TestInvoke(t *testing.T) {
	var log bytes.Buffer
	f := start(t, func(p *Program) { p.Log = &log })
	first := ask(t, f, "a")
	if !strings.HasPrefix(first, "a ") || !strings.HasSuffix(first, " tea") {
		t.Errorf("it says %q", first)
	}
	if again := ask(t, f, "a"); again != first {
		t.Errorf("another process answers the second event: %q, %q", first, again)
	}
	if _, err := f.Invoke(t.Context(), []byte("fail")); err == nil || err.Error() != "the function failed: no tea" {
		t.Error(err)
	}
	if _, err := f.Invoke(t.Context(), []byte("large")); err == nil || !strings.Contains(err.Error(), "larger than 1 MB") {
		t.Error(err)
	}
	if again := ask(t, f, "a"); again != first {
		t.Errorf("it did not live on: %q, %q", first, again)
	}
	// One that ends takes its event with it; the next event has another one.
	if _, err := f.Invoke(t.Context(), []byte("exit")); err == nil || err.Error() != "the function ended" {
		t.Error(err)
	}
	if again := ask(t, f, "a"); again == first {
		t.Error("the dead answer")
	}
	ask(t, f, "print")
	f.Close()
	if log.String() != "printed\n" {
		t.Errorf("the log is %q", &log)
	}
	if _, err := f.Invoke(t.Context(), nil); err == nil {
		t.Error("it answers after its end")
	}
}

func TestSeveralAtOnce(t *testing.T) {
	f := start(t, nil)
	said := map[string]bool{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			got := ask(t, f, "nap")
			mu.Lock()
			defer mu.Unlock()
			said[got] = true
		})
	}
	wg.Wait()
	if len(said) != 4 {
		t.Errorf("%d processes answered, not 4", len(said))
	}
}

func TestTooLong(t *testing.T) {
	f := start(t, func(p *Program) { p.Count, p.Timeout = 1, 500*time.Millisecond })
	first := ask(t, f, "a")
	if _, err := f.Invoke(t.Context(), []byte("sleep")); !errors.Is(err, ErrTimeout) {
		t.Error(err)
	}
	if again := ask(t, f, "a"); again == first {
		t.Error("the process was not ended")
	}
	// A visitor who leaves does not end it.
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := f.Invoke(ctx, []byte("nap")); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	ask(t, f, "a")
}

func TestNoProgram(t *testing.T) {
	if _, err := Start(t.Context(), Program{Path: "/no/such/program", Count: 1, Timeout: time.Second}); err == nil || !strings.Contains(err.Error(), "cannot start") {
		t.Error(err)
	}
}
