package testhome_test

import (
	"net/http"
	"net/netip"
	"slices"
	"time"

	"porchlight/discovery/testhome"
)

// traps lists devices that look as if something were wrong, and what of it may not be found. What
// stands in want.findings is true all the same.
func traps() []*member {
	return []*member{
		answersAll(), hotspot(), locking(), ownForm(), somebodyElse(), storageDecoy(), bareDecoy(), amplifier(), jobPrinter(), exporter(), closedHub(),
		ownCamera(), newStorage(), emptyRouter(), closedOctoPrint(), closedFlows(), closedDomoticz(), doneHome(), silentDoor(), lookAlike(), closedScreen(),
		closedFiles(), ownCommunity(),
	}
}

// not says what must not be found on a trap.
func (m *member) not(kinds ...string) *member {
	m.want.not = kinds
	return m
}

// answersAll answers every path by the page of OctoPrint, and the status 200.
func answersAll() *member {
	return device(50, &testhome.Device{
		Name: "Answers all", Host: "answers-all", MDNS: []testhome.Announcement{{Instance: "Answers all", Service: "_octoprint._tcp", Port: 80}},
		Doors: []testhome.Door{web(80, "nginx", testhome.Page("OctoPrint", `<div id="app"></div>`))},
	}, want{unchecked: []string{"open-admin unclear"}}).not("open-admin")
}

// hotspot leads everybody to the page where they agree to its terms, whatever they ask for.
func hotspot() *member {
	terms := testhome.Page("Home Assistant", `<form action="/guest"><button>I agree</button></form>`)
	return device(51, &testhome.Device{
		Name: "Hotspot", Host: "hotspot", MDNS: []testhome.Announcement{{Instance: "Hotspot", Service: "_home-assistant._tcp", Port: 8123}},
		Doors: []testhome.Door{web(8123, "", func(d *testhome.Device, w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/guest" {
				http.Redirect(w, r, "/guest", http.StatusFound)
				return
			}
			terms(d, w, r)
		})},
	}, want{unchecked: []string{"open-admin unclear"}}).not("open-admin")
}

// locking is a router with a password of its own. It locks after three wrong ones. Beside it is the
// same page, encrypted with a certificate that it signed itself.
func locking() *member {
	const realm = "TP-LINK Wireless N Router WR802N"
	d := &testhome.Device{
		Name: "Locking router", Login: &testhome.Login{Realm: realm, User: "admin", Password: "four words of my own", LockAfter: 3},
		Doors: []testhome.Door{web(80, "Router Webserver", testhome.BehindLogin(testhome.Page("TL-WR802N", "settings")))},
	}
	m := device(hostLocking, d, want{logins: 1, failures: 1, findings: []string{"firmware-unknown 0 info"}}).not("default-login", "tls-expired", "http-only-admin")
	m.needs, m.ready = []string{"lighttpd"}, []func(*member) error{opens(443)}
	m.script = certificate("router.example", "router.example", time.Now().AddDate(0, 11, 0)) + pagesOf("<title>TL-WR802N</title>", encrypted)
	return m
}

// ownForm is a network switch with a page to sign in, and a password of its own.
func ownForm() *member {
	page := testhome.Page("NETGEAR GS308E", `<table id="loginTData"><input type="password" name="password"></table>`)
	return device(52, &testhome.Device{
		Name: "Own form", Login: &testhome.Login{Password: "four words of my own"},
		Doors: []testhome.Door{web(80, "", func(d *testhome.Device, w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				_ = r.ParseForm()
				d.LogIn(pairs("", r.Form.Get("password")))
			}
			page(d, w, r)
		})},
	}, want{logins: 1, failures: 1}).not("default-login")
}

// somebodyElse lets nobody in while somebody is signed in, also with the right password.
func somebodyElse() *member {
	m := device(53, &testhome.Device{
		Name: "Somebody else", Login: &testhome.Login{User: "admin", Password: "another"},
		Doors: []testhome.Door{web(80, "httpd/2.0", asusPages(`<html><body>You cannot sign in: 192.168.77.5 is signed in already.</body></html>`))},
		UPnP:  described("urn:schemas-upnp-org:device:Basic:1", "ASUSTeK Computer Inc.", "RT-AX53U"),
	}, want{logins: 1, failures: 1, findings: []string{"firmware-unknown 0 info"}, unchecked: []string{"default-login unclear"}}).not("default-login")
	m.sim.UPnP.Server = "RT-AX53U UPnP/1.1 MiniUPnPd/1.9"
	return m
}

