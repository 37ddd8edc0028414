package testhome

import (
	"fmt"
	"net/netip"
)

// A Plan says where a practice home lives. The zero Plan is the one on loopback.
type Plan struct {
	// Prefix holds the devices, at host numbers 10 to 19; zero is 127.0.0.0/24. Tests
	// that may run beside others take one of their own, such as 127.9.1.0/24.
	Prefix netip.Prefix
	// LowPorts puts web pages, telnet, RTSP and IPP on their real ports, which a user may not
	// open. Otherwise they are on 8080, 2323, 8554 and 8631.
	LowPorts bool
	// Set is for homes of more than ten devices, made of several sets: their names and serial
	// numbers differ. There are 256.
	Set uint8
}

// Practice gives the ten devices of the practice home on loopback, fresh at each call. The
// first is the router.
func Practice() []*Device { return Plan{}.Devices() }

// Devices gives the ten devices of a practice home, fresh at each call. The first is the
// router. Four things are wrong: the router its factory password and a door from the
// internet to the camera, the recorder telnet, the access point old firmware. Two more are as in many
// homes: programs may open doors in the router, and its settings page is not encrypted.
//
// What they say of themselves is what their makers' products say and, for lines
// that were recorded, the places named here. Serial numbers and the like are made up.
func (p Plan) Devices() []*Device {
	if !p.Prefix.IsValid() {
		p.Prefix = netip.MustParsePrefix("127.0.0.0/24")
	}
	cam := p.camera()
	return []*Device{
		p.router(cam), cam, p.recorder(), p.accessPoint(), p.printer(),
		p.tv(), p.speaker(), p.nas(), p.plug(), p.quiet(),
	}
}

// host gives the address with a host number of the prefix.
func (p Plan) host(n int) netip.Addr {
	a := p.Prefix.Masked().Addr()
	for range n {
		a = a.Next()
	}
	return a
}

func (p Plan) port(low, high uint16) uint16 {
	if p.LowPorts {
		return low
	}
	return high
}

// own makes a name differ from that of other sets.
func (p Plan) own(name string) string {
	if p.Set == 0 {
		return name
	}
	return fmt.Sprintf("%s-%d", name, p.Set+1)
}

// id is the end of a serial number: four digits, parted in the middle.
func (p Plan) id(part string, n int) string { return fmt.Sprintf("%02x%s%02d", p.Set, part, n) }

func (p Plan) web(server string, w Web) Door {
	return Door{Port: p.port(80, 8080), Protocol: "http", Server: server, Web: w}
}

func home(page Web) Web { return Paths(map[string]Web{"/": page}) }

// The factory login is that of the maker's user guides. LOCATION and SERVER are of the shape that a TL-WR740N sent.
func (p Plan) router(cam *Device) *Device {
	rtsp := p.port(554, 8554)
	return &Device{
		Name: "Router", Addr: p.host(10),
		Login: &Login{Realm: "TP-LINK Wireless N Router WR841N", User: "admin", Password: "admin"},
		Doors: []Door{p.web("Router Webserver", BehindLogin(home(Page("TL-WR841N",
			`<frameset rows="90,*"><frame name="topFrame" src="/frames/top.htm"><frame name="mainFrame" src="/userRpm/StatusRpm.htm"></frameset>`))))},
		UPnP: &UPnP{
			Port: 1900, Path: "/igd.xml", Control: "/ipc", Server: "ipos/7.0 UPnP/1.0 TL-WR841N/7.0",
			UUID: "9f0865b3-f5da-4ad5-85b7-7404637fdf10", Type: "urn:schemas-upnp-org:device:InternetGatewayDevice:1",
			Targets: []string{"urn:schemas-upnp-org:device:WANDevice:1", "urn:schemas-upnp-org:device:WANConnectionDevice:1", wanIP},
			Elements: []Element{
				{"presentationURL", "http://{addr}/"},
				{"friendlyName", "Wireless N Router WR841N"},
				{"manufacturer", "TP-LINK"},
				{"manufacturerURL", "http://www.tp-link.com"},
				{"modelDescription", "Wireless N Router WR841N 7.0"},
				{"modelName", "WR841N"},
				{"modelNumber", "7.0"},
			},
		},
		IGD: &IGD{
			External: netip.MustParseAddr("203.0.113.77"), // RFC 5737: nobody's
			Mappings: []Mapping{{Protocol: "TCP", Outer: rtsp, Client: cam.Addr, Inner: rtsp, Enabled: true, Description: "camera rtsp"}},
		},
	}
}

