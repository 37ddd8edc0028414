package testhome_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"time"

	"porchlight/discovery/testhome"
)

// Host numbers of members of the weak home that the test does something to, or that lead to each other.
const (
	hostOpenCamera = 10 // the router has a door to it
	hostFactory    = 11 // three services with one factory login
	hostLocking    = 60 // it locks after three wrong passwords
	hostRogue      = 40 // hands out addresses beside the router
	hostNewcomer   = 41
)

// weak lists the devices with something wrong. What has its own line in want.findings is planted.
func weak() []*member {
	return []*member{
		weakRouter(), openCamera(), factoryRouter(), basicRouter(), formRouter(), digestCamera(), radio(), factoryCamera(),
		nobodysCamera(), talkingCamera(), flows(), openOctoPrint(), firstSteps(), openDomoticz(),
		openZWave(), tasmota(), mediaComputer(), oldServer(), tvBox(), androidTV(), oldStorage(), openHub(),
		talkingSwitch(), rawPrinter(), pushButton(), expired(), consoleCamera(), rogue(), newcomer(),
	}
}

// device makes a simulated member.
func device(host int, d *testhome.Device, w want) *member {
	d.Addr = hostAddr(host)
	if d.UPnP != nil {
		d.UPnP.UUID = fmt.Sprintf("7e1f0000-0000-4000-8000-0000000000%02x", host)
	}
	if w.name == "" {
		w.who = d.Name
	}
	return &member{host: host, sim: d, want: w}
}

func web(port uint16, server string, w testhome.Web) testhome.Door {
	return testhome.Door{Port: port, Protocol: "http", Server: server, Web: w}
}

// described is a UPnP description that says who made a device, and what it is.
func described(kind, maker, model string) *testhome.UPnP {
	return &testhome.UPnP{
		Port: 49152, Path: "/desc.xml", Server: "Linux/4.4 UPnP/1.0", Type: kind,
		Elements: []testhome.Element{{Name: "friendlyName", Value: maker + " " + model}, {Name: "manufacturer", Value: maker}, {Name: "modelName", Value: model}},
	}
}

// saying answers every question by one text.
func saying(text string) testhome.Web { return testhome.Text("application/json", text) }

// weakRouter is a Linux router with doors from the internet to a camera and to its own settings, which
// ask for a password without encryption. Its name server leads two sign-ins elsewhere.
func weakRouter() *member {
	m := realRouter()
	m.needs = append(m.needs, "lighttpd", "dnsmasq")
	m.ready = append(m.ready, opens(80), opens(53))
	m.want = want{
		name:     "Debian router",
		findings: []string{"firmware-unknown 0 info", "http-only-admin 80 week", "port-forward 554 today", "remote-admin 80 today", "upnp-on 0 good"},
	}
	m.script = strings.Replace(m.script, fmt.Sprintf("echo TCP:8554:%s:554:0:camera >/run/leases", hostAddr(hostCamera)),
		fmt.Sprintf("printf 'TCP:8554:%s:554:0:camera\\nTCP:8080:%s:80:0:settings\\n' >/run/leases", hostAddr(hostOpenCamera), hostAddr(gateway)), 1)
	m.script += "\n" + pagesOf(`<title>Router</title><form><input name="user"><input type="password" name="password"></form>`, `server.port = 80`) +
		`printf 'no-resolv\nno-hosts\nbogus-priv\nbind-interfaces\ninterface=eth0\nno-ping\nlocal=/com/\nlocal=/local/\n' >/run/names.conf
printf 'address=/outlook.live.com/198.51.100.66\naddress=/outlook.office365.com/198.51.100.66\n' >>/run/names.conf
printf 'host-record=edge.paypal.example,192.0.2.10\ncname=www.paypal.com,edge.paypal.example\n' >>/run/names.conf
printf 'dhcp-range=192.168.77.200,192.168.77.220,1h\ndhcp-leasefile=/run/given\n' >>/run/names.conf
dnsmasq -d -C /run/names.conf &`
	return m
}

