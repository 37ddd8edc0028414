package defaultlogin

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"net/textproto"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gosnmp/gosnmp"

	"porchlight/assets/makers"
	"porchlight/checks"
	"porchlight/discovery"
	"porchlight/discovery/fields"
)

// Caps on what is looked at of one answer.
const (
	maxPage       = 64 << 10
	maxCookies    = 32
	maxChallenges = 8
	maxText       = 8 << 10 // of a console
)

// A page is what matters of an answer of the web.
type page struct {
	status     int
	server     string
	location   string
	challenges []string
	cookies    []string // that it sets to something, as "name=value"
	wait       bool     // it says Retry-After
	body       string
	facts      []discovery.Fact // what it shows of its product
	at         *url.URL         // where it was found, after redirects
}

// readPage keeps what matters of an answer.
func readPage(status int, header http.Header, body []byte) page {
	p := page{
		status: status, server: header.Get("Server"), location: header.Get("Location"), wait: header.Get("Retry-After") != "",
		body: string(body[:min(len(body), maxPage)]),
	}
	p.facts = append(fields.Page(header, []byte(p.body), nil), discovery.Fact{Key: discovery.FactHTTPBody, Value: p.body})
	all := header.Values("Www-Authenticate")
	p.challenges = all[:min(len(all), maxChallenges)]
	all = header.Values("Set-Cookie")
	for _, c := range all[:min(len(all), maxCookies)] {
		c, _, _ = strings.Cut(c, ";")
		name, value, _ := strings.Cut(c, "=")
		if value = strings.Trim(value, `" `); value != "" && !slices.Contains(emptied, strings.ToLower(value)) {
			p.cookies = append(p.cookies, strings.TrimSpace(name)+"="+value)
		}
	}
	return p
}

// emptied are values by which a server takes a cookie back.
var emptied = []string{"deleted", "null", "expired"}

// challenge gives the realm of the first challenge of a scheme.
func (p page) challenge(scheme string) (realm string, ok bool) {
	for _, c := range p.challenges {
		if len(c) > len(scheme) && strings.EqualFold(c[:len(scheme)], scheme) && c[len(scheme)] == ' ' {
			if realm, ok := fields.Realm(c); ok {
				return realm, true
			}
		}
	}
	return "", false
}

// anyRealm gives the realm of whatever challenge there is.
func (p page) anyRealm() string {
	for _, c := range p.challenges {
		if realm, ok := fields.Realm(c); ok {
			return realm
		}
	}
	return ""
}

// is reports whether p is the sign-in page of a row.
func (p page) is(l makers.Login) bool {
	return l.Page.Pattern != "" && l.Page.Match.Fits(p.body) && (l.Page.Without == "" || !l.Page.WithoutMatch.Fits(p.body)) &&
		l.RealmMatch.Fits(p.anyRealm())
}

// groups gives what the named groups of a pattern hold, for the placeholders.
func (p page) groups(prefix string, pattern makers.Pattern, into makers.Values) {
	m := pattern.Match(p.body, strings.ToLower(p.body))
	if m == nil {
		return
	}
	for i, name := range pattern.Groups() {
		if name != "" {
			into[prefix+name] = m[i]
		}
	}
}

// fits reports whether an answer looks as a row says.
func (p page) fits(l makers.Login, a makers.Answer) bool {
	return p.status == a.Status && a.LocationMatch.Fits(p.location) && a.BodyMatch.Fits(p.body) && (!a.Again || p.is(l)) &&
		(a.Cookie == "" || slices.ContainsFunc(p.cookies, a.CookieMatch.Fits))
}

// waiting are the words by which devices say that they want no more logins for now, or that
// somebody else is in.
var waiting = regexp.MustCompile(`(?i)\block(?:ed|ed out|out)\b|\btoo many\b|\btry again (?:in|later|after)\b|\bwait\b.{0,40}\b(?:seconds?|minutes?)\b|\bblocked\b|\banother user\b|\balready logged[ -]?in\b|\bsomeone else\b`)

// scripts are what people do not see of a page.
var scripts = regexp.MustCompile(`(?is)<(script|style)\b.*?</(script|style)>`)

// waits reports whether an answer says so, in words that were not there before the login.
func waits(before, after string) bool {
	m := waiting.FindString(scripts.ReplaceAllString(after, ""))
	return m != "" && !strings.Contains(before, m)
}

