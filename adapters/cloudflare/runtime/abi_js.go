package cloudflare

import "unsafe"

// What the worker module offers to the program, as numbers and ranges of memory. Every one of them only takes notes or
// copies bytes, and returns at once: what they ask for happens when Go has nothing left to do and JavaScript goes on.

// hostInput says where the head of a request may be written.
//
//go:wasmimport sitegen input
func hostInput(p unsafe.Pointer, n int32)

// hostTake copies waiting bytes: of a head that was too large for the input, or of the body. 0 says that there are none
// yet, bodyEnd and bodyBroken that there will be none.
//
//go:wasmimport sitegen take
//go:noescape
func hostTake(p unsafe.Pointer, n int32) int32

// hostPull asks for the next bytes of the body; eventBody tells of them.
//
//go:wasmimport sitegen pull
func hostPull()

// hostHead gives the head of the answer.
//
//go:wasmimport sitegen head
//go:noescape
func hostHead(p unsafe.Pointer, n int32)

// hostChunk gives bytes of the answer's body: chunkMore, chunkFull (eventDrained will tell) or chunkGone.
//
//go:wasmimport sitegen chunk
//go:noescape
func hostChunk(p unsafe.Pointer, n int32) int32

// hostFlush asks that what was given so far is sent.
//
//go:wasmimport sitegen flush
func hostFlush()

// hostFile answers with a file of the assets, with the head that was given on top.
//
//go:wasmimport sitegen file
//go:noescape
func hostFile(p unsafe.Pointer, n int32)

// hostFinish ends the answer; broken says that it is not whole.
//
//go:wasmimport sitegen finish
func hostFinish(broken int32)

// hostDone ends the request: whatever it started has ended, but for the given number of goroutines.
//
//go:wasmimport sitegen done
func hostDone(leaked int32)

// hostHas says whether the site has a file of that name.
//
//go:wasmimport sitegen has
//go:noescape
func hostHas(p unsafe.Pointer, n int32) int32

// hostLog writes a line of the log.
//
//go:wasmimport sitegen log
//go:noescape
func hostLog(level int32, p unsafe.Pointer, n int32)

// hostText asks for a text: the environment, what is known of the visitor. It gives its length; hostTake then copies it.
//
//go:wasmimport sitegen text
func hostText(which int32) int32

// hostCall begins something that takes time; the arguments are texts that end with a NUL, the first of them the name of
// the operation, then bytes. It gives a number by which eventReply tells of the end, and hostResult what came of it.
//
//go:wasmimport sitegen call
//go:noescape
func hostCall(text unsafe.Pointer, textLen int32, data unsafe.Pointer, dataLen int32) int32

// hostDrop ends a call, with the streams that came of it.
//
//go:wasmimport sitegen drop
func hostDrop(id int32)

// hostResult gives the length of a result that hostTake then copies, or resultNone, resultFailed (then the text is the
// reason).
//
//go:wasmimport sitegen result
func hostResult(id int32) int32

// The kinds of events.
const (
	eventRequest = 1 // its head, of the given length, is in the input; if that is too small, hostTake copies it
	eventBody    = 2
	eventDrained = 3
	eventCancel  = 4 // the visitor went away (1) or the answer takes too long (2)
	eventReply   = 5
	eventStart   = 6 // once, before all others: the environment can be asked for
	eventTidy    = 7 // after a request: Go's own timers are to end
)

const (
	chunkMore = 0
	chunkFull = 1
	chunkGone = 2
)

const (
	bodyEnd    = -1
	bodyBroken = -2
)

const (
	textEnv = 0 // names and values
	textGeo = 1 // the fields of geo, in order
)

const (
	resultNone   = -1
	resultFailed = -2
)

func pointer(b []byte) (unsafe.Pointer, int32) {
	return unsafe.Pointer(unsafe.SliceData(b)), int32(len(b))
}

func pointerTo(s string) (unsafe.Pointer, int32) {
	return unsafe.Pointer(unsafe.StringData(s)), int32(len(s))
}

// text asks for one of the texts.
func text(which int32) string {
	n := hostText(which)
	if n <= 0 {
		return ""
	}
	b := make([]byte, n)
	hostTake(pointer(b))
	return string(b)
}