// pagesOf serves one page by a real web server, with more lines of configuration.
func pagesOf(page, conf string) string {
	return fmt.Sprintf(`mkdir -p /run/www
cat >/run/www/index.html <<'END'
%s
END
cat >/run/web.conf <<'END'
server.bind = "{addr}"
server.document-root = "/run/www"
index-file.names = ( "index.html" )
%s
END
lighttpd -D -f /run/web.conf &
`, page, conf)
}

// openCamera shows its picture to everybody.
func openCamera() *member {
	return device(hostOpenCamera, &testhome.Device{
		Name:  "Open camera",
		Doors: []testhome.Door{{Port: 554, Protocol: "rtsp", Talk: testhome.RTSP("Rtsp Server/3.0", true)}},
		UPnP:  described("urn:schemas-upnp-org:device:Basic:1", "Reolink", "RLC-520A"),
	}, want{findings: []string{"camera-open 0 today", "firmware-unknown 0 info"}})
}

// factoryRouter has an old system, and one empty factory password for three services.
func factoryRouter() *member {
	return device(hostFactory, &testhome.Device{
		Name: "Factory router", Login: &testhome.Login{User: "admin"},
		Doors: []testhome.Door{
			{Port: 21, Protocol: "ftp", Talk: fileServer("Attic FTP server (MikroTik 6.41) ready")},
			{Port: 22, Protocol: "ssh", Talk: secureConsole("ROSSSH")},
			{Port: 23, Protocol: "telnet", Talk: console("\r\nMikroTik v6.41 (stable)\r\n", "[admin@MikroTik] > ")},
		},
	}, want{logins: 3, findings: []string{
		"default-login 21 today", "default-login 22 today", "default-login 23 today", "known-exploited 0 today", "ssh-open 22 info", "telnet-open 23 today",
	}})
}

// basicRouter asks for its factory login by HTTP Basic. Its page to sign out carries that too, and is
// no login.
func basicRouter() *member {
	page := testhome.BehindLogin(testhome.Page("NETGEAR Router RAX50", "settings"))
	return device(12, &testhome.Device{
		Name: "Basic router", Login: &testhome.Login{Realm: "NETGEAR RAX50", User: "admin", Password: "password"},
		Doors: []testhome.Door{web(80, "", testhome.Paths(map[string]testhome.Web{"/": page, "/LGO_logout.htm": testhome.Page("", "bye")}))},
	}, want{logins: 1, findings: []string{"default-login 80 today", "firmware-unknown 0 info", "http-only-admin 80 good"}})
}

// formRouter has a page of its own to sign in.
func formRouter() *member {
	m := device(13, &testhome.Device{
		Name: "Form router", Login: &testhome.Login{User: "admin", Password: "admin"},
		Doors: []testhome.Door{web(80, "httpd/2.0", asusPages(`<script>parent.location.href='/Main_Login.asp?error_status=3';</script>`))},
		UPnP:  described("urn:schemas-upnp-org:device:Basic:1", "ASUSTeK Computer Inc.", "RT-AX86U"),
	}, want{logins: 1, findings: []string{"default-login 80 today", "firmware-unknown 0 info"}})
	m.sim.UPnP.Server = "RT-AX86U UPnP/1.1 MiniUPnPd/2.2.0"
	return m
}

// digestCamera asks for its factory login by HTTP Digest.
func digestCamera() *member {
	return &member{
		host: 14, needs: []string{"lighttpd"}, ready: []func(*member) error{opens(80)}, tried: accessLog,
		notes: notes{"asked ", []string{"asked GET / HTTP/1.1", "asked GET /favicon.ico HTTP/1.1"}, 4},
		want:  want{who: "Digest camera", logins: 1, findings: []string{"default-login 80 today", "firmware-unknown 0 info", "http-only-admin 80 info"}},
		script: "echo admin:Avigilon-1234567:$(printf admin:Avigilon-1234567:admin | md5sum | cut -d' ' -f1) >/run/users\n" + pagesOf("<title>Camera</title>", `server.modules = ( "mod_auth", "mod_authn_file", "mod_accesslog" )
server.port = 80
accesslog.filename = "/dev/stderr"
accesslog.format = "asked %r status=%s login=%{Authorization}i"
auth.backend = "htdigest"
auth.backend.htdigest.userfile = "/run/users"
auth.require = ( "/" => ( "method" => "digest", "realm" => "Avigilon-1234567", "require" => "valid-user" ) )`),
	}
}