// The RLC-410W is no longer supported; this one is.
func (p Plan) camera() *Device {
	return &Device{
		Name: "Front door camera", Addr: p.host(11),
		Doors: []Door{{Port: p.port(554, 8554), Protocol: "rtsp", Talk: RTSP("Rtsp Server/3.0", false)}},
		UPnP: &UPnP{
			Port: 49152, Path: "/devicedesc.xml", Server: "Linux/4.1.0, UPnP/1.0, Portable SDK for UPnP devices/1.6.22",
			UUID: "3f2504e0-4f89-11d3-9a0c-ec71db00" + p.id("", 11), Type: "urn:schemas-upnp-org:device:Basic:1",
			Elements: []Element{
				{"friendlyName", "Front door camera"},
				{"manufacturer", "Reolink"},
				{"manufacturerURL", "https://reolink.com"},
				{"modelDescription", "IP camera"},
				{"modelName", "RLC-520A"},
			},
		},
	}
}

func (p Plan) recorder() *Device {
	return &Device{
		Name: "Garage recorder", Addr: p.host(12),
		Doors: []Door{
			{Port: p.port(23, 2323), Protocol: "telnet", Talk: Telnet("\r\nNVR login: ")},
			p.web("thttpd/2.25b 29dec2003", home(Page("Network Video Recorder", "<h1>Swann NVR8-7300</h1>"))),
		},
		UPnP: &UPnP{
			Port: 49152, Path: "/upnpdevicedesc.xml", Server: "Linux/3.0.8, UPnP/1.0, Portable SDK for UPnP devices/1.6.6",
			UUID: "5a8f1d20-0a11-11e5-8d2c-000e8e00" + p.id("", 12), Type: "urn:schemas-upnp-org:device:Basic:1",
			Elements: []Element{
				{"friendlyName", "Garage recorder"},
				{"manufacturer", "Swann"},
				{"modelDescription", "Network Video Recorder"},
				{"modelName", "NVR8-7300"},
			},
		},
	}
}

// A RouterOS 6 speaks SSDP as a gateway, at http://192.168.88.1:2828/gateway.xml with this
// kind of SERVER. Here it is an access point, so that a home has one gateway only.
func (p Plan) accessPoint() *Device {
	return &Device{
		Name: "Attic access point", Addr: p.host(13), Firmware: "6.41",
		Doors: []Door{p.web("", home(Page("RouterOS router configuration page",
			"<h1>RouterOS v{firmware}</h1><p>You have connected to a router. Administrative access only.</p>")))},
		UPnP: &UPnP{
			Port: 2828, Path: "/gateway.xml", Server: "RouterOS/{firmware}UPnP/1.0 MikroTik UPnP/1.0",
			UUID: "UUID-MIKROTIK-WLAN-ACCESS-POINT-" + p.id("", 13), Type: "urn:schemas-upnp-org:device:WLANAccessPointDevice:1",
			Elements: []Element{
				{"friendlyName", "MikroTik Router"},
				{"manufacturer", "MikroTik"},
				{"manufacturerURL", "https://mikrotik.com"},
				{"modelDescription", "MikroTik Router"},
				{"modelName", "RouterOS"},
			},
		},
	}
}

// The raw port is open and not announced: nobody may ever send to it (printers print what arrives there).
func (p Plan) printer() *Device {
	ipp := p.port(631, 8631)
	page := Page("Brother HL-L2350DW series", "<h1>HL-L2350DW series</h1>")
	host := "BRW3C2AF400" + p.id("", 14)
	return &Device{
		Name: "Printer", Addr: p.host(14), Host: host,
		Doors: []Door{
			p.web("debut/1.30", Paths(map[string]Web{"/": page, "/general/status.html": page})),
			{Port: ipp, Protocol: "ipp", Server: "debut/1.30", Web: home(page)},
			{Port: 9100},
		},
		MDNS: []Announcement{{
			Instance: p.own("Brother HL-L2350DW series"), Service: "_ipp._tcp", Port: ipp,
			TXT: []string{
				"txtvers=1", "qtotal=1", "rp=ipp/print", "note=Study", "ty=Brother HL-L2350DW series",
				"product=(Brother HL-L2350DW series)", "adminurl=http://" + host + ".local./net/net/airprint.html",
				"priority=25", "usb_MFG=Brother", "usb_MDL=HL-L2350DW series", "Color=F", "Duplex=T",
				"pdl=application/octet-stream,image/urf,image/pwg-raster", "UUID=e3248000-80ce-11db-8000-3c2af400" + p.id("", 14),
			},
		}},
	}
}

