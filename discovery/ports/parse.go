package ports

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/textproto"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"porchlight/discovery"
)

// Caps on what is read from one door.
const (
	maxGreeting = 4 << 10
	maxHeaders  = 16 << 10
	maxPage     = 64 << 10
)

// errOdd means that an answer breaks the rules of its protocol.
var errOdd = errors.New("breaks the rules of its protocol")

func fact(key discovery.FactKey, value string) []discovery.Fact {
	if value = discovery.Clean(value); value == "" {
		return nil
	}
	return []discovery.Fact{{Key: key, Value: value}}
}

// telling are the headers that identify devices, besides those with a fact of their own.
var telling = []string{"Location", "Ext", "Application-Url", "Dav", "Mime-Version", "Generator"}

// PageFacts takes what identifies a device out of a web page and its headers. excerpts
// finds the places of the body that matter; nil finds none.
func PageFacts(header http.Header, body []byte, excerpts func(string) []string) []discovery.Fact {
	facts := fact(discovery.FactHTTPServer, header.Get("Server"))
	facts = append(facts, fact(discovery.FactHTTPRealm, realm(header.Get("Www-Authenticate")))...)
	for name := range header {
		if slices.Contains(telling, name) || strings.HasPrefix(name, "X-") {
			facts = append(facts, fact(discovery.FactHTTPHeader+discovery.FactKey(discovery.Clean(strings.ToLower(name))), header.Get(name))...)
		}
	}
	for _, c := range header["Set-Cookie"] {
		name, _, _ := strings.Cut(c, "=")
		facts = append(facts, fact(discovery.FactHTTPHeader+"set-cookie", name)...)
	}
	facts = append(facts, fact(discovery.FactHTTPTitle, title(body))...)
	if excerpts != nil {
		for _, e := range excerpts(string(body)) {
			facts = append(facts, fact(discovery.FactHTTPBody, e)...)
		}
	}
	return facts[:min(len(facts), discovery.MaxFacts)]
}

// realmPattern finds the realm of a Basic or Digest challenge (RFC 7617, section 2).
var realmPattern = regexp.MustCompile(`(?i)\brealm="([^"]{0,300})"`)

func realm(challenge string) string {
	if m := realmPattern.FindStringSubmatch(challenge); m != nil {
		return m[1]
	}
	return ""
}

// title finds the text of the first <title>.
func title(body []byte) string {
	z := html.NewTokenizer(bytes.NewReader(body))
	z.SetMaxBuf(maxPage)
	for {
		switch z.Next() {
		case html.ErrorToken:
			return ""
		case html.StartTagToken:
			if name, _ := z.TagName(); string(name) == "title" && z.Next() == html.TextToken {
				return string(z.Text())
			}
		default:
		}
	}
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
	case usual == "telnet" && isTelnet(b):
		return "telnet", fact(discovery.FactBanner+"telnet", discovery.Clean(stripTelnet(b)))
	case len(b) > 0:
		return "", fact(discovery.FactBanner+"unknown", firstLine(text))
	}
	return "", nil
}

// Words gives the first line of a greeting without what the protocol puts before it: the
// status of FTP (RFC 959), the protocol version of SSH (RFC 4253, section 4.2).
func Words(protocol, greeting string) string {
	line := firstLine(greeting)
	switch protocol {
	case "ftp":
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

// isTelnet reports whether a greeting is telnet: it negotiates, or it asks who is there.
// Receivers of some makers use port 23 for other things; they do neither.
func isTelnet(b []byte) bool {
	if len(b) >= 3 && b[0] == iac && b[1] >= 0xfb && b[1] <= 0xfe { // WILL, WONT, DO, DONT
		return true
	}
	text := strings.ToLower(string(b))
	return strings.Contains(text, "login:") || strings.Contains(text, "username:") || strings.Contains(text, "password:")
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

// parseRTSP reads the answer to OPTIONS.
func parseRTSP(b []byte) ([]discovery.Fact, error) {
	r := textproto.NewReader(bufio.NewReader(bytes.NewReader(b)))
	status, err := r.ReadLine()
	if err != nil || !strings.HasPrefix(status, "RTSP/1.0 ") {
		return nil, fmt.Errorf("read options: %w", errOdd)
	}
	header, _ := r.ReadMIMEHeader() // half of it is better than nothing
	facts := fact(discovery.FactRTSPServer, header.Get("Server"))
	return append(facts, fact("rtsp.realm", realm(header.Get("Www-Authenticate")))...), nil
}

// product names what answers at a door, if it says so.
func product(facts []discovery.Fact) string {
	for _, f := range facts {
		switch f.Key {
		case discovery.FactHTTPServer, discovery.FactRTSPServer, discovery.FactBanner + "ssh", discovery.FactBanner + "ftp":
			return f.Value
		}
	}
	return ""
}
