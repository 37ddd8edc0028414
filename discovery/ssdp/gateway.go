package ssdp

import (
	"context"
	"fmt"
	"net/netip"
	"strings"

	"porchlight/discovery"
)

// searchPort is where searches are answered (section 1.2.2).
const searchPort = 1900

// gatewayType is in the type of every internet gateway, of whatever version.
const gatewayType = ":device:InternetGatewayDevice:"

// gatewaySearch asks one device alone whether it is an internet gateway (section 1.3.2). A
// newer version answers to the first one too. HOST is that of the group, which old devices want.
const gatewaySearch = "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\nMX: 1\r\n" +
	"ST: urn:schemas-upnp-org:device:InternetGatewayDevice:1\r\n\r\n"

// AskGateway asks one device alone where its description as an internet gateway is. exchange
// sends one datagram to it and gives the answer, as lan.Home.Exchange does; its errors come back.
func AskGateway(ctx context.Context, exchange func(ctx context.Context, port uint16, payload []byte, line string) ([]byte, error), at netip.Addr) (string, error) {
	b, err := exchange(ctx, searchPort, []byte(gatewaySearch), "ssdp M-SEARCH urn:schemas-upnp-org:device:InternetGatewayDevice:1")
	if err != nil {
		return "", err
	}
	a, err := parseAnswer(b)
	if err != nil {
		return "", err
	}
	if !strings.Contains(a.target, gatewayType) {
		return "", fmt.Errorf("answer for %q: %w", a.target, errOdd)
	}
	loc, err := location(a.location, at)
	if err != nil {
		return "", err
	}
	return discovery.Clean(loc.String()), nil
}

// Answered reports whether a device answered searches in this round.
func Answered(d *discovery.Device) bool { return d.Fact(discovery.FactSSDPTarget) != "" }

// Gateway reports whether a device that was heard calls itself an internet gateway.
func Gateway(d *discovery.Device) bool {
	for _, f := range d.Facts {
		switch f.Key {
		case FactGatewayLocation:
			return true
		case discovery.FactSSDPTarget, FactDeviceType:
			if strings.Contains(f.Value, gatewayType) {
				return true
			}
		}
	}
	return false
}
