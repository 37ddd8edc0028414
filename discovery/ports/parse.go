package ports

import (
	"bufio"
	"bytes"
	"crypto/md5" //nolint:gosec // see factFavicon
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net/textproto"
	"slices"
	"strings"
	"time"

	"porchlight/discovery"
	"porchlight/discovery/fields"
)

// Caps on what is read from one door.
const (
	maxGreeting = 4 << 10
	maxHeaders  = 16 << 10
	maxPage     = 64 << 10
	maxEndless  = 256 << 10 // of a page, before it is given up
	maxPicture  = 64 << 10
)

// factFavicon is the MD5 of the little picture of a web page. It names the picture in
// collections of fingerprints, which is all that MD5 is good for here.
const factFavicon discovery.FactKey = "http.favicon"

// errOdd means that an answer breaks the rules of its protocol.
var errOdd = errors.New("breaks the rules of its protocol")

// errTooMuch means that an answer is far longer than anybody needs.
var errTooMuch = errors.New("says too much")

// errTooSlow means that an answer stopped in the middle.
var errTooSlow = errors.New("stops in the middle")

func fact(key discovery.FactKey, value string) []discovery.Fact {
	if value = discovery.Clean(value); value == "" {
		return nil
	}
	return []discovery.Fact{{Key: key, Value: value}}
}

// parseGreeting tells from its first words what is behind a door. usual is what the port
// is known for; it counts only if the words fit.
func parseGreeting(usual string, b []byte) (protocol string, facts []discovery.Fact) {
	text := string(b)
	switch {
	case bytes.HasPrefix(b, []byte("SSH-")):
		return "ssh", fact(discovery.FactBanner+"ssh", Words("ssh", text))
	case usual == "ftp" && strings.HasPrefix(text, "220"):
		return "ftp", fact(discovery.FactBanner+"ftp", Words("ftp", text))
	case usual == "smtp" && strings.HasPrefix(text, "220"): // as FTP begins: the port tells them apart
		return "smtp", fact(discovery.FactBanner+"smtp", Words("smtp", text))
	case usual == "telnet" && isTelnet(b):
		return "telnet", fact(discovery.FactBanner+"telnet", discovery.Clean(stripTelnet(b)))
	case len(b) > 0:
		return "", fact(discovery.FactBanner+"unknown", firstLine(text))
	}
	return "", nil
}

// Words gives the first line of a greeting without what the protocol puts before it: the
// status of FTP (RFC 959) and SMTP (RFC 5321, section 4.2), the protocol version of SSH
// (RFC 4253, section 4.2).
func Words(protocol, greeting string) string {
	line := firstLine(greeting)
	switch protocol {
	case "ftp", "smtp":
		if rest, ok := strings.CutPrefix(line, "220"); ok {
			return strings.TrimLeft(rest, " -")
		}
	case "ssh":
		if rest, ok := strings.CutPrefix(line, "SSH-"); ok {
			_, software, _ := strings.Cut(rest, "-")
			return software
		}
	}
	return line
}

// iac begins every telnet command (RFC 854).
const iac = 0xff

// isTelnet reports whether a greeting is telnet.
func isTelnet(b []byte) bool {
	negotiates, asks := Telnet(b)
	return negotiates || asks
}

// Telnet looks for the two signs of telnet in a greeting: it negotiates, and it asks who is there.
// Receivers of some makers use port 23 for other things; they do neither.
func Telnet(b []byte) (negotiates, asks bool) {
	negotiates = len(b) >= 3 && b[0] == iac && b[1] >= 0xfb && b[1] <= 0xfe // WILL, WONT, DO, DONT
	text := strings.ToLower(string(b))
	asks = strings.Contains(text, "login:") || strings.Contains(text, "username:") || strings.Contains(text, "password:")
	return negotiates, asks
}

// stripTelnet removes the commands from between the words.
func stripTelnet(b []byte) string {
	var out []byte
	for i := 0; i < len(b); i++ {
		if b[i] == iac && i+2 < len(b) {
			i += 2
			continue
		}
		out = append(out, b[i])
	}
	return string(out)
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return strings.TrimSpace(line)
}

// pictures begin with one of these: ICO, PNG, GIF, JPEG, SVG.
var pictures = []string{"\x00\x00\x01\x00", "\x89PNG\r\n\x1a\n", "GIF8", "\xff\xd8\xff", "<svg"}

// pictureFacts names a little picture; nothing if it is none, or not little.
func pictureFacts(contentType string, b []byte) []discovery.Fact {
	picture := strings.HasPrefix(strings.ToLower(contentType), "image/") ||
		slices.ContainsFunc(pictures, func(s string) bool { return bytes.HasPrefix(b, []byte(s)) })
	if !picture || len(b) == 0 || len(b) > maxPicture {
		return nil
	}
	sum := md5.Sum(b) //nolint:gosec // it names a picture and protects nothing
	return fact(factFavicon, hex.EncodeToString(sum[:]))
}

// certificate tells for whom a certificate is, who signed it, and how long it is good.
func certificate(c *x509.Certificate) []discovery.Fact {
	facts := fact(discovery.FactTLSName, c.Subject.CommonName)
	facts = append(facts, fact(discovery.FactTLSIssuer, c.Issuer.CommonName)...)
	facts = append(facts, fact(discovery.FactTLSNotBefore, c.NotBefore.UTC().Format(time.RFC3339))...)
	return append(facts, fact(discovery.FactTLSNotAfter, c.NotAfter.UTC().Format(time.RFC3339))...)
}

// parseRTSP reads the answer to OPTIONS.
func parseRTSP(b []byte) ([]discovery.Fact, error) {
	r := textproto.NewReader(bufio.NewReader(bytes.NewReader(b)))
	status, err := r.ReadLine()
	if err != nil || !strings.HasPrefix(status, "RTSP/1.0 ") {
		return nil, fmt.Errorf("read options: %w", errOdd)
	}
	header, _ := r.ReadMIMEHeader() // half of it is better than nothing
	facts := fact(discovery.FactRTSPServer, header.Get("Server"))
	asked, _ := fields.Realm(header.Get("Www-Authenticate"))
	return append(facts, fact("rtsp.realm", asked)...), nil
}

// product names what answers at a door, if it says so.
func product(facts []discovery.Fact) string {
	for _, f := range facts {
		switch f.Key {
		case discovery.FactHTTPServer, discovery.FactRTSPServer, discovery.FactBanner + "ssh", discovery.FactBanner + "ftp", discovery.FactBanner + "smtp":
			return f.Value
		}
	}
	return ""
}
