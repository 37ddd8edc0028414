package testhome_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"porchlight/discovery"
	"porchlight/discovery/testhome"
)

// A villain is a device that is out to break the program or to deceive its user, or that is broken itself.
type villain struct {
	*member
	// odd are the ways in which it may be noted as odd, one at least; none means that nothing of it is
	// cut off or refused.
	odd   []discovery.Oddity
	lives func(l *lair) error // what it does besides its doors
	plug  string              // how its cable is treated in the middle of the round: "out", "in" or "loose"
}

// firstVillain is the host number of the first.
const firstVillain = 101

const (
	html   = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n"
	allWeb = 5 // doors of a villain that breaks off at each
)

var webPorts = []uint16{80, 443, 8080, 554, 8554, 8888, 23, 22, 21}

// cable treats the cable of a villain in the middle of the round.
func (v *villain) cable(how string) *villain { v.plug = how; return v }

// and is what it does besides its doors.
func (v *villain) and(lives func(l *lair) error) *villain { v.lives = lives; return v }

// root makes a program of the system start with it.
func (v *villain) root(script string, needs ...string) *villain {
	v.script, v.needs = script, needs
	return v
}

// villains lists them, each with a host number of its own.
func villains() []*villain {
	var out []*villain
	add := func(what string, d *testhome.Device, odd ...discovery.Oddity) *villain {
		d.Name = what
		v := &villain{member: device(firstVillain+len(out), d, want{who: what}), odd: odd}
		out = append(out, v)
		return v
	}
	// described: its UPnP description is at port 80, where talk is.
	upnp := func(w testhome.Web, server string) *testhome.Device {
		return &testhome.Device{
			Doors: []testhome.Door{web(49152, "", testhome.Paths(map[string]testhome.Web{"/desc.xml": w}))},
			UPnP:  &testhome.UPnP{Port: 49152, Path: "/desc.xml", Server: server, Type: "urn:schemas-upnp-org:device:Basic:1"},
		}
	}
	location := func(to string) *testhome.Device {
		d := upnp(testhome.Page("x", ""), "Linux UPnP/1.0")
		d.UPnP.Location = to
		return d
	}
	page := func(talk testhome.Talk) *testhome.Device { return &testhome.Device{Doors: doors(talk, 80)} }
	silent := func() *testhome.Device { return &testhome.Device{} }
	named := func(friendly string) *testhome.Device {
		return upnp(testhome.Text("text/xml", `<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><device><friendlyName>`+friendly+`</friendlyName><UDN>uuid:{addr}</UDN></device></root>`), "Linux UPnP/1.0")
	}
	mdns := func(d *testhome.Device, packet func(l *lair, n int) []byte) (*testhome.Device, func(*lair) error) {
		return d, func(l *lair) error {
			return l.announces(time.Second, func(n int) []byte { return packet(l, n) })
		}
	}
	const (
		tooMuch, tooSlow, away, nonsense = discovery.OddTooMuch, discovery.OddTooSlow, discovery.OddAway, discovery.OddNonsense
		breaksOff, manyDoors, manyNames  = discovery.OddBreaksOff, discovery.OddManyDoors, discovery.OddManyNames
		hidden                           = discovery.OddHidden
	)

	// XML.
	add("XML with a DOCTYPE", upnp(testhome.DoctypeXML(), "Linux UPnP/1.0"), nonsense)
	add("XML of 100 levels", upnp(testhome.DeepXML(100), "Linux UPnP/1.0"), nonsense)
	add("XML of a million elements", upnp(testhome.SlowBody("<a/>"+strings.Repeat("<b/>", 8<<10), 0), "Linux UPnP/1.0"), tooMuch)
	add("XML in two encodings", upnp(testhome.Text("text/xml", "<?xml version=\"1.0\" encoding=\"UTF-7\"?>+ADw-root+AD4-"), "Linux UPnP/1.0"), nonsense)
	add("XML that repeats an attribute", upnp(testhome.Text("text/xml", "<root"+strings.Repeat(` a="b"`, 20000)+"><device>"), "Linux UPnP/1.0"), nonsense)

	// Bodies and headers.
	add("a body that never ends", &testhome.Device{Doors: []testhome.Door{web(80, "", testhome.EndlessBody())}}, tooMuch)
	add("a description that never ends", upnp(testhome.EndlessBody(), "Linux UPnP/1.0"), tooMuch)
	add("a body of one byte a second", &testhome.Device{Doors: []testhome.Door{web(80, "", testhome.SlowBody("x", time.Second))}}, tooSlow)
	add("a header of one byte a second", page(drips("HTTP/1.1 200 OK\r\nX-A: "+strings.Repeat("b", 4000))), tooSlow)
	add("a description of one byte a second", upnp(testhome.SlowBody("<", time.Second), "Linux UPnP/1.0"), tooSlow)
	add("a gzip bomb", page(answering(html+"Content-Encoding: gzip\r\n\r\n"+gzipBomb(), false)), tooMuch)
	add("a gzip bomb as a description", upnp(func(_ *testhome.Device, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write([]byte(gzipBomb()))
	}, "Linux UPnP/1.0"), tooMuch, nonsense)
	add("a thousand headers", &testhome.Device{Doors: []testhome.Door{web(80, "", testhome.ManyHeaders(1000))}}, tooMuch)
	add("a header that never ends", page(func() testhome.Talk { return endlessly("HTTP/1.1 200 OK\r\nX-Long: " + strings.Repeat("h", 32<<10)) }()), tooMuch)
	add("a thousand headers before a description", upnp(testhome.ManyHeaders(1000), "Linux UPnP/1.0"), tooMuch)
	add("a body shorter than it says", page(stalls(html+"Content-Length: 1099511627776\r\n\r\nhello")), tooSlow)
	add("a length below zero", page(answering(html+"Content-Length: -5\r\n\r\nhello", false)), nonsense)
	add("chunks of impossible sizes", page(answering(html+"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nx", false)), nonsense)
	add("continue, continue, continue", page(endlessly("HTTP/1.1 100 Continue\r\n\r\n")), tooMuch, nonsense)
	add("noise for a page", page(answering(noise(4000), false)), nonsense)
	add("noise without an end for a page", page(endlessly(noise(32<<10))), nonsense, tooMuch)
	add("a hub whose status takes for ever", &testhome.Device{
		Host: "endless", MDNS: []testhome.Announcement{{Instance: "Endless", Service: "_home-assistant._tcp", Port: 8123, TXT: []string{"version=2026.4.1"}}},
		Doors: []testhome.Door{web(8123, "", testhome.Paths(map[string]testhome.Web{"/": testhome.Page("Home Assistant", ""), "/api/onboarding": testhome.SlowBody("[", time.Second)}))},
	}, tooSlow)

	// Ways elsewhere.
	add("a redirect round in circles", page(sends("/")), away)
	add("a redirect to the camera", page(sends("http://192.168.77.10:554/")), away)
	add("a redirect to the internet", page(sends("http://203.0.113.9/")), away)
	add("a redirect to a name on the internet", page(sends("http://evil.example/")))
	add("a redirect to localhost", page(sends("http://localhost:631/")), away)
	add("a redirect to a file", page(sends("file:///etc/passwd")), away)
	add("a redirect to the port that prints", page(sends("http://{self}:9100/")), away)
	add("a redirect with a login", page(sends("http://admin:admin@{self}/")), away)
	add("a LOCATION on localhost", location("http://127.0.0.1:8080/desc.xml"), away)
	add("a LOCATION on the camera", location("http://192.168.77.10:80/reboot"), away)
	add("a LOCATION on the internet", location("http://203.0.113.9/desc.xml"), away)
	add("a LOCATION in a cloud", location("http://169.254.169.254/latest/meta-data/"), away)
	add("a LOCATION that is a file", location("file:///etc/passwd"), away)
	add("a LOCATION at the port that prints", location("http://{addr}:9100/desc.xml"), away)
	add("cameras whose pages are elsewhere", &testhome.Device{WSD: &testhome.WSD{
		UUID: "0d6f0000-0000-4000-8000-0000000000e1", Types: "dn:NetworkVideoTransmitter", XAddr: "http://192.168.77.16/onvif/device_service",
	}}, away)

	// Floods.
	add("10,000 answers to a search a second", silent(), tooMuch).and(func(l *lair) error {
		return l.floods(groupSSDP, 10000/slower, 8*time.Second, func(n int) []byte {
			return ssdpAnswer("Flood/1.0", fmt.Sprintf("http://%s:8%d/", l.addr, n%1000), fmt.Sprintf("uuid:%08d", n))
		})
	})
	add("2,000 announcements by mDNS a second", silent(), tooMuch).and(func(l *lair) error {
		return l.announces(slower*500*time.Microsecond, func(n int) []byte {
			return announcement(l.addr, fmt.Sprintf("flood-%d", n), "_http._tcp", fmt.Sprintf("flood-%d", n))
		})
	})
	add("another self each second", silent(), manyNames).and(func(l *lair) error {
		return l.announces(time.Second, func(n int) []byte {
			return announcement(l.addr, fmt.Sprintf("self %d", n), "_http._tcp", fmt.Sprintf("self-%d", n))
		})
	})
	add("200 addresses", silent(), manyNames).root("i=1; while [ $i -le 200 ]; do echo addr add 192.168.76.$i/23 dev eth0; i=$((i+1)); done | ip -batch -", "ip")
	add("the unique name of the camera", silent(), manyNames).and(func(l *lair) error {
		return l.hears(groupSSDP, func(say func([]byte), _ []byte) {
			time.Sleep(400 * time.Millisecond) // the camera has answered: who gives a name first has it
			say(ssdpAnswer("FRITZ!Box 7590 UPnP/1.0 AVM FRITZ!Box 7590 154.07.29", "", fmt.Sprintf("uuid:7e1f0000-0000-4000-8000-0000000000%02x::upnp:rootdevice", hostOpenCamera)))
		})
	})

	// DNS.
	d, lives := mdns(silent(), func(*lair, int) []byte { return dnsLoop() })
	add("pointers of names in a circle", d, nonsense).and(lives)
	d, lives = mdns(silent(), func(*lair, int) []byte {
		return binary.BigEndian.AppendUint64([]byte{0, 0, 0x84, 0}, 0xffffffffffffffff)
	})
	add("65,535 records in no bytes", d).and(lives)
	d, lives = mdns(silent(), func(l *lair, _ int) []byte {
		return announcement(l.addr, "long", "_http._tcp", "long", slices.Repeat([]string{"k=" + strings.Repeat("v", 250)}, 235)...)
	})
	add("60 kB of TXT", d, tooMuch).and(lives)
	d, lives = mdns(silent(), func(l *lair, _ int) []byte {
		return announcement(l.addr, `\027[2J\027]0;gone\007`, "_http._tcp", "esc")
	})
	add("ESC in a name", d, hidden).and(lives)
	d, lives = mdns(silent(), func(l *lair, _ int) []byte { return announcement(l.addr, `front\000door`, "_http._tcp", "nul") })
	add("NUL in a name", d, hidden).and(lives)
	d, lives = mdns(silent(), func(l *lair, _ int) []byte { return announcement(l.addr, "photo\u202egpj.exe", "_http._tcp", "bidi") })
	add("a name that turns round", d, hidden).and(lives)
	d, lives = mdns(silent(), func(l *lair, _ int) []byte {
		return announcement(l.addr, "طابعة المطبخ", "_http._tcp", "rtl")
	})
	add("a name from right to left", d).and(lives)
	add("noise for its name by mDNS", silent(), nonsense).and(func(l *lair) error {
		return l.answers(5353, func([]byte) []byte { return []byte(noise(400)) })
	})
	add("60 kB for its name by mDNS", silent(), tooMuch).and(func(l *lair) error {
		return l.answers(5353, func([]byte) []byte { return []byte(noise(60000)) })
	})

	// Names and texts by other ways.
	add("ESC in an answer to a search", silent(), hidden, nonsense).and(func(l *lair) error {
		return l.hears(groupSSDP, func(say func([]byte), _ []byte) { say(ssdpAnswer("\x1b[31mRed\u202e", "", "uuid:x")) })
	})
	add("noise for an answer to a search", silent(), nonsense).and(func(l *lair) error {
		return l.hears(groupSSDP, func(say func([]byte), _ []byte) { say([]byte(noise(900))) })
	})
	add("64 kB for an answer to a search", silent(), tooMuch).and(func(l *lair) error {
		return l.hears(groupSSDP, func(say func([]byte), _ []byte) { say(ssdpAnswer(strings.Repeat("S", 60<<10), "", "uuid:x")) })
	})
	add("a name of 64 kB", named(strings.Repeat("long ", 13000)), tooMuch)
	add("a name of HTML and escapes", named(strings.ReplaceAll(strings.ReplaceAll(testhome.HostileName, "<", "&lt;"), "\x1b", "")), hidden)
	add("noise for a match", silent(), nonsense).and(func(l *lair) error {
		return l.hears(groupWSD, func(say func([]byte), _ []byte) { say([]byte(noise(900))) })
	})
	add("XML without an end for a match", silent(), nonsense).and(func(l *lair) error {
		return l.hears(groupWSD, func(say func([]byte), _ []byte) { say([]byte(strings.Repeat("<a>", 2900))) })
	})
	add("noise by NetBIOS", silent(), nonsense).and(func(l *lair) error {
		return l.answers(137, func([]byte) []byte { return []byte(noise(300)) })
	})
	add("the question back by NetBIOS", silent(), nonsense).and(func(l *lair) error {
		return l.answers(137, func(ask []byte) []byte { return ask })
	})
	nas := func() *testhome.Device {
		return &testhome.Device{Doors: []testhome.Door{web(80, "nginx", testhome.Page("Synology DiskStation", ""))}}
	}
	add("noise by SNMP", nas(), nonsense).and(func(l *lair) error {
		return l.answers(161, func([]byte) []byte { return []byte(noise(300)) })
	})
	add("60 kB by SNMP", nas(), tooMuch).and(func(l *lair) error {
		return l.answers(161, func([]byte) []byte { return []byte(noise(60000)) })
	})
	printing := func(name string, w testhome.Web) *testhome.Device {
		d := printer("Acme "+name, name)
		d.Doors = []testhome.Door{{Port: 631, Protocol: "ipp", Web: w}}
		return d
	}
	add("noise by IPP", printing("noisy-printer", testhome.Text("application/ipp", noise(500))), nonsense)
	add("attributes of a printer without an end", printing("endless-printer", testhome.EndlessBody()), tooMuch)

	// Conversations.
	add("noise for a stream", &testhome.Device{Doors: doors(answering(noise(500), false), 554)}, nonsense)
	add("a greeting that never ends", &testhome.Device{Doors: doors(endlessly(strings.Repeat("A", 8<<10)), 22, 21)}, tooMuch)
	add("lines of a greeting that never end", &testhome.Device{Doors: doors(endlessly(strings.Repeat("220-and so on\r\n", 600)), 21)}, tooMuch)
	add("a storm of telnet options", &testhome.Device{Doors: doors(endlessly(strings.Repeat("\xff\xfd\x18\xff\xfb\x01\xff\xfa\x18\x01\xff\xf0", 700)), 23, 2323)}, tooMuch)
	add("certificates of 400 kB", &testhome.Device{Doors: doors(chained(400<<10), 443)}, tooMuch)
	add("a handshake that stops in the middle", &testhome.Device{Doors: doors(stalls("\x16\x03\x03\x40\x00\x02\x00\x3f"), 443)}, tooSlow)
	add("a handshake of one byte a second", &testhome.Device{Doors: doors(drips("\x16\x03\x03\x40\x00\x02\x00\x3f\xfc\x03"), 443)}, tooSlow)
	add("doors that open and stay silent", &testhome.Device{Doors: doors(nil, webPorts...)}, breaksOff)
	add("doors that break off at once", &testhome.Device{Doors: doors(resets, webPorts...)}, breaksOff)
	add("breaks off in the middle of a header", &testhome.Device{Doors: doors(answering("HTTP/1.1 200 OK\r\nX-Hal", true), 80)}, nonsense)
	add("breaks off in the middle of a page", &testhome.Device{Doors: doors(answering(html+"Content-Length: 5000\r\n\r\n<title>Half", true), 80)})
	garbage := func(port uint16) *testhome.Device {
		return &testhome.Device{Doors: doors(answering(noise(600), false), port)}
	}
	hub := garbage(1883)
	hub.Host, hub.MDNS = "noisy", []testhome.Announcement{{Instance: "Noisy", Service: "_mqtt._tcp", Port: 1883}}
	add("noise for a broker", hub, nonsense)
	add("noise for shared folders", garbage(445), nonsense)
	add("noise for Android debugging", garbage(5555))

	// Lies.
	add("lies about everything", &testhome.Device{
		Host: "fritz-nas", MDNS: []testhome.Announcement{{Instance: "HP LaserJet", Service: "_ipp._tcp", Port: 80}, {Instance: "Apple TV", Service: "_airplay._tcp", Port: 9}},
		Doors: append(doors(testhome.Greets("220 MikroTik 6.41 ready\r\n"), 21), web(80, "Hikvision-Webs", testhome.Page("Synology DiskStation", "Philips hue"))),
		UPnP:  &testhome.UPnP{Port: 80, Path: "/", Server: "FRITZ!Box 7590 UPnP/1.0", Type: "urn:schemas-upnp-org:device:InternetGatewayDevice:1", Location: "http://192.168.77.1:49000/igddesc.xml"},
	}, away)
	out = append(out, honeypot(firstVillain+len(out)))
	add("every port open", &testhome.Device{Doors: []testhome.Door{web(80, "nginx", testhome.Page("", ""))}}, manyDoors).
		root("printf 'table ip every { chain p { type nat hook prerouting priority -100; tcp dport 1-65535 redirect to :80; }; }' | nft -f -", "nft")
	add("a gateway whose answers never end", gatewayOf(testhome.EndlessBody()), tooMuch, nonsense)
	add("a gateway that answers nonsense", gatewayOf(testhome.Text("text/xml", "<a><b>"+noise(200))))
	add("asks for a password for ever", &testhome.Device{
		Login: &testhome.Login{Realm: "NETGEAR RAX50", User: "admin", Password: "none of the known"},
		Doors: []testhome.Door{web(80, "", testhome.BehindLogin(testhome.Page("", "")))},
	})
	add("takes every password", &testhome.Device{
		Login: &testhome.Login{Realm: "NETGEAR RAX50", User: "admin"},
		Doors: []testhome.Door{web(80, "", takesAll)},
	})
	add("locks at the first wrong password", &testhome.Device{
		Login: &testhome.Login{Realm: "NETGEAR RAX50", User: "admin", Password: "none of the known", LockAfter: 1},
		Doors: []testhome.Door{web(80, "", testhome.BehindLogin(testhome.Page("", "")))},
	})

	// Comings and goings.
	plain := func() *testhome.Device {
		return &testhome.Device{Doors: []testhome.Door{web(80, "", testhome.Page("Here", ""))}}
	}
	add("vanishes in the middle", plain()).cable("out")
	add("appears in the middle", plain()).cable("in")
	add("comes and goes", plain()).cable("loose")
	return out
}