// decoy has every door open, with the words that attackers look for.
func decoy(host int, name, title string) *member {
	words := map[uint16]string{21: "220 FTP server ready\r\n", 22: "SSH-2.0-OpenSSH_5.1p1 Debian-5\r\n", 23: "\xff\xfd\x01BusyBox v1.19\r\nlogin: ", 25: "220 mail ESMTP\r\n", 2323: "\xff\xfd\x01login: ", 5900: "RFB 003.008\n", 5901: "RFB 003.008\n"}
	d := &testhome.Device{Name: name}
	for _, port := range []uint16{
		80, 443, 8080, 23, 554, 22, 2323, 21, 8554, 8888, 445, 5555, 8443, 81, 8000, 5000, 5001, 8081, 139, 1883, 8883, 7547, 8291, 37777, 34567, 5900, 5901, 53, 25,
	} {
		switch {
		case words[port] != "":
			d.Doors = append(d.Doors, testhome.Door{Port: port, Talk: testhome.Greets(words[port])})
		case slices.Contains([]uint16{80, 8080, 8888, 81, 8000, 5000, 8081}, port):
			d.Doors = append(d.Doors, web(port, "nginx", testhome.Page(title, "")))
		case port == 554 || port == 8554:
			d.Doors = append(d.Doors, testhome.Door{Port: port, Protocol: "rtsp", Talk: testhome.RTSP("", true)})
		case port == 5555:
			d.Doors = append(d.Doors, testhome.Door{Port: port, Protocol: "adb", Talk: debugBridge(true)})
		default:
			d.Doors = append(d.Doors, testhome.Door{Port: port})
		}
	}
	return device(host, d, want{})
}

// storageDecoy shows itself as network storage.
func storageDecoy() *member {
	m := decoy(54, "Decoy as storage", "Synology DiskStation")
	m.want.findings = []string{"firmware-unknown 0 info"}
	m.want.unchecked = []string{
		"ftp-anonymous behaved-oddly", "mqtt-anonymous behaved-oddly", "smb-guest behaved-oddly", "smb1 behaved-oddly", "ssh-open behaved-oddly", "telnet behaved-oddly",
	}
	return m.not("telnet-open", "ssh-open", "adb-open", "mqtt-anonymous", "vnc-open", "smb1", "camera-open", "default-login")
}

// bareDecoy shows itself as nothing.
func bareDecoy() *member {
	m := decoy(55, "Decoy as nothing", "")
	m.want.unchecked = []string{"ftp-anonymous behaved-oddly", "telnet behaved-oddly"}
	return m.not("telnet-open", "adb-open")
}

// amplifier is steered through the port of telnet, in words of its own.
func amplifier() *member {
	return device(56, &testhome.Device{
		Name: "Amplifier", Doors: []testhome.Door{{Port: 23, Talk: testhome.Greets("PWON\rMV45\r")}},
		UPnP: described("urn:schemas-upnp-org:device:MediaRenderer:1", "Denon", "AVR-X1600H"),
	}, want{}).not("telnet-open")
}

// jobPrinter takes what it prints by FTP, from everybody.
func jobPrinter() *member {
	m := device(57, printer("Brother MFC-L2710DN series", "BRN3C2AF4000057"), want{findings: []string{"firmware-unknown 0 info", "ftp-anonymous 21 info"}}).not("ftp-anonymous")
	m.needs, m.ready, m.notes, m.script = []string{"vsftpd"}, []func(*member) error{opens(21)}, guest, files("anonymous_enable=YES\nftpd_banner=FTP print service:V-1.13/Use the network password for the ID if updating.")
	return m
}

// exporter tells a program for statistics how a computer does, at the port that printers print from.
func exporter() *member {
	return (&member{
		host: 58, needs: []string{"prometheus-node-exporter"}, ready: []func(*member) error{opens(9100)},
		want:   want{who: "Exporter"},
		script: `prometheus-node-exporter --web.listen-address={addr}:9100 &`,
	}).not("raw-print")
}

// closedHub is a broker that wants a name and a password.
func closedHub() *member {
	m := broker(59, "Closed hub", "allow_anonymous false\npassword_file /run/users")
	m.script = "mosquitto_passwd -c -b /run/users owner 'four words of my own'\n" + m.script
	return m.not("mqtt-anonymous")
}

// ownCamera has a password of its own for its pages, its stream and ONVIF.
func ownCamera() *member {
	return device(61, hikvision(61, "Own camera", "four words of my own", "true"), want{logins: 1, failures: 1, findings: []string{"firmware-unknown 0 info"}}).
		not("default-login", "camera-open", "camera-not-activated")
}

