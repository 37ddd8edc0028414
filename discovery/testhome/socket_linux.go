package testhome

import (
	"net"
	"slices"
	"syscall"

	"golang.org/x/sys/unix"
)

// share lets a port be open in several programs, and ties the socket to one interface.
// Before Linux 5.7 the latter needs rights that a user lacks; then hearUDP filters alone.
func share(ifi string) func(network, address string, c syscall.RawConn) error {
	return func(_, _ string, c syscall.RawConn) error {
		var err error
		if cerr := c.Control(func(fd uintptr) {
			err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
			_ = unix.BindToDevice(int(fd), ifi)
		}); cerr != nil {
			return cerr
		}
		return err
	}
}

// virtual reports whether an interface is one that a test home makes: an end of a veth
// pair, or a dummy. No cable and no radio has such a driver.
func virtual(ifi *net.Interface) bool {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return false
	}
	defer func() { _ = unix.Close(fd) }()
	info, err := unix.IoctlGetEthtoolDrvinfo(fd, ifi.Name)
	if err != nil {
		return false
	}
	return slices.Contains([]string{"veth", "dummy"}, unix.ByteSliceToString(info.Driver[:]))
}
