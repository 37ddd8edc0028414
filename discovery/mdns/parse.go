package mdns

import (
	"net"
	"net/netip"
	"regexp"
	"strings"

	"github.com/grandcat/zeroconf"

	"porchlight/discovery"
)

const (
	maxEntries = 500 // of one type in one home
	maxTXT     = 64  // keys of one service
	maxAddrs   = 8   // of one entry
)

// typePattern is a service type (RFC 6763, section 7): one label, then the transport.
var typePattern = regexp.MustCompile(`^_[A-Za-z0-9-]{1,32}\._(tcp|udp)$`)

// parseType reads a service type out of an answer to the question for types, such as
// "_http._tcp.local".
func parseType(s string) (string, bool) {
	s = strings.TrimSuffix(strings.TrimSuffix(s, "."), ".local")
	if !typePattern.MatchString(s) {
		return "", false
	}
	return s, true
}

// parseEntry turns one announced service into observations, one for each address of this
// home. What it says about itself goes with the first.
func parseEntry(e *zeroconf.ServiceEntry, allowed func(netip.Addr) bool) []discovery.Observation {
	typ := strings.TrimSuffix(e.Service, ".")
	if !typePattern.MatchString(typ) || e.Port < 0 || e.Port > 65535 {
		return nil
	}
	facts := Facts(typ, unescape(e.Instance), unescape(e.HostName), e.Text)
	services := service(typ, uint16(e.Port))
	var out []discovery.Observation
	for _, ips := range [][]net.IP{e.AddrIPv4, e.AddrIPv6} {
		for _, ip := range ips {
			a, ok := netip.AddrFromSlice(ip)
			if !ok || len(out) == maxAddrs || !allowed(a.Unmap()) {
				continue
			}
			o := discovery.Observation{Source: "mdns", Addr: a.Unmap(), Services: services, Facts: facts}
			if len(out) > 0 { // the host name is enough to know it is the same box
				o.Services, o.Facts = nil, facts[:min(1, len(facts))]
			}
			out = append(out, o)
		}
	}
	return out
}

// Facts keeps what one announced service says: the host first, then the name and type of
// the service and its TXT record, whose entries are key=value (RFC 6763, section 6.4).
func Facts(typ, instance, host string, txt []string) []discovery.Fact {
	facts := make([]discovery.Fact, 0, 3+len(txt))
	add := func(key discovery.FactKey, value string) {
		facts = discovery.AddFact(facts, key, value, discovery.MaxFacts)
	}
	add(discovery.FactMDNSHost, strings.TrimSuffix(host, "."))
	add(discovery.FactMDNSInstance, instance)
	add(discovery.FactMDNSService, typ)
	for _, t := range txt[:min(len(txt), maxTXT)] {
		key, value, _ := strings.Cut(unescape(t), "=")
		if key = strings.ToLower(discovery.Clean(key)); key != "" && len(key) <= 32 {
			add(discovery.FactMDNSTXT+discovery.FactKey(typ+"."+key), value)
		}
	}
	return facts
}

// protocols gives the everyday name of the protocol behind a service type.
var protocols = map[string]discovery.Service{
	"_http": {Protocol: "http"}, "_https": {Protocol: "http", TLS: true}, "_ipp": {Protocol: "ipp"}, "_ipps": {Protocol: "ipp", TLS: true},
	"_ssh": {Protocol: "ssh"}, "_sftp-ssh": {Protocol: "ssh"}, "_ftp": {Protocol: "ftp"}, "_telnet": {Protocol: "telnet"},
	"_smb": {Protocol: "smb"}, "_rtsp": {Protocol: "rtsp"}, "_mqtt": {Protocol: "mqtt"}, "_printer": {Protocol: "lpd"},
	"_secure-mqtt": {Protocol: "mqtt", TLS: true}, "_rfb": {Protocol: "vnc"},
	"_pdl-datastream": {Protocol: "raw-print"}, "_hap": {Protocol: "homekit"}, "_googlecast": {Protocol: "cast", TLS: true},
	"_airplay": {Protocol: "airplay"}, "_raop": {Protocol: "airplay"}, "_sonos": {Protocol: "sonos", TLS: true},
}

// service names the door that a type announces. Types without a port of their own, such
// as _device-info, are no door.
func service(typ string, port uint16) []discovery.Service {
	if port == 0 || strings.HasPrefix(typ, "_device-info") || strings.HasPrefix(typ, "_workstation") {
		return nil
	}
	name, transport, _ := strings.Cut(typ, ".")
	s, ok := protocols[name]
	if !ok {
		s.Protocol = strings.TrimPrefix(name, "_")
	}
	s.Port, s.Transport = port, strings.TrimPrefix(transport, "_")
	return []discovery.Service{s}
}

// unescape undoes the presentation format of names: a backslash and three digits, or a
// backslash and the character (RFC 1035, section 5.1). The library leaves it in.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b = append(b, s[i])
			continue
		}
		if i+3 < len(s) && digit(s[i+1]) && digit(s[i+2]) && digit(s[i+3]) {
			if n := int(s[i+1]-'0')*100 + int(s[i+2]-'0')*10 + int(s[i+3]-'0'); n < 256 {
				b = append(b, byte(n&0xff))
				i += 3
				continue
			}
		}
		i++
		b = append(b, s[i])
	}
	return string(b)
}

func digit(c byte) bool { return c >= '0' && c <= '9' }