// newStorage shares folders with those who have an account, in the third version of the protocol.
func newStorage() *member {
	m := samba(62, "New storage", "server min protocol = SMB3\nmap to guest = Never\nrestrict anonymous = 2", "guest ok = no\nvalid users = root")
	m.want.unchecked = []string{"smb-guest unclear"}
	return m.not("smb1", "smb-guest")
}

// emptyRouter has UPnP on, and no door open.
func emptyRouter() *member {
	d := &testhome.Device{
		Name: "Empty router", IGD: &testhome.IGD{External: netip.MustParseAddr("203.0.113.78")}, // RFC 5737: nobody's
		UPnP: described("urn:schemas-upnp-org:device:InternetGatewayDevice:1", "TP-LINK", "TL-WR802N"),
	}
	d.UPnP.Control = "/control"
	return device(63, d, want{findings: []string{"firmware-unknown 0 info", "upnp-on 0 good"}}).not("port-forward", "remote-admin")
}

// closedOctoPrint wants a login.
func closedOctoPrint() *member {
	return device(64, &testhome.Device{
		Name: "Closed OctoPrint", Host: "octopi-2", MDNS: []testhome.Announcement{{Instance: "Closed OctoPrint", Service: "_octoprint._tcp", Port: 80, TXT: []string{"version=1.10.2"}}},
		Doors: []testhome.Door{web(80, "", testhome.Paths(map[string]testhome.Web{
			"/": testhome.Page("OctoPrint Login", ""), "/api/setup/wizard": func(_ *testhome.Device, w http.ResponseWriter, _ *http.Request) {
				http.Error(w, "403", http.StatusForbidden)
			},
		}))},
	}, want{}).not("open-admin")
}

// closedFlows is Node-RED with a password.
func closedFlows() *member {
	return device(65, nodeRED("Closed flows", `{"type":"credentials","prompts":[{"id":"username","type":"text","label":"Username"}]}`, `{}`), want{}).not("open-admin")
}

// closedDomoticz gives rights to those only who have signed in.
func closedDomoticz() *member {
	return device(66, domoticz("Closed Domoticz", "-1"), want{}).not("hub-open")
}

// doneHome is Home Assistant with an owner.
func doneHome() *member {
	return device(67, homeAssistant("Done home", "true"), want{}).not("open-admin")
}

// silentDoor says nothing at the port of shared folders.
func silentDoor() *member {
	return device(68, &testhome.Device{Name: "Silent door", Doors: []testhome.Door{{Port: 445}}},
		want{unchecked: []string{"smb-guest unclear", "smb1 unclear"}}).not("smb1", "smb-guest")
}

// lookAlike says back what it hears at the port of Android debugging.
func lookAlike() *member {
	return device(69, &testhome.Device{Name: "Look-alike", Doors: []testhome.Door{{Port: 5555, Talk: echo}}}, want{unchecked: []string{"adb-open unclear"}}).not("adb-open")
}

// closedScreen is a computer whose shared screen has a password.
func closedScreen() *member {
	return (&member{
		host: 70, needs: []string{"wsdd", "Xtigervnc", "tigervncpasswd"}, ready: []func(*member) error{opens(5357), opens(5900)},
		want: want{name: "STUDY-PC"},
		script: "wsdd -i eth0 -n study-pc -w house &\nprintf '%s\\n' ownwords | tigervncpasswd -f >/run/lock\n" +
			screen("-SecurityTypes VncAuth -PasswordFile /run/lock"),
	}).not("vnc-open")
}

// closedFiles lets only those in who have an account.
func closedFiles() *member {
	return (&member{
		host: 71, needs: []string{"vsftpd"}, ready: []func(*member) error{opens(21)}, notes: guest, want: want{who: "Closed files"}, script: files("anonymous_enable=NO\nlocal_enable=YES"),
	}).not("ftp-anonymous")
}

// ownCommunity answers by SNMP to a community of its own only.
func ownCommunity() *member {
	return (&member{
		host: 72, needs: []string{"snmpd", "lighttpd"}, ready: []func(*member) error{opens(80), says("NET-SNMP version")}, notes: datagrams, want: want{who: "Own community"},
		script: pagesOf("<title>Login</title>", "server.port = 80") + "printf 'agentaddress udp:161\\nrocommunity four-words-of-my-own\\n' >/run/snmp.conf\nMIBS= SNMP_PERSISTENT_DIR=/run snmpd -f -Lo -C -c /run/snmp.conf -p /run/snmp.pid &",
	}).not("snmp-public")
}
