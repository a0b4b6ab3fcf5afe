package cloudflare

import (
	"context"
	"errors"
	"os"
	"runtime"
	"runtime/debug"

	"sitegen.dev/core/site"
)

// inputSize is the room for the head of a request. Larger ones, which Cloudflare allows up to 128 KB, take a detour.
const inputSize = 16 << 10

// Main answers requests for as long as the instance lives. memory is how much the instance may use before the worker
// replaces it, in bytes. sessions keeps the sessions of the site; nil where it has none.
//
// What happens here before the first event happens once, while the site is built, and each instance begins as a copy of
// the program as it is then (files/snapshot.mjs). So nothing here may depend on the moment or the place.
func Main(app *site.App, memory int64, sessions site.SessionDriver) {
	// The collector works harder before that, and what is over is mostly garbage.
	debug.SetMemoryLimit(memory / 4 * 3)
	w := &worker{app: app, in: make([]byte, inputSize), requests: make(chan int, 1), sessions: sessions}
	if err := app.Prepare(); err != nil {
		fail(err)
	}
	host{w}.install()
	hostInput(pointer(w.in))
	instance = w
	go w.loop()
	select {}
}

// worker is the instance.
type worker struct {
	app      *site.App
	sessions site.SessionDriver
	site     *site.RequestHandler
	in       []byte
	requests chan int  // lengths of heads, or loopStart, loopTidy; never more than one waits
	x        *exchange // the request that is being answered
	quiet    int       // goroutines there are while nothing of the author's runs
}

// start makes the handler, when the environment is there.
func (w *worker) start() {
	env := fields(text(textEnv))
	for i := 0; i+1 < len(env); i += 2 {
		os.Setenv(env[i], env[i+1])
	}
	if err := errors.Join(w.app.UseKeys(os.Getenv("SITEGEN_KEY")), w.app.UseEnv(os.Getenv)); err != nil {
		fail(err)
	}
	w.site = site.NewHandler(w.app, site.Host{Static: files{w}, Log: w.log, Getenv: os.Getenv, Sessions: w.sessions})
}

func fail(err error) {
	println(err.Error())
	os.Exit(1)
}

// instance is the only one in the program.
var instance *worker

// event is all that the worker calls: the kind in the low four bits, a number above. It runs on whatever goroutine has
// paused, so it must not wait; what it wakes runs when the worker resumes the scheduler afterwards. A function of
// syscall/js would be called with four JavaScript values, each with a finalizer.
//
//go:wasmexport sitegen.event
func event(e int32) {
	w, n := instance, int(e>>4)
	switch kind := e & 15; {
	case kind == eventStart:
		w.requests <- loopStart
	case kind == eventTidy:
		w.requests <- loopTidy
	case kind == eventRequest:
		w.requests <- n
	case w.x == nil:
	case kind == eventBody:
		wake(w.x.arrived)
	case kind == eventDrained:
		wake(w.x.drained)
	case kind == eventCancel:
		cause := errGone
		if n == 2 {
			cause = context.DeadlineExceeded
		}
		w.x.cancel(cause)
	case kind == eventReply:
		if c := w.x.replies[int32(n)]; c != nil {
			wake(c)
		}
	}
}

var errGone = errors.New("the visitor went away")

// wake sends to a channel of size one, where one message is as good as two.
func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// loop answers requests one after the other, in one goroutine, so that its stack does not have to grow each time.
func (w *worker) loop() {
	defer func() { go w.loop() }() // after runtime.Goexit in a page: nothing else leads here
	deepen()
	for n := range w.requests {
		switch n {
		case loopStart:
			w.start()
		case loopTidy:
			tidy()
		default:
			w.serve(n)
		}
	}
}

// What loop does beside requests.
const (
	loopStart = 0
	loopTidy  = -1
)

// tidy puts Go's scavenger to sleep for good. When a request leaves much less memory in use than there was, the scavenger
// gives it back in the background, and pauses with a timer, which nobody can tell from one that the author has left behind.
// Giving all of it back wakes the scavenger the first time, and leaves it without work the second time.
func tidy() {
	debug.FreeOSMemory()
	debug.FreeOSMemory()
}

// deepen makes the goroutine's stack as large as most pages need it: each time a stack grows it is walked and copied.
//
//go:noinline
func deepen() {
	var room [24 << 10]byte
	use(&room)
}

//go:noinline
func use(room *[24 << 10]byte) { room[0] = 1 }

func (w *worker) serve(n int) {
	head := w.in[:min(n, len(w.in))]
	if n > len(w.in) {
		head = make([]byte, n)
		hostTake(pointer(head))
	}
	x := &exchange{w: w}
	x.Context, x.cancel = context.WithCancelCause(context.Background())
	w.x = x
	if w.quiet == 0 {
		w.quiet = runtime.NumGoroutine()
	}
	defer w.end(x)
	body, err := parseHead(string(head), &x.req)
	if err != nil {
		panic(err) // worker.mjs is of the same version
	}
	if body {
		x.req.Body = bodyReader{x}
	}
	x.req.Platform = &Platform{x: x}
	w.site.Serve(x, &x.req, x)
	x.whole = true
}

// end waits for what the request has begun and tells the worker that it is over.
func (w *worker) end(x *exchange) {
	x.finish()
	x.work.Wait()
	x.cancel(context.Canceled)
	w.x = nil
	// Goroutines that were about to end may do so before they are counted.
	for range 8 {
		if runtime.NumGoroutine() <= w.quiet {
			break
		}
		runtime.Gosched()
	}
	hostDone(int32(max(runtime.NumGoroutine()-w.quiet, 0)))
}

func (w *worker) log(_ context.Context, r site.LogRecord) {
	ray := ""
	if w.x != nil {
		ray = w.x.req.Header.Get("Cf-Ray")
	}
	p, n := pointer(line(&r, ray))
	hostLog(int32(r.Level), p, n)
}
