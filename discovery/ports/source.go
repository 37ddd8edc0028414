// Package ports knocks at a short, fixed list of a device's doors and reads what it says
// to whoever comes in: its first web page, its greeting. It never says more than that.
package ports

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"porchlight/discovery"
	"porchlight/discovery/fields"
	"porchlight/discovery/lan"
)

// How to speak to a door. A silent one is only opened and closed.
type manner uint8

const (
	silent manner = iota
	web
	webTLS
	greeting // it speaks first
	rtsp
)

// A door is one port that is tried.
type door struct {
	port     uint16
	protocol string // what it is if it opens; for the silent ones the usual guess
	manner   manner
}

// doors are tried in this order: the likely and telling ones first. A device that nobody
// has recognised gets only the first maxGentle.
var doors = []door{
	{80, "http", web},
	{443, "http", webTLS},
	{8080, "http", web},
	{23, "telnet", greeting},
	{554, "rtsp", rtsp},
	{22, "ssh", greeting},
	{2323, "telnet", greeting},
	{21, "ftp", greeting},
	{8554, "rtsp", rtsp},
	{8888, "http", web},
	{445, "smb", silent},
	{5555, "adb", silent},
	{8443, "http", webTLS},
	{81, "http", web},
	{8000, "http", web},
	{5000, "http", web},
	{5001, "http", webTLS},
	{8081, "http", web},
	{139, "smb", silent},
	{1883, "mqtt", silent},
	{8883, "mqtt", silent},
	{7547, "tr069", silent},
	{8291, "winbox", silent},
	{37777, "dahua", silent},
	{34567, "xiongmai", silent},
	{5900, "vnc", silent},
	{5901, "vnc", silent},
	{53, "dns", silent},
	{25, "smtp", greeting},
}

// programs are the web pages of programs that people run on a computer of theirs. They are tried
// last, and only where such programs run.
var programs = []uint16{
	8123,  // Home Assistant
	1880,  // Node-RED
	8096,  // Jellyfin
	3000,  // AdGuard Home until it is set up
	8581,  // Homebridge
	8083,  // FHEM
	8091,  // Z-Wave JS UI
	6052,  // ESPHome
	1984,  // go2rtc
	8384,  // Syncthing
	9091,  // Transmission
	7125,  // Moonraker
	61208, // Glances
	8989,  // Sonarr
	7878,  // Radarr
	9696,  // Prowlarr
	8686,  // Lidarr
}

// runPrograms are the kinds of device that people put programs on.
var runPrograms = []discovery.Kind{discovery.KindComputer, discovery.KindNAS, discovery.KindHub}

const (
	// maxGentle is how many doors an unrecognised device is tried at, besides those that it
	// announces: a tiny one may restart when it is asked more.
	maxGentle = 12
	// maxSilence is how many doors in a row may not even refuse. A firewall is behind them
	// then, and each more costs two seconds.
	maxSilence = 3
	// decoyDoors open at once are no home device: somebody wants to be found. Neither are decoyGentle
	// of the first maxGentle, where no more than these are tried.
	decoyDoors  = 25
	decoyGentle = 10
	// perDevice bounds the whole visit.
	perDevice = 30 * time.Second
	// greetingWait is how long a greeting is awaited; that of telnet comes late where the
	// device first looks up our name.
	greetingWait       = 2 * time.Second
	telnetGreetingWait = 4 * time.Second
)

// Prober visits one device.
type Prober struct {
	Home *lan.Home
	// Excerpts finds the places of a page that identify devices; nil finds none.
	Excerpts func(page string) []string
}

// Name implements discovery.Prober.
func (Prober) Name() string { return "ports" }

// Probe implements discovery.Prober.
func (p Prober) Probe(ctx context.Context, now func() discovery.Device, report func(discovery.Observation)) error {
	return p.visit(ctx, nil, now, report)
}

// Return implements discovery.Returner: it tries the doors that the device has named since, and no
// others.
func (p Prober) Return(ctx context.Context, before discovery.Device, now func() discovery.Device, report func(discovery.Observation)) error {
	if before.Fact(discovery.FactDecoy) != "" {
		return nil
	}
	return p.visit(ctx, &before, now, report)
}

