package system

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// apart starts a process that stays when the console is closed.
func apart() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP | windows.DETACHED_PROCESS}
}