// judge tells yes, no and "leave me alone" apart. What looks like both, or like neither, is
// not known.
func judge(l makers.Login, before, p page) (bool, error) {
	if p.status == http.StatusTooManyRequests || p.status == http.StatusServiceUnavailable || p.status == http.StatusLocked || p.wait {
		return false, later("status %d", p.status)
	}
	yes, no := l.Success, l.Failure
	if l.Protocol != makers.HTTPForm && len(yes) == 0 { // as HTTP itself says it (RFC 7235, section 3.1)
		yes = []makers.Answer{{Status: http.StatusOK}}
	}
	if l.Protocol != makers.HTTPForm && len(no) == 0 {
		no = []makers.Answer{{Status: http.StatusUnauthorized}}
	}
	fits := func(a makers.Answer) bool { return p.fits(l, a) }
	sure := func(a makers.Answer) bool { return fits(a) && (a.Location != "" || a.Cookie != "" || a.Body != "") }
	isYes, isNo := slices.ContainsFunc(yes, fits), slices.ContainsFunc(no, fits)
	switch {
	case isYes && !isNo && (slices.ContainsFunc(yes, sure) || !waits(before.body, p.body)):
		return true, nil
	case waits(before.body, p.body):
		return false, later("it says that it waits")
	case isNo && !isYes:
		return false, nil
	}
	return false, unclear("status %d, neither yes nor no", p.status)
}

// The commands of telnet (RFC 854).
const (
	telnetSE   = 240
	telnetSB   = 250
	telnetWILL = 251
	telnetWONT = 252
	telnetDO   = 253
	telnetDONT = 254
	telnetIAC  = 255
)

// readTelnet takes the commands out of what a console sends. answer refuses every option that
// it offers or wants (RFC 854, section "Telnet protocol specification").
func readTelnet(b []byte) (text string, answer []byte) {
	var out []byte
	for i := 0; i < len(b); i++ {
		if b[i] != telnetIAC || i+1 == len(b) {
			out = append(out, b[i])
			continue
		}
		i++
		switch b[i] {
		case telnetIAC:
			out = append(out, telnetIAC)
		case telnetWILL, telnetDO, telnetWONT, telnetDONT:
			if i+1 == len(b) {
				return string(out), answer
			}
			i++
			switch b[i-1] {
			case telnetWILL:
				answer = append(answer, telnetIAC, telnetDONT, b[i])
			case telnetDO:
				answer = append(answer, telnetIAC, telnetWONT, b[i])
			}
		case telnetSB:
			end := bytes.Index(b[i:], []byte{telnetIAC, telnetSE})
			if end < 0 {
				return string(out), answer
			}
			i += end + 1
		}
	}
	return string(out), answer
}

var (
	escapes      = regexp.MustCompile("\x1b(?:\\[[0-9;?]*[A-Za-z]|[()][0-9A-Za-z]|[A-Za-z0-9=>])")
	asksName     = regexp.MustCompile(`(?i)(?:login|user ?name|user|account)\s*:\s*$`)
	asksPassword = regexp.MustCompile(`(?i)pass(?:word|code)?\s*:\s*$`)
	shellPrompt  = regexp.MustCompile(`[#$>%]\s*$`)
	saysNo       = regexp.MustCompile(`(?i)\b(?:incorrect|fail(?:ed|ure)?|invalid|denied|wrong|bad (?:user ?name|password)|not authorized)\b`)
)

// consoleSays is what a console wants at the end of what it said.
type consoleSays uint8

const (
	saysNothing consoleSays = iota
	saysName                // it asks who is there
	saysPassword
	saysPrompt // it takes commands
	saysRefused
	saysWait
)

// readConsole tells what a console wants.
func readConsole(text string) consoleSays {
	text = escapes.ReplaceAllString(text, "")
	switch {
	case waiting.MatchString(text):
		return saysWait
	case saysNo.MatchString(text):
		return saysRefused
	case asksPassword.MatchString(text):
		return saysPassword
	case asksName.MatchString(text):
		return saysName
	case shellPrompt.MatchString(text):
		return saysPrompt
	}
	return saysNothing
}

// errOdd means that an answer breaks the rules of its protocol.
var errOdd = &checks.NotChecked{Reason: checks.ReasonOdd, Err: errors.New("it breaks the rules of its protocol")}

// replyPattern finds the last line of a reply of FTP (RFC 959, section 4.2).
var replyPattern = regexp.MustCompile(`(?m)^([1-5][0-9]{2})(?: [^\r\n]*)?\r?\n`)

// parseReply gives the code of a reply of FTP, once all of it is there.
func parseReply(b []byte) (code int, ok bool) {
	if len(b) > maxText {
		return 0, false
	}
	m := replyPattern.FindSubmatch(b)
	if m == nil {
		return 0, false
	}
	code, err := strconv.Atoi(string(m[1]))
	return code, err == nil
}

// A rtspAnswer is what matters of an answer of RTSP.
type rtspAnswer struct {
	status     int
	challenges []string
	wait       bool
	sdp        bool // it describes a picture
}