// visit tries the doors of one device. before is the device as it was at the end of its last visit; nil
// if this is the first.
func (p Prober) visit(ctx context.Context, before *discovery.Device, now func() discovery.Device, report func(discovery.Observation)) error {
	d := now()
	a := d.Addr()
	if !a.IsValid() || a == p.Home.Network.Addr {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, perDevice)
	defer cancel()
	tried := map[uint16]bool{}
	open, first, silence, looked := 0, 0, 0, false
	if before != nil {
		for _, dr := range named(*before) {
			tried[dr.port] = true
		}
		_, looked = before.Service("http") // and its picture too
	}
	for {
		// What it said at the last door, or to others meanwhile, may open or close more of the list.
		d = now()
		pace := lan.PaceOf(d)
		dr, ok := next(d, pace, tried, before != nil || silence >= maxSilence)
		if !ok && looked {
			return nil
		}
		if !ok {
			looked = true
			if facts := p.favicon(ctx, d, pace); len(facts) > 0 {
				report(observation(a, facts...))
			}
			continue // it may be recognised by that, and bear more
		}
		tried[dr.port] = true
		o, err := p.knock(ctx, netip.AddrPortFrom(a, dr.port), dr, pace)
		switch {
		case ctx.Err() != nil || errors.Is(err, lan.ErrBudget):
			return nil // what was seen stays
		case err != nil:
			if timeout(err) {
				silence++
			} else {
				silence = 0
			}
			continue
		}
		silence = 0
		if !slices.Contains(programs, dr.port) { // of these a computer may have as many as its owner likes
			open++
		}
		if slices.ContainsFunc(doors[:maxGentle], func(f door) bool { return f.port == dr.port }) {
			first++
		}
		report(o)
		if open == decoyDoors || (pace == lan.Gentle && first == decoyGentle) {
			report(observation(a, discovery.Fact{Key: discovery.FactDecoy, Value: "many-doors"}))
			return nil
		}
	}
}

// next gives the first door of the plan that was not tried; if so asked, only one that the device names.
func next(d discovery.Device, pace lan.Pace, tried map[uint16]bool, onlyNamed bool) (door, bool) {
	list := named(d)
	if !onlyNamed {
		list = plan(d, pace)
	}
	for _, dr := range list {
		if !tried[dr.port] {
			return dr, true
		}
	}
	return door{}, false
}

// plan lists the doors to try, those that the device announces first.
func plan(d discovery.Device, pace lan.Pace) []door {
	out := named(d)
	add := func(dr door) {
		if !slices.ContainsFunc(out, func(o door) bool { return o.port == dr.port }) {
			out = append(out, dr)
		}
	}
	most := len(doors)
	if pace == lan.Gentle {
		most = maxGentle
	}
	for _, dr := range doors[:most] {
		add(dr)
	}
	if pace == lan.Sturdy && slices.Contains(runPrograms, d.Kind) {
		for _, port := range programs {
			add(door{port, "http", web})
		}
	}
	return out
}

// named lists the doors of a device that are known of, by itself or because they opened.
func named(d discovery.Device) []door {
	var out []door
	for _, s := range d.Services { // one for each port
		if s.Transport != "tcp" || s.Port == lan.IPPPort { // printers are asked in their own language only
			continue
		}
		if i := slices.IndexFunc(doors, func(dr door) bool { return dr.port == s.Port }); i >= 0 {
			out = append(out, doors[i])
		} else if s.Protocol == "http" && s.TLS {
			out = append(out, door{s.Port, "http", webTLS})
		} else if s.Protocol == "http" || slices.Contains(programs, s.Port) {
			out = append(out, door{s.Port, "http", web})
		}
	}
	return out
}

