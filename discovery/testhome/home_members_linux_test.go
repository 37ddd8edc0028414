package testhome_test

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/miekg/dns"
	"golang.org/x/net/ipv4"

	"porchlight/discovery"
	"porchlight/discovery/testhome"
)

// A want is what a round has to tell of a member. "" means that it may tell anything.
type want struct {
	who      string // for people, where name is ""
	name     string
	kind     discovery.Kind
	vendor   string
	model    string
	firmware string
	services []string // all that are found, such as "80 http"; "631 ipp|http" is either
	findings []string // all that are found, such as "telnet-open 23 today"
	// unchecked are all checks that came to no result, with the reason: "smb1 unclear".
	unchecked []string
	logins    int      // how many logins the device sees
	failures  int      // how many of them fail
	not       []string // what looks as if it were there, and is not
	addrs     int      // how many addresses; 0 means 1
	foundBy   []string // at least these
	evidence  []string // all of it, such as "kind printer, likely by mdns.service"; * is any text, nil anything
}

// Host numbers of members that the tests do something to.
const (
	hostRouter  = 10 // the simulated one
	hostCamera  = 11
	hostPrinter = 14
	hostNAS     = 17
	hostPlug    = 18
	hostReal    = 20 // real printer
	hostHub     = 22
	hostPages   = 26
	hostQuiet   = 27
	hostLeaver  = 28
	hostLiar    = 29
	hostWaker   = 31
	hostShut    = 33 // odd: heard a moment before the second round
)

// members lists who lives in the test home: a router, the ten simulated devices of the
// practice home, real programs, and some that are odd.
func members() []*member {
	out := []*member{realRouter()}
	sims := testhome.Plan{Prefix: netip.MustParsePrefix(homeNet), LowPorts: true}.Devices()
	wants := []want{
		{
			name: "Wireless N Router WR841N", kind: discovery.KindRouter, vendor: "TP-Link", model: "WR841N", services: []string{"80 http", "1900 http"},
			findings: []string{"default-login 80 today", "firmware-unknown 0 info", "http-only-admin 80 good", "port-forward 554 today", "upnp-on 0 good"}, logins: 1, foundBy: []string{"ssdp", "neighbors", "ports"},
		},
		{
			name: "Front door camera", kind: discovery.KindCamera, vendor: "Reolink", model: "RLC-520A", services: []string{"554 rtsp", "49152 http"},
			findings: []string{"firmware-unknown 0 info"}, addrs: 2, foundBy: []string{"ssdp", "neighbors", "ports"},
		},
		{
			name: "Garage recorder", kind: discovery.KindNVR, vendor: "Swann", model: "NVR8-7300", services: []string{"23 telnet", "80 http", "49152 http"},
			findings: []string{"firmware-unknown 0 info", "telnet-open 23 today"},
		},
		{
			name: "MikroTik Router", kind: discovery.KindAccessPoint, vendor: "MikroTik", firmware: "6.41", services: []string{"80 http", "2828 http"},
			findings: []string{"known-exploited 0 today"},
		},
		{name: "Brother HL-L2350DW series", kind: discovery.KindPrinter, vendor: "Brother", services: []string{"80 http", "631 ipp"}, findings: []string{"firmware-unknown 0 info"}, foundBy: []string{"mdns", "neighbors", "ports"}},
		{name: "Living room TV", kind: discovery.KindTV, vendor: "Samsung", model: "UE43TU7090", services: []string{"9197 http"}},
		{who: "Kitchen", kind: discovery.KindSpeaker, vendor: "Sonos", model: "Sonos One", services: []string{"1400 http", "1443 sonos"}},
		{name: "DiskStation", kind: discovery.KindNAS, vendor: "Synology", model: "DS220+", services: []string{"445 smb", "5000 http"}, addrs: 2},
		{name: "shellyplusplugs-b0b21c000018", kind: discovery.KindPlug, vendor: "Shelly", firmware: "1.4.4", services: []string{"80 http"}},
		{who: "Box nobody remembers", services: []string{"8888 http"}, foundBy: []string{"neighbors", "ports"}},
	}
	for i, sim := range sims {
		out = append(out, &member{host: hostRouter + i, sim: sim, want: wants[i]})
	}
	// The printer listens at the other raw port too. The NAS announces an IPv6 address of
	// its own; the camera only uses one.
	sims[hostPrinter-hostRouter].Doors = append(sims[hostPrinter-hostRouter].Doors, testhome.Door{Port: 515})
	sims[hostNAS-hostRouter].Addr6 = netip.MustParseAddr(fmt.Sprintf("fe80::%x%%eth0", hostNAS))
	return append(out, realPrinter(), realShelf(), realHub(), realSwitch(), realServer(), realComputer(), realPages(), realSamba(), quiet(), leaver(), liar(), waker(), shut())
}