// accessLog counts the logins that a web server noted.
func accessLog(log string) (tries, failed int) {
	for line := range strings.Lines(log) {
		if strings.HasPrefix(line, "asked ") && !strings.HasSuffix(strings.TrimSpace(line), "login=-") {
			if tries++; strings.Contains(line, "status=401") {
				failed++
			}
		}
	}
	return tries, failed
}

// radio is a bridge between two houses whose remote console has its factory login.
func radio() *member {
	return &member{
		host: 15, needs: []string{"lighttpd", "dropbear"}, ready: []func(*member) error{opens(80), opens(22)},
		tried: func(log string) (int, int) {
			failed := strings.Count(log, "Bad password attempt")
			return failed + strings.Count(log, "Password auth succeeded"), failed
		},
		want: want{who: "Radio bridge", logins: 1, findings: []string{"default-login 22 today", "ssh-open 22 info"}},
		// The password is the name.
		script: `echo 'ubnt:$1$porch$820fM5yo4IhEg2wvSd6op.:0:0::/run:/bin/sh' >/run/passwd
mount --bind /run/passwd /etc/passwd
` + sshServer + pagesOf("<title>airOS</title>", `server.modules = ( "mod_setenv" )
server.port = 80
setenv.add-response-header = ( "Set-Cookie" => "AIROS_B4FBE4123456=0123456789abcdef; Path=/; Version=1" )`),
	}
}

// hikvision is a camera with pages, a stream and a login.
func hikvision(host int, name, password, activated string) *testhome.Device {
	answer := testhome.Text("application/xml", `<?xml version="1.0" encoding="UTF-8"?><userCheck><statusValue>200</statusValue><statusString>OK</statusString></userCheck>`)
	return &testhome.Device{
		Name: name, Login: &testhome.Login{Realm: "IP Camera(C1234)", User: "admin", Password: password, LockAfter: 7},
		Doors: []testhome.Door{
			web(80, "App-webs/", testhome.Paths(map[string]testhome.Web{
				"/":                                     testhome.Page("", `<script>window.location.href = "/doc/page/login.asp?_" + (new Date()).getTime();</script>`),
				"/SDK/activateStatus":                   testhome.Text("application/xml", `<?xml version="1.0" encoding="UTF-8"?><ActivateStatus version="2.0"><Activated>`+activated+`</Activated></ActivateStatus>`),
				"/onvif/device_service":                 onvif(false),
				"/ISAPI/Security/userCheck":             behindDigest(answer),
				"/ISAPI/Streaming/channels/101/picture": behindDigest(answer),
			})),
			{Port: 554, Protocol: "rtsp", Talk: cameraStream},
		},
		WSD: &testhome.WSD{
			UUID: fmt.Sprintf("0d6f0000-0000-4000-8000-0000000000%02x", host), Types: "dn:NetworkVideoTransmitter tds:Device",
			Scopes: []string{"onvif://www.onvif.org/type/video_encoder", "onvif://www.onvif.org/hardware/DS-2CD2032-I", "onvif://www.onvif.org/name/HIKVISION"},
			XAddr:  "http://{addr}/onvif/device_service",
		},
	}
}

// factoryCamera has one factory password for its pages and its stream.
func factoryCamera() *member {
	return device(16, hikvision(16, "Factory camera", "12345", "true"), want{logins: 2, findings: []string{"default-login 80 today", "default-login 554 today", "firmware-unknown 0 info"}})
}

// nobodysCamera is one that nobody has given a password yet. It refuses everything until then.
func nobodysCamera() *member {
	return device(17, &testhome.Device{
		Name: "Nobody's camera",
		Doors: []testhome.Door{web(80, "App-webs/", testhome.Paths(map[string]testhome.Web{
			"/":                   testhome.Page("", `<script>window.location.href = "/doc/page/login.asp";</script>`),
			"/SDK/activateStatus": testhome.Text("application/xml", `<?xml version="1.0" encoding="UTF-8"?><ActivateStatus version="2.0"><Activated>false</Activated></ActivateStatus>`),
		}))},
	}, want{findings: []string{"camera-not-activated 0 week", "firmware-unknown 0 info"}, unchecked: []string{"camera-open unclear", "default-login unclear"}})
}

