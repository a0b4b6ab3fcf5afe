// Package deeds is what the fixture's endpoint does on request, each with the id that it was given.
package deeds

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"sitegen.dev/core/site"
	"sitegen.dev/core/site/cloudflare"
)

var (
	mu      sync.Mutex
	counter atomic.Int64 // of requests that this instance has answered
	current atomic.Pointer[string]
	keep    [][]byte
	garbage []byte
)

// platform is what the tests use of page.Platform.
type platform interface {
	WaitUntil(func(context.Context))
	Country() string
}

// Do does what the query asks for and answers with the id.
func Do(page *site.Page) error {
	q := page.URL.Query()
	id := q.Get("id")
	n, _ := strconv.Atoi(q.Get("n"))
	counter.Add(1)
	// One request at a time: nobody may have set another id before this one is over.
	if other := current.Swap(&id); other != nil {
		return fmt.Errorf("the request %s came into the instance during %s", id, *other)
	}
	defer current.Store(nil)
	p := page.Platform().(platform)
	pause := time.Duration(n) * time.Millisecond
	text := id
	switch q.Get("do") {
	case "sleep":
		time.Sleep(pause)
	case "mutex":
		mu.Lock()
		time.Sleep(pause)
		mu.Unlock()
	case "select":
		select {
		case <-time.After(pause):
		case <-page.Context().Done():
		}
	case "timeout":
		ctx, cancel := context.WithTimeout(page.Context(), pause)
		defer cancel()
		<-ctx.Done()
		text = id + " " + ctx.Err().Error()
	case "unused-timer":
		t := time.AfterFunc(time.Hour, func() {})
		t.Stop()
	case "goroutines":
		var wg sync.WaitGroup
		var sum atomic.Int64
		for i := range 10 {
			wg.Go(func() {
				time.Sleep(time.Duration(i) * time.Millisecond)
				sum.Add(int64(i))
			})
		}
		wg.Wait()
		text = fmt.Sprint(id, " ", sum.Load())
	case "panic":
		time.Sleep(pause)
		panic("on purpose " + id)
	case "panic-inside":
		return page.Text(strings.Repeat(id, -1))
	case "crash":
		go func() { panic("nobody recovers this " + id) }()
		time.Sleep(pause)
	case "crash-in-stream":
		return page.Stream("text/plain", func(w io.Writer) error {
			io.WriteString(w, id)
			time.Sleep(pause)
			go func() { panic("nobody recovers this " + id) }()
			time.Sleep(time.Second)
			return nil
		})
	case "goexit":
		runtime.Goexit()
	case "exit":
		os.Exit(3)
	case "deep":
		text = fmt.Sprint(id, deep(1<<30))
	case "leak":
		go func() { time.Sleep(time.Hour) }()
	case "leak-blocked":
		go func() { select {} }()
	case "leak-timer":
		time.AfterFunc(pause, func() { fmt.Println("a timer of", id, "fired") })
	case "memory":
		keep = append(keep, bytes.Repeat([]byte("x"), n<<20))
	case "garbage": // which leaves Go's scavenger with work for later
		garbage = make([]byte, n<<20)
		garbage = nil
	case "forever":
		select {}
	case "stream":
		return page.Stream("text/plain", func(w io.Writer) error {
			for i := range 5 {
				fmt.Fprintf(w, "%s %d\n", id, i)
				time.Sleep(pause)
			}
			return nil
		})
	case "large-stream":
		line := bytes.Repeat([]byte(id+"\n"), 1+65536/(len(id)+1))
		return page.Stream("text/plain", func(w io.Writer) error {
			for range n {
				if _, err := w.Write(line); err != nil {
					return err
				}
			}
			return nil
		})
	case "until-gone": // with a sign of life each few milliseconds, or without
		return page.Stream("text/plain", func(w io.Writer) error {
			io.WriteString(w, id+"\n")
			var tick <-chan time.Time
			if n > 0 {
				t := time.NewTicker(pause)
				defer t.Stop()
				tick = t.C
			}
			for {
				select {
				case <-tick:
					if _, err := io.WriteString(w, "."); err != nil {
						fmt.Println("gone", id)
						return err
					}
				case <-page.Context().Done():
					fmt.Println("gone", id)
					return errors.New("gone")
				}
			}
		})
	case "until-gone-early":
		late := make(<-chan time.Time)
		if n > 0 {
			late = time.After(pause)
		}
		select {
		case <-page.Context().Done():
			fmt.Println("gone", id)
		case <-late:
		}
	case "body":
		h := sha256.New()
		size, err := io.Copy(h, page.Request.Body)
		if err != nil {
			return err
		}
		text = fmt.Sprintf("%s %d %x", id, size, h.Sum(nil))
	case "cookies":
		page.Cookies.Set(site.Cookie{Name: "a", Value: id, Plain: true})
		page.Cookies.Set(site.Cookie{Name: "b", Value: id, Plain: true})
	case "wait-until":
		p.WaitUntil(func(ctx context.Context) {
			time.Sleep(pause)
			if err := cache.Put(ctx, "late-"+id, []byte(id), cloudflare.KVOptions{}); err != nil {
				fmt.Println("wait-until", err)
			}
		})
	case "env":
		text = os.Getenv("GREETING")
	case "geo":
		text = p.Country()
	case "client":
		text = page.ClientAddr()
	case "large-header":
		text = fmt.Sprint(id, " ", len(page.Request.Header.Get("X-Large")))
	case "print":
		fmt.Println("printed", id)
		fmt.Print("half ", id)
		println("and more", id)
	case "count":
		text = fmt.Sprint(id, " ", counter.Load())
	case "encoded":
		page.Response.Header.Set("Content-Encoding", "gzip")
	case "large":
		text = strings.Repeat(id+"\n", n)
	case "fetch-stream": // hands on what comes, while it comes
		resp, err := site.Fetch(page.Context(), &site.FetchRequest{URL: q.Get("url")})
		if err != nil {
			return err
		}
		return page.Send(site.NewResponse(200, io.MultiReader(strings.NewReader(id+" "), resp.Body)))
	case "fetch-body": // the visitor's body goes on to another server
		resp, err := site.Fetch(page.Context(), &site.FetchRequest{Method: "POST", URL: q.Get("url"), Body: page.Request.Body})
		if err != nil {
			return err
		}
		got, err := resp.Text()
		if err != nil {
			return err
		}
		text = id + " " + got
	case "fetch-late":
		p.WaitUntil(func(ctx context.Context) {
			if _, err := bind(ctx, "fetch", id, q.Get); err != nil {
				fmt.Println("fetch-late", err)
			}
		})
	case "":
	default:
		got, err := bind(page.Context(), q.Get("do"), id, q.Get)
		if err != nil {
			return err
		}
		text = id + " " + got
	}
	return page.Text(text)
}

func deep(n int) int {
	var room [1024]byte
	if n == 0 {
		return 0
	}
	room[n%1024] = 1
	return deep(n-1) + int(room[n%7])
}
