package testhome

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

const isolatedEnv = "PORCHLIGHT_ISOLATED"

// Isolated runs the tests of a package in a network of their own that holds nothing but a
// loopback, by starting the test binary anew in it. Simulated devices of packages that are
// tested at the same time do not hear each other then, and nothing can leave the computer. Where
// the system forbids such networks it runs them as they are. The result is an exit status.
func Isolated(run func() int) int {
	if os.Getenv(isolatedEnv) != "" {
		if err := loopbackUp(); err != nil {
			fmt.Fprintln(os.Stderr, "testhome:", err)
			return 1
		}
		return run()
	}
	c := exec.Command("/proc/self/exe", os.Args[1:]...) //nolint:gosec,noctx // the test binary itself, until it ends
	c.Env = append(os.Environ(), isolatedEnv+"=1")
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	if os.Geteuid() != 0 { // root needs no new users, and may not make them in a chroot
		c.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		c.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		c.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	if err := c.Start(); err != nil {
		return run()
	}
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGQUIT, syscall.SIGTERM, os.Interrupt)
	go func() {
		for s := range signals {
			_ = c.Process.Signal(s) // go test asks for stacks when time is up
		}
	}()
	err := c.Wait()
	signal.Stop(signals)
	close(signals)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode()
	}
	if err != nil {
		return 1
	}
	return 0
}

// loopbackUp switches the loopback of a new network on, as "ip link set lo up" does.
func loopbackUp() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		return fmt.Errorf("open a socket: %w", err)
	}
	defer func() { _ = unix.Close(fd) }()
	ifr, err := unix.NewIfreq("lo")
	if err != nil {
		return fmt.Errorf("name lo: %w", err)
	}
	ifr.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, ifr); err != nil {
		return fmt.Errorf("switch lo on: %w", err)
	}
	return nil
}
