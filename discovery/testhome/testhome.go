// Package testhome holds simulated devices: real servers that behave like the things in a
// home, for tests and for the practice home. They answer mDNS, SSDP, WS-Discovery, HTTP, SOAP,
// telnet and RTSP, and each counts what it was asked. They run on loopback, or in the network
// namespaces of a test home, and nowhere else.
package testhome

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// Env names the environment variable that a test home sets to "1" in the namespaces it
// made. Without it devices start on loopback only.
const Env = "PORCHLIGHT_TESTHOME"

// Why devices did not start.
var (
	// ErrRealNetwork means that the interface or an address could be somebody's network.
	ErrRealNetwork = errors.New("simulated devices start on loopback or in a test home only")
	// ErrNoLoopbackAddrs means that loopback lacks the addresses: macOS has 127.0.0.1 only,
	// until "ifconfig lo0 alias" adds more.
	ErrNoLoopbackAddrs = errors.New("the loopback of this computer has no addresses but 127.0.0.1")
)

// errStopped is for changes to a device that is not running.
var errStopped = errors.New("the device is not running")

// A Device is one simulated device. Its fields say what it is and must not change while
// it runs; its methods may be called at any time. In texts of the fields, {addr} stands
// for its address and {firmware} for its firmware.
type Device struct {
	Name     string     // for people; it is not announced
	Addr     netip.Addr // where it lives; its doors open here and nowhere else
	Addr6    netip.Addr // a second address, announced too; zero if there is none
	Host     string     // its mDNS name, without ".local"
	Firmware string
	Doors    []Door
	MDNS     []Announcement // none: it does not speak mDNS
	UPnP     *UPnP          // nil: it does not speak SSDP
	IGD      *IGD           // nil: it is no internet gateway
	WSD      *WSD           // nil: it does not speak WS-Discovery
	Login    *Login         // what BehindLogin asks for

	mu       sync.Mutex // guards following, and Firmware, IGD and Login while it runs
	counts   Counts
	failures int // logins that failed since the password was last set
	home     *Home
	open     map[int]*openDoor // by index in Doors
}

// A Door is one open TCP port. With neither Web nor Talk it listens, reads and says
// nothing, as the raw port of a printer does.
type Door struct {
	Port     uint16 // 0: any free one, which Start writes here
	Protocol string // as in discovery.Service; "telnet" is what SetTelnet looks for
	Server   string // the Server header of every web answer; "" sends none
	Web      Web
	Talk     Talk
}

// A Web answers one HTTP request to a device. The context of the request ends with the home.
type Web func(d *Device, w http.ResponseWriter, r *http.Request)

// A Talk speaks on one connection until the other side or the home closes it.
type Talk func(ctx context.Context, d *Device, c net.Conn)

// A Home is a running set of simulated devices on one interface.
type Home struct {
	ifi     net.Interface
	devices []*Device
	ctx     context.Context //nolint:containedctx // of all it does: doors may open again until it ends
	cancel  context.CancelFunc
	unwatch func() bool

	wg       sync.WaitGroup // every goroutine of the home
	searches chan struct{}  // one for each SSDP search that is being answered

	mu      sync.Mutex // guards following
	closed  bool
	sockets []io.Closer
}

// Loopback finds the loopback interface of this computer.
func Loopback() (*net.Interface, error) {
	all, err := net.Interfaces()
	if err != nil {
		return nil, fmt.Errorf("list interfaces: %w", err)
	}
	for _, ifi := range all {
		if ifi.Flags&net.FlagLoopback != 0 && ifi.Flags&net.FlagUp != 0 {
			return &ifi, nil
		}
	}
	return nil, ErrNoLoopbackAddrs
}

// Start lets the devices live on an interface and returns when all of them answer. They
// end with Close, or with ctx. Sockets are opened on the calling goroutine, so a thread
// in a namespace of its own may call it. ErrRealNetwork and ErrNoLoopbackAddrs say why
// they may or can not live there; a port that is taken is an error too.
func Start(ctx context.Context, ifi *net.Interface, devices ...*Device) (*Home, error) {
	if err := allowed(ctx, ifi, devices); err != nil {
		return nil, err
	}
	h := &Home{ifi: *ifi, devices: devices, searches: make(chan struct{}, maxSearches)}
	h.ctx, h.cancel = context.WithCancel(ctx)
	h.unwatch = context.AfterFunc(ctx, h.shut)
	if err := h.start(); err != nil {
		return nil, errors.Join(err, h.Close())
	}
	return h, nil
}