// What a UN55LS03N sent, with another name and model.
func (p Plan) tv() *Device {
	return &Device{
		Name: "Television", Addr: p.host(15),
		Doors: []Door{{Port: 8001, Protocol: "http", Web: Paths(map[string]Web{"/api/v2/": Text("application/json",
			`{"device":{"OS":"Tizen","TokenAuthSupport":"true","firmwareVersion":"Unknown","model":"20_KANTSU2E_UHD","modelName":"UE43TU7090","name":"Living room TV","type":"Samsung SmartTV"},"type":"Samsung SmartTV","version":"2.0.25"}`)})}},
		UPnP: &UPnP{
			Port: 9197, Path: "/dmr", Server: "SHP, UPnP/1.0, Samsung UPnP SDK/1.0",
			UUID: "ea645e34-d3dd-4b9b-a246-e1947f89" + p.id("", 15), Type: "urn:schemas-upnp-org:device:MediaRenderer:1",
			Targets: []string{"urn:schemas-upnp-org:service:RenderingControl:1", "urn:schemas-upnp-org:service:AVTransport:1"},
			Elements: []Element{
				{"friendlyName", "Living room TV"},
				{"manufacturer", "Samsung Electronics"},
				{"manufacturerURL", "http://www.samsung.com/sec"},
				{"modelDescription", "Samsung TV DMR"},
				{"modelName", "UE43TU7090"},
				{"modelNumber", "AllShare1.0"},
			},
		},
	}
}

func (p Plan) speaker() *Device {
	number := "542A1B00" + p.id("", 16)
	player := "RINCON_" + number + "01400"
	return &Device{
		Name: "Kitchen speaker", Addr: p.host(16), Host: "sonos" + number, Firmware: "80.1-58210",
		MDNS: []Announcement{{
			Instance: "Sonos-" + number, Service: "_sonos._tcp", Port: 1443,
			TXT: []string{"info=/api/v1/players/" + player + "/info", "vers=1", "protovers=1.38.3"},
		}},
		UPnP: &UPnP{
			Port: 1400, Path: "/xml/device_description.xml", Server: "Linux UPnP/1.0 Sonos/{firmware} (ZPS18)",
			UUID: player, Type: "urn:schemas-upnp-org:device:ZonePlayer:1",
			Headers: []string{"X-RINCON-HOUSEHOLD: Sonos_practice", "X-RINCON-BOOTSEQ: 14"},
			Elements: []Element{
				{"friendlyName", "{addr} - Sonos One - " + player},
				{"manufacturer", "Sonos, Inc."},
				{"manufacturerURL", "http://www.sonos.com"},
				{"modelNumber", "S18"},
				{"modelDescription", "Sonos One"},
				{"modelName", "Sonos One"},
				{"softwareVersion", "{firmware}"},
				{"swGen", "2"},
				{"hardwareVersion", "1.26.1.7-2.2"},
				{"serialNum", "54-2A-1B-00-" + p.id("-", 16) + ":0"},
				{"roomName", "Kitchen"},
				{"displayName", "One"},
			},
		},
	}
}

// Port 445 is announced and shut: no file sharing is simulated.
func (p Plan) nas() *Device {
	host := p.own("DiskStation")
	return &Device{
		Name: "Family pictures", Addr: p.host(17), Host: host,
		Doors: []Door{{Port: 5000, Protocol: "http", Server: "nginx", Web: home(Page("DiskStation - Synology DiskStation", "<noscript>JavaScript is needed</noscript>"))}},
		MDNS: []Announcement{
			{
				Instance: host, Service: "_http._tcp", Port: 5000,
				TXT: []string{
					"vendor=Synology", "model=DS220+", "serial=215000000" + p.id("", 17), "version_major=7", "version_minor=2",
					"version_build=72806", "admin_port=5000", "secure_admin_port=5001", "mac_address=00:11:32:00:" + p.id(":", 17),
				},
			},
			{Instance: host, Service: "_smb._tcp", Port: 445},
		},
	}
}

func (p Plan) plug() *Device {
	web := p.port(80, 8080)
	name, mac := "shellyplusplugs-b0b21c00"+p.id("", 18), "B0B21C00"+p.id("", 18)
	refused := Refused(`Digest qop="auth", realm="` + name + `", nonce="5f8b2c1d", algorithm=SHA-256`)
	return &Device{
		Name: "Lamp plug", Addr: p.host(18), Host: name, Firmware: "1.4.4",
		Doors: []Door{p.web("ShellyHTTP/1.0.0", Paths(map[string]Web{
			"/": refused,
			"/shelly": Text("application/json", `{"name":null,"id":"`+name+`","mac":"`+mac+`","slot":1,"model":"SNPL-00112EU","gen":2,`+
				`"fw_id":"20241011-114449/{firmware}-g6d2a586","ver":"{firmware}","app":"PlusPlugS","auth_en":true,"auth_domain":"`+name+`"}`),
		}))},
		MDNS: []Announcement{
			{Instance: name, Service: "_shelly._tcp", Port: web, TXT: []string{"gen=2", "app=PlusPlugS", "ver={firmware}"}},
			{Instance: name, Service: "_http._tcp", Port: web, TXT: []string{"gen=2"}},
		},
	}
}

// quiet announces nothing: only a knock at every address finds it.
func (p Plan) quiet() *Device {
	return &Device{
		Name: "Box nobody remembers", Addr: p.host(19),
		Doors: []Door{{Port: 8888, Protocol: "http", Web: home(Page("", "<p>It works.</p>"))}},
	}
}
