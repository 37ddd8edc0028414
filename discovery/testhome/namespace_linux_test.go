package testhome

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/ipv4"
	"golang.org/x/sys/unix"
)

func TestDoorsOpenAtTheDevicesAddressesOnly(t *testing.T) {
	_, home := start(t)
	want := map[netip.AddrPort]bool{}
	for _, d := range home {
		for _, x := range d.Doors {
			want[netip.AddrPortFrom(d.Addr, x.Port)] = true
		}
	}
	for _, at := range listening(t) {
		if !want[at] {
			t.Errorf("listens at %s, where no door is", at)
		}
		delete(want, at)
	}
	for at := range want {
		t.Errorf("does not listen at %s", at)
	}
}

// listening lists where this process listens by TCP.
func listening(t *testing.T) []netip.AddrPort {
	t.Helper()
	mine := map[string]bool{}
	fds, err := filepath.Glob("/proc/self/fd/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, fd := range fds {
		if link, err := os.Readlink(fd); err == nil {
			mine[strings.Trim(strings.TrimPrefix(link, "socket:"), "[]")] = true
		}
	}
	var out []netip.AddrPort
	for _, table := range []string{"/proc/thread-self/net/tcp", "/proc/thread-self/net/tcp6"} {
		b, err := os.ReadFile(table)
		if err != nil {
			continue // no IPv6
		}
		for _, line := range strings.Split(string(b), "\n")[1:] {
			f := strings.Fields(line)
			const listen = "0A"
			if len(f) < 10 || f[3] != listen || !mine[f[9]] {
				continue
			}
			host, port, _ := strings.Cut(f[1], ":")
			n, err := strconv.ParseUint(port, 16, 16)
			if err != nil || len(host) != 8 {
				t.Fatalf("listens at %s", f[1])
			}
			var a [4]byte
			for i := range a {
				v, err := strconv.ParseUint(host[6-2*i:8-2*i], 16, 8)
				if err != nil {
					t.Fatal(err)
				}
				a[i] = byte(v)
			}
			out = append(out, netip.AddrPortFrom(netip.AddrFrom4(a), uint16(n)))
		}
	}
	return out
}

// inside runs f on a thread with a network namespace of its own, which ends with it.
func inside(f func() error) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked, so that the thread ends here
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			done <- errors.Join(errNoNamespace, err)
			return
		}
		done <- f()
	}()
	return <-done
}

var errNoNamespace = errors.New("no network namespace may be made here")

// ip runs the ip command in the namespace of the calling thread.
func ip(lines ...string) error {
	for _, args := range lines {
		if out, err := exec.Command("ip", strings.Fields(args)...).CombinedOutput(); err != nil {
			return fmt.Errorf("ip %s: %w: %s", args, err, out)
		}
	}
	return nil
}

func TestLoopbackWithoutAddressesIsSaid(t *testing.T) {
	err := inside(func() error {
		if err := ip("link set lo up", "addr del 127.0.0.1/8 dev lo", "addr add 127.0.0.1/32 dev lo"); err != nil { // as on macOS
			return errors.Join(errNoNamespace, err)
		}
		lo, err := Loopback()
		if err != nil {
			return err
		}
		h, err := Start(t.Context(), lo, Practice()...)
		if err == nil {
			h.Close()
		}
		return err
	})
	if errors.Is(err, errNoNamespace) {
		t.Skip(err)
	}
	if !errors.Is(err, ErrNoLoopbackAddrs) {
		t.Errorf("got %v, want %v", err, ErrNoLoopbackAddrs)
	}
}

// TestDevicesLiveInNamespaces joins two namespaces by a wire: a device with its real ports
// at one end, somebody who asks at the other.
func TestDevicesLiveInNamespaces(t *testing.T) {
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip(err)
	}
	t.Setenv(Env, "1")
	devices := Plan{Prefix: netip.MustParsePrefix("192.168.77.0/24"), LowPorts: true}.Devices()
	for _, tt := range []struct {
		device     *Device
		port       uint16
		say, want  string
		group      netip.AddrPort
		ask        []byte
		answers    int
		wantDirect string
	}{
		{devices[0], 80, "GET / HTTP/1.0\r\n\r\n", "HTTP/1.0 401 Unauthorized", ssdpGroup, mSearch("ssdp:all"), 6, "LOCATION: http://192.168.77.10:1900/igd.xml"},
		{devices[4], 631, "GET / HTTP/1.0\r\n\r\n", "HTTP/1.0 200 OK", mdnsGroup, query(t, "_ipp._tcp.local."), 1, "ty=Brother HL-L2350DW series"},
	} {
		t.Run(tt.device.Name, func(t *testing.T) {
			err := onWire(t, tt.device, func(wire *net.Interface) error {
				c, err := (&net.Dialer{Timeout: 5 * time.Second}).DialContext(t.Context(), "tcp", netip.AddrPortFrom(tt.device.Addr, tt.port).String())
				if err != nil {
					return err
				}
				defer c.Close()
				c.SetDeadline(time.Now().Add(5 * time.Second))
				fmt.Fprint(c, tt.say)
				line, err := bufio.NewReader(c).ReadString('\n')
				if err != nil || strings.TrimSpace(line) != tt.want {
					t.Errorf("got %q, %v, want %q", line, err, tt.want)
				}
				u, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(192, 168, 77, 1)})
				if err != nil {
					return err
				}
				defer u.Close()
				if err := ipv4.NewPacketConn(u).SetMulticastInterface(wire); err != nil {
					return err
				}
				if _, err := u.WriteToUDPAddrPort(tt.ask, tt.group); err != nil {
					return err
				}
				got := asker{UDPConn: u, prefix: netip.PrefixFrom(tt.device.Addr, 24).Masked()}.answers(tt.answers)
				said := strings.Join(got[netip.AddrPortFrom(tt.device.Addr, tt.group.Port())], "")
				if len(got) != 1 || !strings.Contains(said, tt.wantDirect) {
					t.Errorf("got %q, want %q", got, tt.wantDirect)
				}
				return nil
			})
			if errors.Is(err, errNoNamespace) {
				t.Skip(err)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}

// onWire runs d at one end of a wire and f at the other, each in a namespace of its own.
func onWire(t *testing.T, d *Device, f func(wire *net.Interface) error) error {
	t.Helper()
	return inside(func() error {
		thread, plugged, ready, end, ended := make(chan int, 1), make(chan struct{}), make(chan error, 1), make(chan struct{}), make(chan error, 1)
		go func() {
			ended <- inside(func() error {
				thread <- unix.Gettid()
				<-plugged
				h, err := deviceEnd(t, d)
				ready <- err
				<-end
				if h != nil {
					h.Close()
				}
				return nil
			})
		}()
		defer close(end)
		select {
		case err := <-ended:
			return err
		case tid := <-thread:
			wired := ip("link set lo up", "link add asker type veth peer name device", fmt.Sprintf("link set device netns %d", tid),
				"addr add 192.168.77.1/24 dev asker", "link set asker up")
			close(plugged)
			if err := errors.Join(wired, <-ready); err != nil {
				return err
			}
		}
		ifi, err := net.InterfaceByName("asker")
		if err != nil {
			return err
		}
		return f(ifi)
	})
}

func deviceEnd(t *testing.T, d *Device) (*Home, error) {
	t.Helper()
	if err := ip("link set lo up", fmt.Sprintf("addr add %s/24 dev device", d.Addr), "link set device up"); err != nil {
		return nil, err
	}
	ifi, err := net.InterfaceByName("device")
	if err != nil {
		return nil, err
	}
	return Start(t.Context(), ifi, d)
}