// honeypot has the doors that attackers look for.
func honeypot(host int) *villain {
	return &villain{member: decoy(host, "a honeypot", "Synology DiskStation"), odd: []discovery.Oddity{discovery.OddManyDoors}}
}

// gatewayOf is a gateway to the internet whose control answers w.
func gatewayOf(w testhome.Web) *testhome.Device {
	d := &testhome.Device{
		IGD:  &testhome.IGD{External: netip.MustParseAddr("203.0.113.79")}, // RFC 5737: nobody's
		UPnP: described("urn:schemas-upnp-org:device:InternetGatewayDevice:1", "Acme", "Gateway"),
	}
	d.UPnP.Control = "/control"
	pages := testhome.UPnPPages()
	d.Doors = []testhome.Door{web(49152, "", func(d *testhome.Device, wr http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/control" {
			w(d, wr, r)
			return
		}
		pages(d, wr, r)
	})}
	return d
}

// takesAll lets everybody in who brings any password.
func takesAll(d *testhome.Device, w http.ResponseWriter, r *http.Request) {
	if _, _, ok := r.BasicAuth(); !ok {
		testhome.Refused(`Basic realm="NETGEAR RAX50"`)(d, w, r)
		return
	}
	d.LogIn(func(testhome.Login) bool { return true })
	testhome.Page("NETGEAR Router RAX50", "settings")(d, w, r)
}

// gzipBomb is 400 kB that unpack to 400 MB.
func gzipBomb() string {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	_, _ = z.Write(make([]byte, 8<<20))
	_ = z.Close()
	return strings.Repeat(b.String(), 50)
}

// dnsLoop is a packet with a name that points to itself (RFC 1035, section 4.1.4).
func dnsLoop() []byte {
	b := []byte{0, 0, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0}
	return append(b, 0xc0, 12, 0, 12, 0, 1, 0, 0, 0, 120, 0, 2, 0xc0, 12)
}