func (h *Home) start() error {
	for _, d := range h.devices {
		d.move(h)
		for i := range d.Doors {
			if err := h.openDoor(d, i); err != nil {
				return err
			}
		}
		if d.UPnP != nil && d.UPnP.Port == 0 {
			d.UPnP.Port = d.Doors[len(d.Doors)-1].Port
		}
	}
	if err := h.startMDNS(); err != nil {
		return err
	}
	if err := h.startSSDP(); err != nil {
		return err
	}
	return h.startWSD()
}

// Close stops every device and waits until nothing of the home runs any more.
func (h *Home) Close() error {
	h.unwatch()
	h.shut()
	h.wg.Wait()
	return nil
}

// shut closes every socket, which ends every goroutine.
func (h *Home) shut() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.cancel()
	h.closed = true
	for _, c := range h.sockets {
		_ = c.Close()
	}
	h.sockets = nil
}

// keep makes shut close c; false if that has happened already.
func (h *Home) keep(c io.Closer) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		_ = c.Close()
		return false
	}
	h.sockets = append(h.sockets, c)
	return true
}

// run starts a goroutine that Close waits for, unless the home has closed.
func (h *Home) run(f func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.closed {
		h.wg.Go(f)
	}
}

// At gives the device that lives at an address; nil if there is none.
func (h *Home) At(addr netip.Addr) *Device {
	for _, d := range h.devices {
		if slices.Contains(d.addrs(), addr) {
			return d
		}
	}
	return nil
}

// loopback reports whether the home is on this computer's loopback.
func (h *Home) loopback() bool { return h.ifi.Flags&net.FlagLoopback != 0 }

// allowed keeps simulated devices off real networks.
func allowed(ctx context.Context, ifi *net.Interface, devices []*Device) error {
	loopback := ifi.Flags&net.FlagLoopback != 0
	if !loopback && (os.Getenv(Env) != "1" || !virtual(ifi)) {
		return fmt.Errorf("start on %q: %w", ifi.Name, ErrRealNetwork)
	}
	for _, d := range devices {
		for _, a := range d.addrs() {
			if a.IsLoopback() != loopback || (!loopback && !a.IsPrivate() && !a.IsLinkLocalUnicast()) {
				return fmt.Errorf("start %q at %s on %q: %w", d.Name, a, ifi.Name, ErrRealNetwork)
			}
			if !loopback {
				continue
			}
			probe, err := new(net.ListenConfig).ListenPacket(ctx, "udp", netip.AddrPortFrom(a, 0).String())
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil {
				return fmt.Errorf("start %q at %s: %w", d.Name, a, ErrNoLoopbackAddrs)
			}
			_ = probe.Close()
		}
	}
	return nil
}

// addrs gives the addresses of the device.
func (d *Device) addrs() []netip.Addr {
	if d.Addr6.IsValid() {
		return []netip.Addr{d.Addr, d.Addr6}
	}
	return []netip.Addr{d.Addr}
}