// realRouter is a Linux router with a door to the camera that UPnP opened. The way to the
// internet leads through it.
func realRouter() *member {
	return &member{
		host: gateway, needs: []string{"miniupnpd", "nft"}, ready: []func(*member) error{opens(5000), says("HTTP listening on port 5000")},
		want: want{
			name: "Debian router", kind: discovery.KindRouter, services: []string{"5000 http"},
			findings: []string{"firmware-unknown 0 info", "port-forward 554 today", "upnp-on 0 good"}, foundBy: []string{"ssdp", "neighbors", "ports"},
			evidence: []string{
				"vendor Debian, likely by upnp.manufacturer",
				"kind router, likely by upnp.device_type",
				"model Debian router, likely by upnp.model_name",
				"name Debian router, likely by upnp.friendly_name",
			},
		},
		script: fmt.Sprintf(`echo 1 >/proc/sys/net/ipv4/ip_forward
nft -f - <<'END'
table inet filter {
	chain miniupnpd { }
	chain prerouting_miniupnpd { }
	chain postrouting_miniupnpd { }
	chain forward { type filter hook forward priority 0; policy accept; jump miniupnpd; }
	chain prerouting { type nat hook prerouting priority -100; policy accept; jump prerouting_miniupnpd; }
	chain postrouting { type nat hook postrouting priority 100; policy accept; jump postrouting_miniupnpd; }
}
END
echo TCP:8554:%s:554:0:camera >/run/leases
cat >/run/upnp.conf <<'END'
ext_ifname=wan0
listening_ip=eth0
http_port=5000
enable_natpmp=yes
uuid=8e2a0000-0000-4000-8000-001122330001
secure_mode=yes
lease_file=/run/leases
notify_interval=900
END
miniupnpd -d -f /run/upnp.conf -P /run/upnp.pid &`, hostAddr(hostCamera)),
	}
}

// nobodyElse lets programs that want users of their own find only the one that there is.
const nobodyElse = `echo root:x:0:0::/run:/bin/sh >/run/passwd
echo avahi:x:0:0::/run:/bin/false >>/run/passwd
printf 'root:x:0:\navahi:x:0:\nnetdev:x:0:\n' >/run/group
mount --bind /run/passwd /etc/passwd
mount --bind /run/group /etc/group
mount -t tmpfs none /etc/avahi
mkdir /etc/avahi/services /run/dbus
`

// systemBus starts the bus by which programs of a member find each other.
const systemBus = `cat >/run/dbus.conf <<'END'
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><listen>unix:path=/run/dbus/system_bus_socket</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*"/><allow receive_sender="*"/></policy></busconfig>
END
dbus-daemon --config-file=/run/dbus.conf --nofork --nopidfile &
until [ -S /run/dbus/system_bus_socket ]; do sleep 0.05; done
`

// avahi starts the mDNS program under a host name.
func avahi(host, dbus string) string {
	return fmt.Sprintf(`cat >/run/avahi.conf <<'END'
[server]
host-name=%s
use-ipv4=yes
use-ipv6=yes
enable-dbus=%s
allow-interfaces=eth0
[publish]
publish-workstation=no
END
avahi-daemon -f /run/avahi.conf --no-drop-root --no-chroot --no-rlimits &
`, host, dbus)
}

