package defaultlogin

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/gosnmp/gosnmp"

	"porchlight/checks"
	"porchlight/discovery"
	"porchlight/discovery/lan"
)

// sysDescr is what a device says of itself (RFC 3418, section 2).
const sysDescr = ".1.3.6.1.2.1.1.1.0"

// The communities that are no login: one that everybody knows, and one that no device has.
const (
	publicCommunity = "public"
	noCommunity     = "porchlight-control"
)

// answersSNMP has nothing to ask: the agent itself told its product in this round, for the
// community public, or the service would not be there.
func answersSNMP(_ context.Context, _ checks.Way, d *door) error {
	d.says = discovery.Fact{}
	return nil
}

// trySNMP reads one value by the documented community. Nothing is ever written. A wrong community
// is met with silence (RFC 3416, section 4.1), so silence is a no if the agent still answers otherwise.
func trySNMP(ctx context.Context, w checks.Way, d *door) (bool, error) {
	said, err := readSNMP(ctx, w, d, d.l.Password, "snmp GET sysDescr with a login")
	switch {
	case errors.Is(err, lan.ErrNoAnswer) && !checks.Closed(err):
		_, err := readSNMP(ctx, w, d, publicCommunity, "snmp GET sysDescr with community public")
		return false, err
	case err != nil:
		return false, err
	}
	d.says = discovery.Fact{Key: discovery.FactSNMP + "sysdescr", Value: said}
	return true, nil
}

// refusesSNMP looks whether the device is silent to a community that it cannot know.
func refusesSNMP(ctx context.Context, w checks.Way, d *door) error {
	_, err := readSNMP(ctx, w, d, noCommunity, "snmp GET sysDescr with no community")
	switch {
	case errors.Is(err, lan.ErrNoAnswer):
		return nil
	case err != nil:
		return err
	}
	return errors.New("it answers to any community")
}

func readSNMP(ctx context.Context, w checks.Way, d *door, community, line string) (string, error) {
	var id [4]byte
	_, _ = rand.Read(id[:]) // never fails
	request := max(1, binary.BigEndian.Uint32(id[:])&0x7fffffff)
	g := gosnmp.GoSNMP{Version: gosnmp.Version2c, Community: community}
	g.SetRequestID(request - 1) // the next one is used
	b, err := g.SnmpEncodePacket(gosnmp.GetRequest, []gosnmp.SnmpPDU{{Name: sysDescr, Type: gosnmp.Null}}, 0, 0)
	if err != nil {
		return "", fmt.Errorf("write the question: %w", err)
	}
	if b, err = w.Exchange(ctx, d.s.Port, b, line); err != nil {
		return "", err
	}
	return parseSNMP(b, request, community)
}