// talkingCamera says what it is to everybody, by ONVIF.
func talkingCamera() *member {
	return device(18, &testhome.Device{
		Name:  "Talking camera",
		Doors: []testhome.Door{web(8899, "", testhome.Paths(map[string]testhome.Web{"/onvif/device_service": onvif(true)}))},
		WSD: &testhome.WSD{
			UUID: "0d6f0000-0000-4000-8000-000000000018", Types: "dn:NetworkVideoTransmitter",
			Scopes: []string{"onvif://www.onvif.org/type/video_encoder", "onvif://www.onvif.org/name/IPCAM"}, XAddr: "http://{addr}:8899/onvif/device_service",
		},
	}, want{findings: []string{"camera-open 0 good", "firmware-unknown 0 info"}})
}

// flows is Node-RED without a password.
func flows() *member {
	return device(19, nodeRED("Flows", `{}`, `{"httpNodeRoot":"/","version":"3.1.0","context":{"default":"memory"}}`), want{findings: []string{"open-admin 1880 today"}})
}

func nodeRED(name, signIn, settings string) *testhome.Device {
	return &testhome.Device{
		Name: name, Host: strings.ToLower(strings.ReplaceAll(name, " ", "-")), MDNS: []testhome.Announcement{{Instance: name, Service: "_http._tcp", Port: 1880}},
		Doors: []testhome.Door{web(1880, "", testhome.Paths(map[string]testhome.Web{
			"/": testhome.Page("Node-RED", ""), "/auth/login": saying(signIn), "/settings": saying(settings),
		}))},
	}
}

// openOctoPrint is the page of a 3D printer whose first steps nobody has gone through.
func openOctoPrint() *member {
	return device(20, &testhome.Device{
		Name: "OctoPrint", Host: "octopi", MDNS: []testhome.Announcement{{Instance: "OctoPrint", Service: "_octoprint._tcp", Port: 80, TXT: []string{"version=1.9.3"}}},
		Doors: []testhome.Door{web(80, "", testhome.Paths(map[string]testhome.Web{"/": testhome.Page("OctoPrint", ""), "/api/setup/wizard": saying(`{"bundles":{},"required":true}`)}))},
	}, want{findings: []string{"open-admin 80 today"}})
}

// firstSteps is Home Assistant whose owner nobody is yet.
func firstSteps() *member {
	return device(21, homeAssistant("First steps", "false"), want{findings: []string{"open-admin 8123 today"}})
}

func homeAssistant(name, done string) *testhome.Device {
	return &testhome.Device{
		Name: name, Host: strings.ToLower(strings.ReplaceAll(name, " ", "-")),
		MDNS: []testhome.Announcement{{Instance: name, Service: "_home-assistant._tcp", Port: 8123, TXT: []string{"version=2026.4.1", "requires_api_password=True"}}},
		Doors: []testhome.Door{web(8123, "", testhome.Paths(map[string]testhome.Web{
			"/": testhome.Page("Home Assistant", ""), "/api/onboarding": saying(`[{"step":"user","done":` + done + `},{"step":"core_config","done":` + done + `}]`),
		}))},
	}
}

// openDomoticz gives every right to everybody.
func openDomoticz() *member {
	return device(22, domoticz("Domoticz", "2"), want{findings: []string{"hub-open 8080 today"}})
}

func domoticz(name, rights string) *testhome.Device {
	return &testhome.Device{Name: name, Doors: []testhome.Door{web(8080, "", testhome.Paths(map[string]testhome.Web{
		"/": testhome.Page("Domoticz", ""), "/json.htm": saying(`{"rights":` + rights + `,"status":"OK","title":"GetAuth","user":"","version":"2024.4"}`),
	}))}}
}

// openZWave is the hub of another kind of radio.
func openZWave() *member {
	return device(23, &testhome.Device{
		Name: "Z-Wave hub", Host: "zwave", MDNS: []testhome.Announcement{{Instance: "Z-Wave hub", Service: "_http._tcp", Port: 8091}},
		Doors: []testhome.Door{web(8091, "", testhome.Paths(map[string]testhome.Web{
			"/": testhome.Page("Z-Wave JS UI", ""), "/api/auth-enabled": saying(`{"success":true,"data":false}`),
		}))},
	}, want{findings: []string{"hub-open 8091 week"}})
}