// realPrinter is the sample printer of CUPS, which announces itself through Avahi. Its
// firmware it tells by IPP only.
func realPrinter() *member {
	return &member{
		host: hostReal, needs: []string{"avahi-daemon", "dbus-daemon", "ippeveprinter"},
		ready: []func(*member) error{opens(631), announces("_ipp._tcp.local.")},
		want: want{
			name: "Study printer", kind: discovery.KindPrinter, services: []string{"631 ipp|http"}, addrs: 2, foundBy: []string{"mdns", "neighbors", "ipp"},
			evidence: []string{
				"vendor Acme, likely by json./ipp/print get-printer-attributes.printer-make-and-model",
				"kind printer, likely by json./ipp/print get-printer-attributes.printer-make-and-model",
				"model Laser 3, likely by json./ipp/print get-printer-attributes.printer-make-and-model",
				"firmware 2.11.4, likely by json./ipp/print get-printer-attributes.printer-firmware-string-version",
				"name Study printer, likely by mdns.instance",
			},
		},
		script: nobodyElse + systemBus + avahi("study-printer", "yes") + `until [ -S /run/avahi-daemon/socket ]; do sleep 0.05; done
sleep 0.2
mkdir /run/jobs
cat >/run/printer.conf <<'END'
ATTR textWithoutLanguage printer-make-and-model "Acme Laser 3"
ATTR textWithoutLanguage printer-device-id "MFG:Acme;MDL:Laser 3;CMD:PWG;"
ATTR textWithoutLanguage printer-firmware-string-version "2.11.4"
END
ippeveprinter -p 631 -d /run/jobs -a /run/printer.conf "Study printer" &`,
	}
}

// realShelf is a media server that speaks SSDP.
func realShelf() *member {
	return &member{
		host: 21, needs: []string{"minidlnad"}, ready: []func(*member) error{opens(8200)},
		want: want{
			name: "Film shelf", kind: discovery.KindOther, services: []string{"8200 http"}, foundBy: []string{"ssdp", "neighbors"},
			evidence: []string{
				"vendor MiniDLNA, saw by ssdp.server",
				"kind other, saw by ssdp.server",
				"model MiniDLNA, saw by upnp.model_name",
				"firmware *, saw by ssdp.server",
				"name Film shelf, likely by upnp.friendly_name",
			},
		},
		script: `mkdir /run/films /run/db
printf 'port=8200\nmedia_dir=/run/films\nfriendly_name=Film shelf\ndb_dir=/run/db\nlog_dir=/run/db\nnetwork_interface=eth0\n' >/run/dlna.conf
minidlnad -d -f /run/dlna.conf -P /run/dlna.pid &`,
	}
}

// realHub is an MQTT broker that announces itself, and an address that is not in the home.
func realHub() *member {
	return &member{
		host: hostHub, needs: []string{"avahi-daemon", "mosquitto"},
		ready: []func(*member) error{opens(1883), announces("_mqtt._tcp.local."), announces("_http._tcp.local.")},
		want:  want{name: "House hub", services: []string{"1883 mqtt"}, findings: []string{"mqtt-anonymous 1883 week"}, addrs: 2, foundBy: []string{"mdns", "neighbors"}},
		script: nobodyElse + `cat >/etc/avahi/services/mqtt.service <<'END'
<?xml version="1.0" standalone="no"?><!DOCTYPE service-group SYSTEM "avahi-service.dtd">
<service-group><name>House hub</name><service><type>_mqtt._tcp</type><port>1883</port></service></service-group>
END
cat >/etc/avahi/services/away.service <<'END'
<?xml version="1.0" standalone="no"?><!DOCTYPE service-group SYSTEM "avahi-service.dtd">
<service-group><name>Away</name><service><type>_http._tcp</type><host-name>away.local</host-name><port>80</port></service></service-group>
END
echo 203.0.113.50 away.local >/etc/avahi/hosts
printf 'listener 1883 {addr}\nallow_anonymous true\nuser root\n' >/run/mqtt.conf
mosquitto -c /run/mqtt.conf &
` + avahi("house-hub", "no"),
	}
}

