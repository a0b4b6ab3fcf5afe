// Package process ends programs that this one has started, together with what they have started themselves.
//
// In: commands of os/exec. It must not import anything of ours.
package process