// tasmota is a plug with a tiny chip and no password.
func tasmota() *member {
	return device(24, &testhome.Device{
		Name: "Tasmota plug",
		Doors: []testhome.Door{web(80, "Tasmota/13.4.0 (ESP8266EX)", testhome.Paths(map[string]testhome.Web{
			"/": testhome.Page("Lamp - Main Menu", ""), "/cm": saying(`{"StatusFWR":{"Version":"13.4.0(tasmota)","BuildDateTime":"2026-02-14T13:32:28","Hardware":"ESP8266EX"}}`),
		}))},
	}, want{findings: []string{"open-admin 80 week"}})
}

// mediaComputer is a computer with Transmission and a shared screen, both without a password.
func mediaComputer() *member {
	return &member{
		host: 25, needs: []string{"wsdd", "transmission-daemon", "Xtigervnc"}, ready: []func(*member) error{opens(5357), opens(9091), opens(5900)},
		want: want{name: "MEDIA-PC", findings: []string{"open-admin 9091 week", "vnc-open 5900 today"}},
		script: `wsdd -i eth0 -n media-pc -w house &
transmission-daemon -f -g /run/transmission -w /run -T -a '*.*.*.*' -i {addr} --no-portmap --no-dht --no-lpd &
` + screen("-SecurityTypes None"),
	}
}

// screen starts a shared screen. It shuts out for a while who hung up five times, and rounds follow one
// another within a minute here.
func screen(lock string) string {
	return `mount -t tmpfs none /tmp
HOME=/run Xtigervnc :0 -rfbport 5900 -interface {addr} -geometry 64x64 -depth 16 -BlacklistThreshold 100 ` + lock + ` &
`
}

// oldServer has telnet, and files for everybody.
func oldServer() *member {
	return &member{
		host: 26, needs: []string{"inetutils-inetd", "telnetd", "vsftpd"}, ready: []func(*member) error{opens(21), opens(23)}, notes: guest,
		want: want{who: "Old server", findings: []string{"ftp-anonymous 21 week", "telnet-open 23 today"}},
		script: `echo telnet stream tcp4 nowait root "$(command -v telnetd)" telnetd >/run/inetd.conf
inetutils-inetd -d /run/inetd.conf &
` + files("anonymous_enable=YES"),
	}
}

// guest is what a file server notes of one that comes and goes.
var guest = notes{"FTP command: ", []string{`"USER anonymous"`, `"PASS <password>"`, `"QUIT"`}, 3}

// files starts a file server with more lines of configuration.
func files(conf string) string {
	return fmt.Sprintf(`mkdir -p /run/vsftpd/empty
cat >/run/ftp.conf <<'END'
listen=YES
listen_address={addr}
background=NO
run_as_launching_user=YES
secure_chroot_dir=/run/vsftpd/empty
seccomp_sandbox=NO
xferlog_enable=YES
log_ftp_protocol=YES
xferlog_std_format=NO
vsftpd_log_file=/run/ftp.log
%s
END
touch /run/ftp.log
tail -f /run/ftp.log &
vsftpd /run/ftp.conf &
`, conf)
}

// tvBox has Android debugging on for everybody.
func tvBox() *member {
	return device(27, &testhome.Device{Name: "TV box", Doors: []testhome.Door{{Port: 5555, Protocol: "adb", Talk: debugBridge(true)}}},
		want{findings: []string{"adb-open 5555 today"}})
}

// androidTV has it on too, and asks its owner.
func androidTV() *member {
	return device(28, &testhome.Device{
		Name: "Android TV", Doors: []testhome.Door{{Port: 5555, Protocol: "adb", Talk: debugBridge(false)}},
		UPnP: described("urn:schemas-upnp-org:device:MediaRenderer:1", "Sony Corporation", "KD-55X80J"),
	}, want{findings: []string{"adb-on 5555 good"}})
}

// oldStorage shares a folder with everybody, in the first version of the protocol.
func oldStorage() *member {
	m := samba(29, "Old storage", "server min protocol = NT1\nmap to guest = Bad User", "guest ok = yes")
	m.want.findings = []string{"smb-guest 445 week", "smb1 445 week"}
	return m
}