// realSwitch is a network switch by SNMP, with a page that does not say so.
func realSwitch() *member {
	return &member{
		host: 23, needs: []string{"snmpd", "lighttpd"}, ready: []func(*member) error{opens(80), says("NET-SNMP version")},
		want: want{
			name: "cellar-switch", kind: discovery.KindOther, services: []string{"80 http", "161 snmp"}, findings: []string{"snmp-public 161 week"},
			foundBy: []string{"neighbors", "ports", "snmp"},
			evidence: []string{
				"vendor Netgear, saw by snmp.sysdescr",
				"kind other, saw by snmp.sysdescr",
				"model GS110TPv2, saw by snmp.sysdescr",
				"firmware 5.4.2.36, saw by snmp.sysdescr",
				"name cellar-switch, likely by snmp.sysname",
			},
		},
		script: `mkdir /run/www
echo '<title>Login</title>' >/run/www/index.html
cat >/run/web.conf <<'END'
server.port = 80
server.bind = "{addr}"
server.document-root = "/run/www"
index-file.names = ( "index.html" )
END
lighttpd -D -f /run/web.conf &
` + agent(`sysDescr GS110TPv2 ProSafe 8-Port Gigabit Smart Switch with PoE, 5.4.2.36, B5.1.0.2
sysObjectID .1.3.6.1.4.1.4526.100.4.23
sysName cellar-switch`),
	}
}

// agent starts the SNMP program with more lines of configuration.
func agent(lines string) string {
	return fmt.Sprintf(`cat >/run/snmp.conf <<'END'
agentaddress udp:161
rocommunity public
%s
END
MIBS= SNMP_PERSISTENT_DIR=/run snmpd -f -Lo -C -c /run/snmp.conf -p /run/snmp.pid &`, lines)
}

// realServer has telnet, FTP and SSH, and an SNMP agent that nobody asks.
func realServer() *member {
	return &member{
		host: 24, needs: []string{"inetutils-inetd", "telnetd", "vsftpd", "dropbear", "snmpd"},
		ready: []func(*member) error{opens(21), opens(22), opens(23), says("NET-SNMP version")},
		want:  want{who: "Old server", services: []string{"21 ftp", "22 ssh", "23 telnet"}, findings: []string{"ftp-anonymous 21 week", "telnet-open 23 today"}},
		script: `echo telnet stream tcp4 nowait root "$(command -v telnetd)" telnetd >/run/inetd.conf
inetutils-inetd -d /run/inetd.conf &
mkdir -p /run/vsftpd/empty
printf 'listen=YES\nlisten_address={addr}\nbackground=NO\nrun_as_launching_user=YES\nanonymous_enable=YES\nsecure_chroot_dir=/run/vsftpd/empty\nseccomp_sandbox=NO\n' >/run/ftp.conf
vsftpd /run/ftp.conf &
dropbear -R -F -E -p {addr}:22 -P /run/ssh.pid -r /run/key &
` + agent("sysName box"),
	}
}

// realComputer answers WS-Discovery as Windows does: only when it is asked once more it says
// where it is, and there what it is called.
func realComputer() *member {
	return &member{
		host: 25, needs: []string{"wsdd"}, ready: []func(*member) error{opens(5357)},
		want: want{
			name: "ATTIC-PC", kind: discovery.KindComputer, services: []string{"5357 http"}, foundBy: []string{"wsd", "neighbors"},
			evidence: []string{"kind computer, likely by wsd.type", "name ATTIC-PC, likely by wsd.computer"},
		},
		script: `wsdd -i eth0 -n attic-pc -w house &`,
	}
}

