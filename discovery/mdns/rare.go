package mdns

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"

	"porchlight/discovery"
	"porchlight/discovery/lan"
)

// rareTypes are asked for too, many in one packet: few homes have one of them, and not every
// device answers the question which types there are.
var rareTypes = []string{
	// Routers, Thread and hubs.
	"_fbx-api._tcp", "_dvl-deviceapi._tcp", "_eero._tcp", "_airport._tcp", "_meshcop._udp", "_matterc._udp", "_hap._udp",
	"_ihsp._tcp", "_philipshue._tcp", "_smartthings._tcp", "_lutron._tcp", "_leap._tcp", "_kizbox._tcp", "_bond._tcp", "_miio._udp",
	"_aqara._tcp", "_zwave-js-server._tcp", "_slzb-06._tcp", "_uzg-01._tcp", "_zigate-zigbee-gateway._tcp", "_system-bridge._tcp",
	"_logitech-reverse-host._tcp", "_neeo._tcp", "_lookin._tcp",
	// Lights, plugs, energy and climate.
	"_wled._tcp", "_elg._tcp", "_nanoleafapi._tcp", "_nanoleafms._tcp", "_bbxsrv._tcp", "_hwenergy._tcp", "_homewizard._tcp",
	"_ewelink._tcp", "_tplink._tcp", "_dhnap._tcp", "_easylink._tcp", "_plugwise._tcp", "_enphase-envoy._tcp", "_powerview._tcp",
	"_ecobee._tcp", "_sideplay._tcp", "_dkapi._tcp", "_dyson_mqtt._tcp", "_rabbitair._udp", "_mieleathome._tcp", "_api._udp", "_nut._tcp",
	"_ankivector._tcp",
	// Televisions, speakers and media.
	"_androidtvremote._tcp", "_adb._tcp", "_adb-tls-connect._tcp", "_amzn-alexa._tcp", "_viziocast._tcp", "_philipstv_rpc._tcp",
	"_mediaremotetv._tcp", "_touch-able._tcp", "_daap._tcp", "_sleep-proxy._udp", "_soundtouch._tcp", "_bose._tcp", "_musc._tcp", "_heos._tcp",
	"_bangolufsen._tcp", "_devialet-http._tcp", "_volumio._tcp", "_mpd._tcp", "_rsp._tcp", "_tivo-videos._tcp", "_channels_dvr._tcp",
	"_htsp._tcp", "_nvstream._tcp", "_plexmediasvr._tcp", "_jellyfin._tcp", "_emby._tcp", "_xbmc-jsonrpc-h._tcp",
	// Printers, disks and computers.
	"_scanner._tcp", "_uscans._tcp", "_canon-bjnp1._tcp", "_riousbprint._tcp", "_privet._tcp", "_octoprint._tcp", "_snapmaker._tcp", "_moonraker._tcp",
	"_readynas._tcp", "_afpovertcp._tcp", "_adisk._tcp", "_nfs._tcp", "_ftp._tcp", "_sftp-ssh._tcp", "_webdav._tcp", "_https._tcp",
	"_telnet._tcp", "_rdp._tcp", "_dosvc._tcp", "_apple-mobdev2._tcp", "_oculusal_sp._tcp", "_secure-mqtt._tcp", "_coap._udp", "_sip._udp",
}

const (
	typesInPacket = 14 // their names fit into one frame of Ethernet
	// rareWait is for the answers to one packet. They come within 120 ms (RFC 6762, section 6).
	rareWait = 300 * time.Millisecond
)

// askRare asks for the rare types. The questions come from a port of our own, so the answers come
// back to it alone (RFC 6762, section 6.7).
func (s Source) askRare(ctx context.Context, tell func(discovery.Observation)) error {
	heard := newRecords(s.Home.Allowed)
	for types := range slices.Chunk(rareTypes, typesInPacket) {
		b, err := question(types)
		if err != nil {
			return err
		}
		wait, stop := context.WithTimeout(ctx, rareWait)
		err = s.Home.Ask(wait, lan.Question{To: group, Payload: b, Line: "mdns PTR " + strings.Join(types, ",")}, func(from netip.AddrPort, b []byte) {
			for _, o := range heard.parseRecords(from.Addr(), b) {
				tell(o)
			}
		})
		stop()
		if err != nil || ctx.Err() != nil {
			return err
		}
	}
	return nil
}

// question asks for several types in one packet.
func question(types []string) ([]byte, error) {
	m := new(dns.Msg)
	for _, t := range types {
		m.Question = append(m.Question, dns.Question{Name: t + ".local.", Qtype: dns.TypePTR, Qclass: dns.ClassINET})
	}
	m.Compress = true
	return m.Pack()
}