// rtspEnd reports whether the header of an answer is all there.
func rtspEnd(b []byte) bool { return bytes.Contains(b, []byte("\r\n\r\n")) }

// parseRTSP reads an answer of RTSP, without what is described (RFC 2326, section 7).
func parseRTSP(b []byte) (rtspAnswer, error) {
	r := textproto.NewReader(bufio.NewReader(bytes.NewReader(b[:min(len(b), maxText)])))
	line, err := r.ReadLine()
	version, rest, _ := strings.Cut(line, " ")
	code, _, _ := strings.Cut(rest, " ")
	status, cerr := strconv.Atoi(code)
	if err != nil || cerr != nil || version != "RTSP/1.0" || status < 100 || status > 999 {
		return rtspAnswer{}, errOdd
	}
	header, _ := r.ReadMIMEHeader() // half of it is better than nothing
	all := header.Values("Www-Authenticate")
	return rtspAnswer{
		status: status, challenges: all[:min(len(all), maxChallenges)], wait: header.Get("Retry-After") != "",
		sdp: strings.HasPrefix(strings.ToLower(header.Get("Content-Type")), "application/sdp"),
	}, nil
}

// maxSNMP is the longest answer that is read, in bytes: one short value needs a hundred.
const maxSNMP = 4 << 10

// parseSNMP gives the value in the answer to a question. The community has to be the one that
// was asked with.
func parseSNMP(b []byte, request uint32, community string) (value string, err error) {
	if len(b) > maxSNMP {
		return "", errOdd
	}
	// The decoder is not ours; whatever it does with hostile bytes ends here.
	defer func() {
		if recover() != nil {
			value, err = "", errOdd
		}
	}()
	p, err := (&gosnmp.GoSNMP{Version: gosnmp.Version2c}).SnmpDecodePacket(b)
	if err != nil {
		return "", fmt.Errorf("read the answer: %w: %w", errOdd, err)
	}
	if p.Version != gosnmp.Version2c || p.PDUType != gosnmp.GetResponse || p.RequestID != request || p.Community != community || len(p.Variables) != 1 || p.Variables[0].Name != sysDescr {
		return "", errOdd
	}
	text, ok := p.Variables[0].Value.([]byte)
	if !ok {
		return "", errOdd
	}
	return discovery.Clean(string(text)), nil
}

// connackBytes is how long CONNACK is (MQTT 3.1.1, section 3.2).
const connackBytes = 4

// parseConnack gives the code in the answer of a broker.
func parseConnack(b []byte) (code byte, err error) {
	if len(b) < connackBytes || b[0] != 0x20 || b[1] != 2 {
		return 0, errOdd
	}
	return b[3], nil
}

// A cameraAnswer is what matters of an answer of ONVIF.
type cameraAnswer struct {
	status  int
	wait    bool
	device  bool      // it says what it is
	refused bool      // it wants a login, or another one
	time    time.Time // its clock, UTC; zero if it does not say
}

// Limits on one answer, against XML bombs.
const (
	maxDepth  = 32
	maxTokens = 3000
)

// parseCamera reads an answer of ONVIF (Core Specification, sections 8.3.5, 8.3.6 and 5.9.2).
func parseCamera(p page) cameraAnswer {
	a := cameraAnswer{status: p.status, wait: p.wait || p.status == http.StatusTooManyRequests || p.status == http.StatusServiceUnavailable}
	a.refused = p.status == http.StatusUnauthorized
	dec := xml.NewDecoder(strings.NewReader(p.body))
	depth := 0
	var path []string
	clock := map[string]int{}
	for range maxTokens {
		tok, err := dec.RawToken()
		if err != nil {
			break
		}
		switch t := tok.(type) {
		case xml.Directive:
			return cameraAnswer{status: p.status}
		case xml.StartElement:
			if depth++; depth > maxDepth {
				return cameraAnswer{status: p.status}
			}
			path = append(path, t.Name.Local)
			a.device = a.device || (t.Name.Local == askDevice+"Response" && p.status == http.StatusOK)
		case xml.EndElement:
			if depth == 0 {
				return cameraAnswer{status: p.status}
			}
			depth--
			path = path[:depth]
		case xml.CharData:
			if depth < 2 {
				continue
			}
			text := strings.TrimSpace(string(t))
			if path[depth-1] == "Value" && strings.Contains(text, "NotAuthorized") {
				a.refused = true
			}
			if slices.Contains(path, "UTCDateTime") {
				clock[path[depth-1]], _ = strconv.Atoi(text)
			}
		}
	}
	if clock["Year"] > 1969 && clock["Year"] < 9999 {
		a.time = time.Date(clock["Year"], time.Month(clock["Month"]), clock["Day"], clock["Hour"], clock["Minute"], clock["Second"], 0, time.UTC)
	}
	return a
}