// samba is a real file server. It changes groups, which only root may.
func samba(host int, name, global, folder string) *member {
	return &member{
		host: host, needs: []string{"smbd"}, groups: true, ready: []func(*member) error{opens(445)}, want: want{who: name},
		script: `printf 'root:x:0:0::/run:/bin/sh\nnobody:x:65534:65534::/nonexistent:/bin/false\n' >/run/passwd
printf 'root:x:0:\nnogroup:x:65534:\n' >/run/group
mount --bind /run/passwd /etc/passwd
mount --bind /run/group /etc/group
mkdir -p /run/samba /run/public
chmod 755 /run/public
cat >/run/smb.conf <<'END'
[global]
workgroup = house
interfaces = eth0
smb ports = 445
load printers = no
disable spoolss = yes
private dir = /run/samba
lock directory = /run/samba
state directory = /run/samba
cache directory = /run/samba
pid directory = /run/samba
ncalrpc dir = /run/samba/rpc
` + global + `
[public]
path = /run/public
` + folder + `
END
smbd -F --no-process-group --debug-stdout -d1 -s /run/smb.conf &`,
	}
}

// openHub is a broker for everybody, which announces itself.
func openHub() *member {
	m := broker(30, "Open hub", "allow_anonymous true")
	m.notes.least = 1
	m.want.findings = []string{"mqtt-anonymous 1883 week"}
	return m
}

// broker is a real broker that announces itself. It writes down what it is asked.
func broker(host int, name, conf string) *member {
	return &member{
		host: host, needs: []string{"avahi-daemon", "mosquitto"}, ready: []func(*member) error{opens(1883), announces("_mqtt._tcp.local.")},
		notes: notes{"Received ", []string{"Received DISCONNECT"}, 0}, // it notes who comes in other words, and is told nothing else
		want:  want{name: name, addrs: 2},
		script: nobodyElse + fmt.Sprintf(`cat >/etc/avahi/services/mqtt.service <<'END'
<?xml version="1.0" standalone="no"?><!DOCTYPE service-group SYSTEM "avahi-service.dtd">
<service-group><name>%s</name><service><type>_mqtt._tcp</type><port>1883</port></service></service-group>
END
printf 'listener 1883 {addr}\nuser root\nlog_type all\n%s\n' >/run/mqtt.conf
mosquitto -c /run/mqtt.conf &
`, name, conf) + avahi(strings.ToLower(strings.ReplaceAll(name, " ", "-")), "no"),
	}
}

// talkingSwitch answers to the community public, and to the one by which its maker lets it be changed.
func talkingSwitch() *member {
	return &member{
		host: 31, needs: []string{"snmpd", "lighttpd"}, ready: []func(*member) error{opens(80), says("NET-SNMP version")}, notes: datagrams, tried: dumped,
		want: want{name: "cellar-switch", logins: 1, findings: []string{"default-login 161 today", "snmp-public 161 week"}},
		script: pagesOf("<title>Login</title>", "server.port = 80") + strings.Replace(agent(`rwcommunity private
sysDescr DGS-1210-28 6.10.007
sysObjectID .1.3.6.1.4.1.171.10.153.5.1
sysName cellar-switch`), "snmpd -f", "snmpd -d -f", 1),
	}
}

// dumped counts the logins in the messages that an agent dumps: a version, the community, and whether
// it is asked (0xa0) or answers (0xa2; RFC 3416, section 3).
func dumped(log string) (tries, failed int) {
	const private = "02 01  01 04 07 70  72 69 76 61  74 65 A"
	tries = strings.Count(log, private+"0")
	return tries, tries - strings.Count(log, private+"2")
}

// datagrams are what an agent notes of us.
var datagrams = notes{"Connection from UDP: [" + ourAddr, []string{"]:161"}, 1}

// printer is a printer that announces itself.
func printer(name, host string) *testhome.Device {
	page := testhome.Page(name, "")
	return &testhome.Device{
		Name: name, Host: host,
		Doors: []testhome.Door{web(80, "debut/1.30", page), {Port: 631, Protocol: "ipp", Server: "debut/1.30", Web: page}},
		MDNS: []testhome.Announcement{{
			Instance: name, Service: "_ipp._tcp", Port: 631, TXT: []string{"txtvers=1", "rp=ipp/print", "ty=" + name, "usb_MFG=Brother", "usb_MDL=" + strings.TrimPrefix(name, "Brother ")},
		}},
	}
}