// move lets a device live in a home, and gives its description a door if it has none.
func (d *Device) move(h *Home) {
	if u := d.UPnP; u != nil && (u.Port == 0 || !slices.ContainsFunc(d.Doors, func(x Door) bool { return x.Port == u.Port })) {
		d.Doors = append(d.Doors, Door{Port: u.Port, Protocol: "http", Server: u.Server, Web: UPnPPages()})
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.home = h
	d.open = map[int]*openDoor{}
}

// URL gives the web address of a path behind the device's first web door.
func (d *Device) URL(path string) string {
	for _, x := range d.Doors {
		if x.Web != nil {
			return "http://" + netip.AddrPortFrom(d.Addr, x.Port).String() + path
		}
	}
	return ""
}

// SetTelnet opens or closes the telnet doors, as the owner would in the settings.
// Closing drops the connections too.
func (d *Device) SetTelnet(on bool) error {
	for i, x := range d.Doors {
		if x.Protocol != "telnet" {
			continue
		}
		d.mu.Lock()
		h, o := d.home, d.open[i]
		delete(d.open, i)
		d.mu.Unlock()
		if h == nil {
			return fmt.Errorf("set telnet of %q: %w", d.Name, errStopped)
		}
		if o != nil {
			_ = o.Close()
		}
		if !on {
			continue
		}
		if err := h.openDoor(d, i); err != nil {
			return err
		}
	}
	return nil
}

// SetFirmware changes the firmware that the device shows.
func (d *Device) SetFirmware(version string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.Firmware = version
}

// fill puts the device's address and firmware into a text of its own.
func (d *Device) fill(s string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return strings.NewReplacer("{addr}", d.Addr.String(), "{firmware}", d.Firmware).Replace(s)
}

// An openDoor is a listening door with its connections.
type openDoor struct {
	device *Device
	port   uint16
	lns    []net.Listener

	mu     sync.Mutex // guards following
	closed bool
	conns  map[net.Conn]struct{}
}

func (h *Home) openDoor(d *Device, i int) error {
	door := &d.Doors[i]
	o := &openDoor{device: d, conns: map[net.Conn]struct{}{}}
	for _, a := range d.addrs() {
		ln, err := new(net.ListenConfig).Listen(h.ctx, "tcp", netip.AddrPortFrom(a, door.Port).String())
		if err != nil {
			_ = o.Close()
			return fmt.Errorf("open port %d of %q: %w", door.Port, d.Name, err)
		}
		o.lns = append(o.lns, ln)
		if tcp, ok := ln.Addr().(*net.TCPAddr); ok && door.Port == 0 {
			door.Port = tcp.AddrPort().Port()
		}
	}
	o.port = door.Port
	if !h.keep(o) {
		return fmt.Errorf("open port %d of %q: %w", door.Port, d.Name, errStopped)
	}
	d.mu.Lock()
	d.open[i] = o
	d.mu.Unlock()
	serve := h.serveTalk
	if door.Web != nil {
		serve = h.serveWeb
	}
	for _, raw := range o.lns {
		what, ln := *door, &listener{Listener: raw, door: o}
		h.run(func() { serve(what, ln) })
	}
	return nil
}

// Close stops listening and drops every connection.
func (o *openDoor) Close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	for _, ln := range o.lns {
		_ = ln.Close()
	}
	for c := range o.conns {
		_ = c.Close()
	}
	clear(o.conns)
	return nil
}

// A listener counts what comes through a door and lets the door drop it.
type listener struct {
	net.Listener
	door *openDoor
}

// Accept implements net.Listener.
func (l *listener) Accept() (net.Conn, error) {
	raw, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.door.device.note(func(c *Counts) { c.Connections[l.door.port]++ })
	l.door.mu.Lock()
	defer l.door.mu.Unlock()
	if l.door.closed {
		_ = raw.Close()
	} else {
		l.door.conns[raw] = struct{}{}
	}
	return &conn{Conn: raw, door: l.door}, nil
}

type conn struct {
	net.Conn
	door *openDoor
}

// Read implements net.Conn.
func (c *conn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if n > 0 {
		c.door.device.note(func(k *Counts) { k.Received[c.door.port] += n })
	}
	return n, err
}

// NetConn gives the connection below, for who breaks it off.
func (c *conn) NetConn() net.Conn { return c.Conn }

// Close implements net.Conn.
func (c *conn) Close() error {
	c.door.mu.Lock()
	delete(c.door.conns, c.Conn)
	c.door.mu.Unlock()
	return c.Conn.Close()
}

func (h *Home) serveTalk(door Door, ln *listener) {
	for {
		c, err := ln.Accept()
		if err != nil {
			return
		}
		h.run(func() {
			defer func() { _ = c.Close() }()
			if door.Talk != nil {
				door.Talk(h.ctx, ln.door.device, c)
			} else {
				drain(c)
			}
		})
	}
}

func (h *Home) serveWeb(door Door, ln *listener) {
	d := ln.door.device
	srv := &http.Server{
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug),
		BaseContext:       func(net.Listener) context.Context { return h.ctx },
		// The server waits for nobody when it closes, so the home counts its connections.
		ConnState: func(_ net.Conn, s http.ConnState) {
			switch s {
			case http.StateNew:
				h.wg.Add(1)
			case http.StateClosed, http.StateHijacked:
				h.wg.Done()
			default:
			}
		},
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			d.request(ln.door.port, r.Method+" "+r.RequestURI)
			if door.Server != "" {
				w.Header().Set("Server", d.fill(door.Server))
			}
			door.Web(d, w, r)
		}),
	}
	_ = srv.Serve(ln) // the door was closed
}