// knock opens one door and listens. An error means that it is closed.
func (p Prober) knock(ctx context.Context, to netip.AddrPort, dr door, pace lan.Pace) (discovery.Observation, error) {
	line := map[manner]string{silent: "connect", web: "GET /", webTLS: "GET /", greeting: "connect, read greeting", rtsp: "RTSP OPTIONS *"}[dr.manner]
	c, err := p.Home.Dial(ctx, to, pace, line)
	if err != nil {
		return discovery.Observation{}, err
	}
	defer func() { _ = c.Close() }()
	o := observation(to.Addr())
	s := discovery.Service{Port: to.Port(), Transport: "tcp"}
	switch dr.manner {
	case silent:
		s.Protocol = dr.protocol
	case web, webTLS:
		s.TLS = dr.manner == webTLS
		var next string
		if o.Facts, next, err = p.page(ctx, c, to, s.TLS); err == nil || len(o.Facts) > 0 && !errors.Is(err, errOdd) {
			s.Protocol = dr.protocol
		}
		_ = c.Close() // one connection at a time
		if next != "" {
			o.Facts = append(o.Facts, p.follow(ctx, to.Addr(), pace, next)...)
		}
	case greeting:
		wait := greetingWait
		if dr.protocol == "telnet" {
			wait = telnetGreetingWait
		}
		b := readSome(c, wait)
		if len(b) == maxGreeting {
			err = errTooMuch
		}
		s.Protocol, o.Facts = parseGreeting(dr.protocol, b)
	case rtsp:
		if o.Facts, err = p.options(c); err == nil {
			s.Protocol = dr.protocol
		}
	}
	if errors.Is(err, errOdd) {
		o.Facts = append(o.Facts, discovery.OddFact(discovery.OddNonsense))
	}
	if errors.Is(err, errTooMuch) {
		o.Facts = append(o.Facts, discovery.OddFact(discovery.OddTooMuch))
	}
	if errors.Is(err, errTooSlow) {
		o.Facts = append(o.Facts, discovery.OddFact(discovery.OddTooSlow))
	}
	s.Product = product(o.Facts)
	o.Services = []discovery.Service{s}
	return o, nil
}

// page asks for the first page over a connection that is already open. next is where it
// sends people on to, often a login page whose title tells more; "" if nowhere.
func (p Prober) page(ctx context.Context, c net.Conn, to netip.AddrPort, secure bool) (facts []discovery.Fact, next string, err error) {
	if secure {
		t, err := lan.TLS(ctx, c)
		if err != nil {
			return nil, "", err
		}
		if certs := t.ConnectionState().PeerCertificates; len(certs) > 0 {
			facts = append(facts, certificate(certs[0])...)
		}
		c = t
	}
	req, err := p.request(ctx, to, secure)
	if err != nil {
		return facts, "", err
	}
	if err := req.Write(c); err != nil {
		return facts, "", fmt.Errorf("ask for the first page: %w", err)
	}
	resp, body, err := readPage(c, req) //nolint:bodyclose // readPage closes it
	if resp == nil {
		return facts, "", err
	}
	if u, bad := resp.Location(); bad == nil && resp.StatusCode/100 == 3 {
		next = u.String()
	}
	return append(facts, fields.Page(resp.Header, body, p.Excerpts)...), next, err
}

func (p Prober) request(ctx context.Context, to netip.AddrPort, secure bool) (*http.Request, error) {
	u := lan.URL(discovery.Service{Port: to.Port(), TLS: secure}, to.Addr(), "/")
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u, nil)
	if err != nil {
		return nil, fmt.Errorf("ask for %s: %w", u, err)
	}
	req.Header.Set("User-Agent", p.Home.UserAgent())
	req.Close = true
	return req, nil
}

