package testhome_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// honest is where the world leads people to sign in: another name of the owner, and an address. The
// router says otherwise of the first two, and the same of the third.
var honest = map[string][2]string{
	"outlook.live.com.":          {"ooc-g2.tm-4.office.example.", "192.0.2.20"},
	"outlook.office365.com.":     {"ooc-g2.tm-4.office.example.", "192.0.2.21"},
	"www.paypal.com.":            {"edge.paypal.example.", "192.0.2.10"},
	"login.microsoftonline.com.": {"login.mso.example.", "192.0.2.22"},
	"appleid.apple.com.":         {"appleid.idms.example.", "192.0.2.23"},
	"login.yahoo.com.":           {"ds-ats.member.example.", "192.0.2.24"},
}

// publicServers starts the two public name servers outside of the house, as far as a home can tell. The
// program believes their certificates, because it believes whom this test says.
func publicServers(t *testing.T, h *household) []netip.Addr {
	t.Helper()
	all := []netip.Addr{netip.MustParseAddr("1.1.1.1"), netip.MustParseAddr("9.9.9.9")}
	if h.at(gateway) == nil {
		return all
	}
	commands := "link set lo up\nroute add " + homeNet + " via " + outerAddr + "\n"
	for _, a := range all {
		commands += fmt.Sprintf("addr add %s/32 dev lo\n", a)
	}
	ip(t, "wan", commands)
	conf := believed(t, all)
	for _, a := range all {
		var l net.Listener
		err := inside("wan", func() (err error) {
			l, err = net.Listen("tcp4", netip.AddrPortFrom(a, 443).String())
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		s := &http.Server{Handler: http.HandlerFunc(resolve), TLSConfig: conf.Clone()}
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_ = s.ServeTLS(l, "", "")
		}()
		t.Cleanup(func() { _ = s.Close(); <-ended })
	}
	return all
}

// believed makes a certificate for servers by their addresses and names, and lets this process believe it.
func believed(t *testing.T, servers []netip.Addr, names ...string) *tls.Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "simulated"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames: names,
	}
	for _, a := range servers {
		c.IPAddresses = append(c.IPAddresses, a.AsSlice())
	}
	signed, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "believed.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed}), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SSL_CERT_FILE", file) // read when the first certificate is judged
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{signed}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}
}

// resolve answers DNS over HTTPS (RFC 8484).
func resolve(w http.ResponseWriter, r *http.Request) {
	b, err := io.ReadAll(io.LimitReader(r.Body, maxLine))
	var q dns.Msg
	if err != nil || q.Unpack(b) != nil || len(q.Question) != 1 {
		http.Error(w, "400", http.StatusBadRequest)
		return
	}
	a := new(dns.Msg)
	a.SetReply(&q)
	if name := q.Question[0].Name; honest[name][0] != "" {
		head := func(of string, kind uint16) dns.RR_Header {
			return dns.RR_Header{Name: of, Rrtype: kind, Class: dns.ClassINET, Ttl: 60}
		}
		a.Answer = []dns.RR{
			&dns.CNAME{Hdr: head(name, dns.TypeCNAME), Target: honest[name][0]},
			&dns.A{Hdr: head(honest[name][0], dns.TypeA), A: net.ParseIP(honest[name][1])},
		}
	} else {
		a.Rcode = dns.RcodeNameError
	}
	out, err := a.Pack()
	if err != nil {
		http.Error(w, "500", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/dns-message")
	_, _ = w.Write(out)
}
