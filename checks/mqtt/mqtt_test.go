package mqtt

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"math/big"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"porchlight/checks"
	"porchlight/checks/way"
	"porchlight/discovery"
	"porchlight/discovery/lan"
	"porchlight/discovery/testhome"
)

// A broker answers hellos of each version of the protocol in its own words; "" hangs up.
type broker struct {
	v4, v5 string
	tls    *tls.Config

	wg    sync.WaitGroup
	mu    sync.Mutex // guards heard
	heard []string
}

func (b *broker) talk(_ context.Context, _ *testhome.Device, c net.Conn) {
	b.wg.Add(1)
	defer b.wg.Done()
	if b.tls != nil {
		c = tls.Server(c, b.tls)
	}
	hello := make([]byte, len(connect))
	if _, err := io.ReadFull(c, hello); err != nil {
		return
	}
	answer := b.v4
	if hello[8] == 5 {
		answer = b.v5
		hello = append(hello, 0)
		if _, err := io.ReadFull(c, hello[len(connect):]); err != nil {
			return
		}
	}
	_, _ = io.WriteString(c, answer)
	var rest []byte
	if answer != "" {
		rest, _ = io.ReadAll(io.LimitReader(c, 100))
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.heard = append(b.heard, string(hello)+string(rest))
}

func device(talk testhome.Talk) *testhome.Device {
	return &testhome.Device{Name: "hub", Addr: netip.MustParseAddr("127.0.0.1"), Doors: []testhome.Door{{Talk: talk}}}
}

func target(d *testhome.Device, before ...checks.Finding) checks.Target {
	home := lan.Open(discovery.Network{Practice: true, Prefix: netip.MustParsePrefix("127.0.0.0/27"), Addr: d.Addr}, "test", nil)
	return checks.Target{
		Device: discovery.Device{ID: "d-hub", Addrs: []netip.Addr{d.Addr}, Services: []discovery.Service{{Port: d.Doors[0].Port, Transport: "tcp", Protocol: "mqtt"}}},
		Way:    way.To(home, d.Addr, lan.Sturdy), Before: before,
	}
}

func TestWhoIsAccepted(t *testing.T) {
	for _, tt := range []struct {
		name   string
		b      *broker
		found  bool
		reason string // "" for a clear answer
		heard  []string
	}{
		{name: "everybody", b: &broker{v4: "\x20\x02\x00\x00"}, found: true, heard: []string{connect + disconnect}},
		{name: "those with a name", b: &broker{v4: "\x20\x02\x00\x05"}, heard: []string{connect}},
		{name: "those with a good password", b: &broker{v4: "\x20\x02\x00\x04"}, heard: []string{connect}},
		{name: "everybody in version 5", b: &broker{v4: "\x20\x02\x00\x01", v5: "\x20\x06\x00\x00\x03\x21\x00\x14"}, found: true, heard: []string{connect, connect5 + disconnect}},
		{name: "nobody in version 5", b: &broker{v4: "\x20\x03\x00\x84\x00", v5: "\x20\x03\x00\x87\x00"}, heard: []string{connect, connect5}},
		{name: "neither version", b: &broker{v4: "\x20\x02\x00\x01", v5: "\x20\x02\x00\x01"}, reason: checks.ReasonUnclear, heard: []string{connect, connect5}},
		{name: "not now", b: &broker{v4: "\x20\x02\x00\x03"}, reason: checks.ReasonUnclear, heard: []string{connect}},
		{name: "hangs up", b: &broker{}, reason: checks.ReasonUnclear, heard: []string{connect}},
		{name: "an old session", b: &broker{v4: "\x20\x02\x01\x00"}, reason: checks.ReasonOdd, heard: []string{connect}},
		{name: "sends the question back", b: &broker{v4: connect}, reason: checks.ReasonOdd, heard: []string{connect}},
		{name: "a web page", b: &broker{v4: "HTTP/1.1 400 Bad Request\r\n\r\n"}, reason: checks.ReasonOdd, heard: []string{connect}},
		{name: "no length", b: &broker{v4: "\x20\xff\xff\xff\x7f"}, reason: checks.ReasonOdd, heard: []string{connect}},
		{name: "half an answer", b: &broker{v4: "\x20\x02"}, reason: checks.ReasonUnclear, heard: []string{connect}},
		{name: "endless", b: &broker{v4: strings.Repeat("\x1b[31m", 1<<16)}, reason: checks.ReasonOdd, heard: []string{connect}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := device(tt.b.talk)
			testhome.Run(t, d)
			patience := 10 * time.Second
			if tt.reason == checks.ReasonUnclear {
				patience = 3 * time.Second
			}
			ctx, stop := context.WithTimeout(t.Context(), patience)
			defer stop()
			found, err := Check{}.Run(ctx, target(d))
			tt.b.wg.Wait()
			if (err != nil) != (tt.reason != "") || (len(found) == 1) != tt.found || (err != nil && checks.Reason(err) != tt.reason) {
				t.Errorf("got %+v, %v", found, err)
			}
			if !slices.Equal(tt.b.heard, tt.heard) {
				t.Errorf("it heard %q, want %q", tt.b.heard, tt.heard)
			}
		})
	}
}

