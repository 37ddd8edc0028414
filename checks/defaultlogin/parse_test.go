package defaultlogin

import (
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"porchlight/assets/makers"
	"porchlight/discovery"
)

func TestConsolesSayWhatTheyWant(t *testing.T) {
	for text, want := range map[string]consoleSays{
		"":                             saysNothing,
		"\r\nrouter login: ":           saysName,
		"User Name : ":                 saysName,
		"Password: ":                   saysPassword,
		"\x1b[9999B[admin@MikroTik] >": saysPrompt,
		"BusyBox v1.2\r\n# ":           saysPrompt,
		"Login incorrect\r\nlogin: ":   saysRefused,
		"Please wait 60 seconds":       saysWait,
		"Another user is logged in.":   saysWait,
		"Account locked":               saysWait,
	} {
		if got := readConsole(text); got != want {
			t.Errorf("%q: got %d, want %d", text, got, want)
		}
	}
}

func TestTelnetOptionsAreRefused(t *testing.T) {
	text, answer := readTelnet([]byte("a\xff\xfb\x01b\xff\xfd\x18c\xff\xfa\x18\x01\xff\xf0d\xff\xff"))
	if text != "abcd\xff" || string(answer) != "\xff\xfe\x01\xff\xfc\x18" {
		t.Errorf("got %q, %q", text, answer)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("MikroTik v6\r\nLogin: \xff\xfb\x01"))
	f.Add([]byte("220-hello\r\n220 ready\r\n"))
	f.Add([]byte("RTSP/1.0 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"x\", nonce=\"1\"\r\n\r\n"))
	f.Add([]byte("\x20\x02\x00\x05"))
	f.Add([]byte("<s:Envelope><s:Body><tds:GetDeviceInformationResponse/><tt:UTCDateTime><tt:Year>2026</tt:Year></tt:UTCDateTime></s:Body></s:Envelope>"))
	f.Add([]byte("0\x2d\x02\x01\x01\x04\x06public\xa2\x20\x02\x01\x01\x02\x01\x00\x02\x01\x000\x15"))
	l := makers.Login{Protocol: makers.HTTPForm}
	f.Fuzz(func(t *testing.T, b []byte) {
		text, answer := readTelnet(b)
		if len(text) > len(b) || len(answer) > 3*len(b) {
			t.Errorf("%d and %d bytes of %d", len(text), len(answer), len(b))
		}
		readConsole(text)
		_, _ = parseReply(b)
		_, _ = parseConnack(b)
		if a, err := parseRTSP(b); err == nil && (a.status < 100 || len(a.challenges) > maxChallenges) {
			t.Errorf("got %+v", a)
		}
		if v, err := parseSNMP(b, 1, "public"); err == nil && v != discovery.Clean(v) {
			t.Errorf("not clean: %q", v)
		}
		p := readPage(http.StatusOK, http.Header{"Set-Cookie": {string(b)}, "Www-Authenticate": {string(b)}, "Location": {string(b)}}, b)
		if len(p.body) > maxPage {
			t.Errorf("%d bytes kept", len(p.body))
		}
		if title := titleOf(p).Value; !utf8.ValidString(title) || strings.Contains(title, "\x1b") {
			t.Errorf("title %q", title)
		}
		_, _ = p.challenge("Basic")
		_, _ = judge(l, page{}, p)
		parseCamera(p)
		_ = greeting(makers.SSH, b) + greeting(makers.FTP, b)
		_, _ = answerDigest(p.challenges, http.MethodGet, "/", &door{})
	})
}