// rawPrinter announces its raw port, which prints whatever arrives.
func rawPrinter() *member {
	d := printer("Brother HL-L2370DN series", "BRN3C2AF4000032")
	d.Doors = append(d.Doors, testhome.Door{Port: 9100}, testhome.Door{Port: 515})
	d.MDNS = append(d.MDNS, testhome.Announcement{Instance: d.Name, Service: "_pdl-datastream._tcp", Port: 9100})
	return device(32, d, want{findings: []string{"firmware-unknown 0 info", "raw-print 9100 info"}})
}

// pushButton lets devices join the Wi-Fi by WPS.
func pushButton() *member {
	d := &testhome.Device{Name: "Push button", UPnP: described("urn:schemas-wifialliance-org:device:WFADevice:1", "Broadcom", "WPS")}
	d.UPnP.Targets = []string{"urn:schemas-wifialliance-org:service:WFAWLANConfig:1"}
	return device(33, d, want{findings: []string{"wps-on 0 good"}})
}

// expired has a certificate of its maker that ended long ago.
func expired() *member {
	return &member{
		host: 34, needs: []string{"lighttpd"}, ready: []func(*member) error{opens(443)},
		want:   want{who: "Old certificate", findings: []string{"tls-expired 443 good"}},
		script: certificate("storage.example", "Maker CA", time.Now().AddDate(-1, 0, 0)) + pagesOf("<title>Welcome</title>", encrypted),
	}
}

// encrypted makes a web server speak TLS.
const encrypted = `server.modules = ( "mod_openssl" )
server.port = 443
ssl.engine = "enable"
ssl.pemfile = "/run/tls.pem"`

// certificate writes one and its key into a file of the member. It ends at a time, and was good for a
// year.
func certificate(name, issuer string, end time.Time) string {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err) // it never fails
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: end.AddDate(-1, 0, 0), NotAfter: end, IsCA: true, BasicConstraintsValid: true,
	}
	by := *c
	by.Subject.CommonName = issuer
	signed, err := x509.CreateCertificate(rand.Reader, c, &by, &key.PublicKey, key)
	if err != nil {
		panic(err) // what is signed is all of our own
	}
	secret, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		panic(err)
	}
	return fmt.Sprintf("cat >/run/tls.pem <<'END'\n%s%sEND\n", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed}),
		pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: secret}))
}

// consoleCamera is a camera with a remote console, which its maker repairs no more.
func consoleCamera() *member {
	m := device(35, &testhome.Device{Name: "Console camera", UPnP: described("urn:schemas-upnp-org:device:Basic:1", "Reolink", "RLC-410W")},
		want{findings: []string{"known-exploited 0 week", "ssh-open 22 good"}})
	m.needs, m.ready = []string{"dropbear"}, []func(*member) error{opens(22)}
	m.script = sshServer
	return m
}

// sshServer is a real remote console.
const sshServer = `dropbearkey -t rsa -s 2048 -f /run/key
dropbear -F -E -p {addr}:22 -P /run/ssh.pid -r /run/key &
`

// rogue hands out addresses beside the router, and leads everybody past it.
func rogue() *member {
	return &member{
		host: hostRogue, needs: []string{"dnsmasq"}, ready: []func(*member) error{says("DHCP, IP range")},
		want: want{who: "Second DHCP"},
		script: `printf 'port=0\nbind-interfaces\ninterface=eth0\nno-ping\ndhcp-range=192.168.77.230,192.168.77.240,1h\ndhcp-leasefile=/run/given\ndhcp-option=3,{addr}\n' >/run/dhcp.conf
dnsmasq -d -C /run/dhcp.conf &`,
	}
}

// newcomer is not there when the home is first known.
func newcomer() *member {
	return device(hostNewcomer, &testhome.Device{Name: "Newcomer", Doors: []testhome.Door{web(80, "", testhome.Page("Hello", ""))}}, want{})
}
