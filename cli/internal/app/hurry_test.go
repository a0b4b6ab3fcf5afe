package app

import (
	"testing"
	"time"
)

func TestHurry(t *testing.T) {
	if code := Hurry(); code != exitInterrupted {
		t.Errorf("the exit code is %d", code)
	}
	one, two := whole(), whole()
	ended := make(chan time.Time, 1)
	go func() { Hurry(); ended <- time.Now() }()
	one()
	select {
	case <-ended:
		t.Error("it does not wait for the second one")
	case <-time.After(20 * time.Millisecond):
	}
	released := time.Now()
	two()
	if at := <-ended; at.Before(released) {
		t.Error("it has not waited")
	}
}
