//go:build unix

package system

import "syscall"

// apart starts a process in a session of its own, so that it stays when the terminal is closed.
func apart() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
