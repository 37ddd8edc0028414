package testhome

import (
	"net"
	"syscall"
)

// share lets a port be open in several programs.
func share(string) func(network, address string, c syscall.RawConn) error {
	return func(_, _ string, c syscall.RawConn) error {
		var err error
		if cerr := c.Control(func(fd uintptr) {
			err = syscall.SetsockoptInt(syscall.Handle(fd), syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1)
		}); cerr != nil {
			return cerr
		}
		return err
	}
}

// virtual is false: only Linux has the namespaces of a test home.
func virtual(*net.Interface) bool { return false }