// certificate makes one that nobody knows, as brokers at home have.
func certificate(t *testing.T) *tls.Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
}

func TestEncryptedBrokersAreAskedToo(t *testing.T) {
	cfg := certificate(t)
	cards := cfg.Clone()
	cards.ClientAuth = tls.RequireAnyClientCert
	for _, tt := range []struct {
		name           string
		b              *broker
		found, unclear bool
	}{
		{name: "everybody", b: &broker{v4: "\x20\x02\x00\x00", tls: cfg}, found: true},
		{name: "those with a name", b: &broker{v4: "\x20\x02\x00\x05", tls: cfg}},
		{name: "those with a certificate", b: &broker{v4: "\x20\x02\x00\x00", tls: cards}, unclear: true},
		{name: "not encrypted at all", b: &broker{v4: "\x15\x03\x01\x00\x02\x02\x16"}, unclear: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := device(tt.b.talk)
			testhome.Run(t, d)
			at := target(d)
			at.Device.Services[0].TLS = true
			found, err := Check{}.Run(t.Context(), at)
			if (err != nil) != tt.unclear || (len(found) == 1) != tt.found {
				t.Errorf("got %+v, %v", found, err)
			}
		})
	}
}

func TestALockMakesItUrgent(t *testing.T) {
	announced := discovery.Device{Facts: []discovery.Fact{{Key: discovery.FactMDNSService, Value: "_mqtt._tcp"}}}
	lock := []discovery.Device{{Kind: discovery.KindTV, Present: true}, {Kind: discovery.KindLock, Present: true}}
	for _, tt := range []struct {
		name   string
		t      checks.Target
		urgent checks.Severity
	}{
		{"no lock", checks.Target{Device: announced}, checks.Week},
		{"a lock, and the broker of the home", checks.Target{Device: announced, Others: lock}, checks.Today},
		{"a lock, and some broker", checks.Target{Others: lock}, checks.Week},
		{"a lock that went away", checks.Target{Device: announced, Others: []discovery.Device{{Kind: discovery.KindLock}}}, checks.Week},
	} {
		if f := finding(&tt.t, 1883); f.Severity != tt.urgent {
			t.Errorf("%s: got %v", tt.name, f.Severity)
		}
	}
}

func TestNothingIsAskedForAndNothingSent(t *testing.T) {
	for _, b := range []string{connect, connect5, disconnect} {
		const publish, subscribe = 3, 8
		if typ := b[0] >> 4; typ == publish || typ == subscribe || int(b[1]) != len(b)-2 {
			t.Errorf("%x", b)
		}
	}
}
