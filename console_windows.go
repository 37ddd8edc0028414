package main

import (
	"os"

	"golang.org/x/sys/windows"
)

// The program for Windows belongs to no console, so that none opens with the window. Who starts it in a terminal
// still sees what it says there. What is redirected stays so.
func init() {
	const parent = ^uint32(0) // ATTACH_PARENT_PROCESS
	if has(windows.STD_OUTPUT_HANDLE) && has(windows.STD_ERROR_HANDLE) {
		return
	}
	if ok, _, _ := windows.NewLazySystemDLL("kernel32.dll").NewProc("AttachConsole").Call(uintptr(parent)); ok == 0 {
		return // nobody started it in a terminal
	}
	if !has(windows.STD_OUTPUT_HANDLE) {
		os.Stdout = console("CONOUT$", os.Stdout)
	}
	if !has(windows.STD_ERROR_HANDLE) {
		os.Stderr = console("CONOUT$", os.Stderr)
	}
	if !has(windows.STD_INPUT_HANDLE) {
		os.Stdin = console("CONIN$", os.Stdin)
	}
}

// has reports whether the program was given a place to read or write.
func has(which uint32) bool {
	h, err := windows.GetStdHandle(which)
	if err != nil || h == 0 || h == windows.InvalidHandle {
		return false
	}
	kind, err := windows.GetFileType(h)
	return err == nil && kind != windows.FILE_TYPE_UNKNOWN
}

// console opens the terminal, or leaves a file as it is.
func console(name string, otherwise *os.File) *os.File {
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return otherwise
	}
	return f
}
