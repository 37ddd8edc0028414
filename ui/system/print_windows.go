package system

import (
	"context"
	"errors"
	"runtime"

	"golang.org/x/sys/windows"
)

// printFile lets the program that the user has for such files print one, or show it. keep means that somebody still reads the file.
func printFile(_ context.Context, _, file string) (printed, keep bool, err error) {
	path, err := windows.UTF16PtrFromString(file)
	if err != nil {
		return false, false, err
	}
	// Some such programs are asked by COM, which belongs to a thread (ShellExecute function, Remarks).
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	began := windows.CoInitializeEx(0, windows.COINIT_APARTMENTTHREADED|windows.COINIT_DISABLE_OLE1DDE)
	if began == nil || errors.Is(began, windows.Errno(windows.S_FALSE)) { // the latter: it had begun before, and counts
		defer windows.CoUninitialize()
	}
	for _, verb := range []string{"print", "open"} {
		v, _ := windows.UTF16PtrFromString(verb)
		if err = windows.ShellExecute(0, v, path, nil, nil, windows.SW_SHOWNORMAL); err == nil {
			return verb == "print", true, nil
		}
	}
	return false, false, errors.Join(ErrNoPrinter, err)
}