// realPages has web pages with a password of its own. It writes down who brings a login.
func realPages() *member {
	return &member{
		host: hostPages, needs: []string{"lighttpd"}, ready: []func(*member) error{opens(80)},
		want: want{who: "Household pages", services: []string{"80 http"}},
		script: `mkdir /run/www
echo hello >/run/www/index.html
echo 'owner:long and own words' >/run/users
cat >/run/web.conf <<'END'
server.modules = ( "mod_auth", "mod_authn_file", "mod_accesslog" )
server.port = 80
server.bind = "{addr}"
server.document-root = "/run/www"
index-file.names = ( "index.html" )
accesslog.filename = "/dev/stderr"
accesslog.format = "asked %r login=%{Authorization}i agent=%{User-Agent}i"
auth.backend = "plain"
auth.backend.plain.userfile = "/run/users"
auth.require = ( "/" => ( "method" => "basic", "realm" => "Household pages", "require" => "valid-user" ) )
END
lighttpd -D -f /run/web.conf &`,
	}
}

// realSamba has a NetBIOS name and no open door: for those Samba changes groups, which only root
// may.
func realSamba() *member {
	return &member{
		host: 30, needs: []string{"nmbd"}, ready: []func(*member) error{says("making subnet name:REMOTE_BROADCAST_SUBNET")},
		want: want{
			name: "BASEMENT", kind: discovery.KindComputer, services: []string{"137 netbios"}, foundBy: []string{"neighbors", "netbios"},
			evidence: []string{"kind computer, likely by netbios.name", "name BASEMENT, likely by netbios.name"},
		},
		script: `mkdir /run/samba
cat >/run/smb.conf <<'END'
[global]
netbios name = basement
workgroup = house
interfaces = eth0
private dir = /run/samba
lock directory = /run/samba
state directory = /run/samba
cache directory = /run/samba
pid directory = /run/samba
END
nmbd -F --no-process-group --debug-stdout -d2 -s /run/smb.conf &`,
	}
}

// quiet answers ARP, and refuses whoever knocks.
func quiet() *member {
	return &member{host: hostQuiet, want: want{who: "Quiet box", foundBy: []string{"neighbors"}}}
}

// leaver is gone in the second round.
func leaver() *member {
	return &member{host: hostLeaver, want: want{who: "Guest pages", services: []string{"80 http"}}, sim: &testhome.Device{
		Name: "Guest pages", Addr: hostAddr(hostLeaver), Doors: []testhome.Door{{Port: 80, Protocol: "http", Web: testhome.Page("Guest pages", "")}},
	}}
}

// liar points to the internet wherever it can.
func liar() *member {
	const away = "http://203.0.113.9/"
	return &member{
		host: hostLiar, want: want{who: "Liar", services: []string{"80 http"}, foundBy: []string{"ssdp"}},
		sim: &testhome.Device{
			Name: "Liar", Addr: hostAddr(hostLiar), Doors: []testhome.Door{{Port: 80, Protocol: "http", Web: testhome.RedirectTo(away)}},
			UPnP: &testhome.UPnP{Port: 80, Path: "/", Server: "Liar/1.0 UPnP/1.0", UUID: "liar", Type: "urn:x:device:Liar:1", Location: away + "desc.xml"},
		},
	}
}

// announces is ready when the member answers an mDNS question for a service.
func announces(service string) func(m *member) error {
	return func(m *member) error {
		return inside(m.ns(), func() error {
			eth, err := net.InterfaceByName("eth0")
			if err != nil {
				return err
			}
			c, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(m.addr(), 0)))
			if err != nil {
				return err
			}
			defer c.Close()
			if err := ipv4.NewPacketConn(c).SetMulticastInterface(eth); err != nil {
				return err
			}
			q := new(dns.Msg)
			q.SetQuestion(service, dns.TypePTR)
			b, err := q.Pack()
			if err != nil {
				return err
			}
			if _, err := c.WriteToUDPAddrPort(b, netip.MustParseAddrPort("224.0.0.251:5353")); err != nil {
				return err
			}
			_ = c.SetReadDeadline(time.Now().Add(500 * time.Millisecond))
			buf := make([]byte, 9000)
			n, err := c.Read(buf)
			if err != nil {
				return err
			}
			var a dns.Msg
			if err := a.Unpack(buf[:n]); err != nil || len(a.Answer) == 0 || !strings.EqualFold(a.Answer[0].Header().Name, service) {
				return fmt.Errorf("%v: %w", a.Answer, errNotYet)
			}
			return nil
		})
	}
}