// readPage reads a response and at most maxPage bytes of its body. errTooMuch means that it is much
// longer than that, errTooSlow that it stopped in the middle; what was read counts all the same if there
// is a response.
func readPage(c io.Reader, req *http.Request) (*http.Response, []byte, error) {
	// The cap on the connection is wider; headers have their own.
	limited := &io.LimitedReader{R: c, N: maxHeaders}
	resp, err := http.ReadResponse(bufio.NewReader(limited), req)
	switch {
	case err != nil && limited.N == 0:
		return nil, nil, fmt.Errorf("read the first page: %w: %w", errTooMuch, err)
	case err != nil:
		return nil, nil, fmt.Errorf("read the first page: %w: %w", errOdd, err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode < http.StatusOK { // nobody asked whether to go on
		return nil, nil, fmt.Errorf("read the first page: %w: status %d", errOdd, resp.StatusCode)
	}
	limited.N = maxEndless
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxPage)) //nolint:forbidigo // limited
	switch {
	case err == nil:
	case timeout(err):
		return resp, body, errTooSlow
	case len(body) == 0 && limited.N > 0 && !errors.Is(err, io.ErrUnexpectedEOF):
		return nil, nil, fmt.Errorf("read the first page: %w: %w", errOdd, err)
	case len(body) == 0:
		return nil, nil, fmt.Errorf("read the first page: %w", err)
	}
	if _, _ = io.Copy(io.Discard, resp.Body); limited.N == 0 { // how else it ends does not matter
		return resp, body, errTooMuch
	}
	return resp, body, nil
}

// follow reads the page that the first one leads to, if it is on the same device.
func (p Prober) follow(ctx context.Context, a netip.Addr, pace lan.Pace, to string) []discovery.Fact {
	req, err := http.NewRequestWithContext(lan.OwnLink(ctx), http.MethodGet, to, nil)
	if err != nil {
		return nil
	}
	resp, err := p.Home.HTTP(a, pace).Do(req)
	if err != nil {
		return nil
	}
	defer func() { _ = resp.Body.Close() }()
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxPage)) //nolint:forbidigo // limited
	return fields.Page(resp.Header, body, p.Excerpts)
}

// favicon reads the little picture of a device's web page, if nothing else told its maker: many
// have one of their own. Whatever is known to be small is not asked for it.
func (p Prober) favicon(ctx context.Context, d discovery.Device, pace lan.Pace) []discovery.Fact {
	s, ok := d.Service("http")
	if !ok || d.Vendor != "" || d.Tiny || (d.Kind != discovery.KindUnknown && pace == lan.Gentle) {
		return nil
	}
	const path = "/favicon.ico"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, lan.URL(s, d.Addr(), path), nil)
	if err != nil {
		return nil
	}
	client := p.Home.HTTP(d.Addr(), pace)
	onDevice := client.CheckRedirect
	client.CheckRedirect = func(req *http.Request, via []*http.Request) error {
		if req.URL.Path != path || len(via) > 1 { // to the same by HTTPS it may lead, to a page for people not
			return http.ErrUseLastResponse
		}
		return onDevice(req, via)
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxPicture+1)) //nolint:forbidigo // limited
	if err != nil || resp.StatusCode != http.StatusOK {
		return nil
	}
	return pictureFacts(resp.Header.Get("Content-Type"), b)
}

// options asks a camera what it can do (RFC 2326, section 10.1). It shows nothing.
func (p Prober) options(c net.Conn) ([]discovery.Fact, error) {
	ask := "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: " + p.Home.UserAgent() + "\r\n\r\n"
	if _, err := io.WriteString(c, ask); err != nil {
		return nil, fmt.Errorf("ask for options: %w", err)
	}
	return parseRTSP(readSome(c, greetingWait))
}

// readSome reads what comes within wait, at most maxGreeting bytes, until there is a pause.
func readSome(c net.Conn, wait time.Duration) []byte {
	timer := time.AfterFunc(wait, func() { _ = c.SetReadDeadline(time.Unix(1, 0)) })
	defer timer.Stop()
	buf := make([]byte, maxGreeting)
	n, _ := c.Read(buf)
	return buf[:n]
}

func observation(a netip.Addr, facts ...discovery.Fact) discovery.Observation {
	return discovery.Observation{Source: "ports", At: time.Now().UTC(), Addr: a, Facts: facts}
}

func timeout(err error) bool {
	ne, ok := errors.AsType[net.Error](err)
	return ok && ne.Timeout()
}
