package testhome_test

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"crypto/md5"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/textproto"
	"regexp"
	"strings"

	"golang.org/x/crypto/ssh"

	"porchlight/discovery/testhome"
)

// Simulated services that the practice home does not need. Each notes what it is asked and counts
// who brings a login.

// maxLine is the longest line that a service reads.
const maxLine = 4 << 10

// pairs reports whether a name and a password are those of the device.
func pairs(user, password string) func(testhome.Login) bool {
	return func(l testhome.Login) bool { return user == l.User && password == l.Password }
}

// fileServer speaks FTP (RFC 959) and lets nobody in without a login.
func fileServer(greeting string) testhome.Talk {
	return func(_ context.Context, d *testhome.Device, c net.Conn) {
		in := bufio.NewReader(io.LimitReader(c, maxLine))
		reply, user := "220 "+greeting, ""
		for {
			if _, err := io.WriteString(c, reply+"\r\n"); err != nil || strings.HasPrefix(reply, "221") {
				return
			}
			line, err := in.ReadString('\n')
			if err != nil {
				return
			}
			verb, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
			d.Heard(c, verb)
			switch verb {
			case "USER":
				user, reply = rest, "331 Password required for "+rest
			case "PASS":
				reply = "530 Login incorrect"
				if user == "anonymous" { // it is no account
				} else if ok, _ := d.LogIn(pairs(user, rest)); ok {
					reply = "230 User " + user + " logged in"
				}
			case "QUIT":
				reply = "221 Closing"
			default:
				reply = "530 Please login with USER and PASS"
			}
		}
	}
}

// console speaks telnet and wants a name and a password, as MikroTik's does.
func console(greeting, prompt string) testhome.Talk {
	return func(_ context.Context, d *testhome.Device, c net.Conn) {
		const hello = "\xff\xfd\x18\xff\xfd\x1f\xff\xfb\x01" // DO TERMINAL-TYPE, DO NAWS, WILL ECHO
		in := bufio.NewReader(io.LimitReader(c, maxLine))
		ask := func(words string) (string, error) {
			if _, err := io.WriteString(c, words); err != nil {
				return "", err
			}
			line, err := in.ReadString('\n')
			for i := strings.IndexByte(line, 0xff); i >= 0 && i+3 <= len(line); i = strings.IndexByte(line, 0xff) {
				line = line[:i] + line[i+3:] // an answer to our options
			}
			return strings.TrimRight(line, "\r\n\x00"), err
		}
		words := hello + greeting
		for {
			user, err := ask(words + "Login: ")
			if err != nil {
				return
			}
			password, err := ask("Password: ")
			if err != nil {
				return
			}
			d.Heard(c, "login")
			if ok, _ := d.LogIn(pairs(user, password)); ok {
				break
			}
			words = "\r\nLogin failed, incorrect username or password\r\n\r\n"
		}
		for {
			command, err := ask("\r\n" + prompt)
			if err != nil {
				return
			}
			d.Heard(c, "command "+command)
		}
	}
}

// secureConsole is a server of SSH with a login.
func secureConsole(version string) testhome.Talk {
	_, key, _ := ed25519.GenerateKey(nil)
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		panic(err) // it was just made
	}
	return func(_ context.Context, d *testhome.Device, c net.Conn) {
		conf := &ssh.ServerConfig{
			ServerVersion: "SSH-2.0-" + version,
			PasswordCallback: func(m ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
				if ok, _ := d.LogIn(pairs(m.User(), string(password))); !ok {
					return nil, errors.New("no")
				}
				return nil, nil
			},
		}
		conf.AddHostKey(signer)
		s, channels, requests, err := ssh.NewServerConn(c, conf)
		if err != nil {
			return
		}
		defer s.Close()
		go ssh.DiscardRequests(requests)
		for ch := range channels {
			d.Heard(c, "channel "+ch.ChannelType())
			_ = ch.Reject(ssh.Prohibited, "no")
		}
	}
}

// debugBridge is Android debugging (AOSP, packages/modules/adb/protocol.txt). With open set it lets
// everybody in; else it wants a key first.
func debugBridge(open bool) testhome.Talk {
	return func(_ context.Context, d *testhome.Device, c net.Conn) {
		for {
			head := make([]byte, 24)
			if _, err := io.ReadFull(c, head); err != nil {
				return
			}
			d.Heard(c, string(head[:4]))
			body := make([]byte, min(binary.LittleEndian.Uint32(head[12:]), maxLine))
			if _, err := io.ReadFull(c, body); err != nil {
				return
			}
			command, first, answer := "AUTH", uint32(1), strings.Repeat("\x5a", 20)
			if open {
				command, first, answer = "CNXN", 0x01000000, "device::ro.product.name=x96;ro.product.model=X96 mini;ro.product.device=p281;"
			}
			var b []byte
			for _, word := range []uint32{binary.LittleEndian.Uint32([]byte(command)), first, 4096, uint32(len(answer)), 0, ^binary.LittleEndian.Uint32([]byte(command))} {
				b = binary.LittleEndian.AppendUint32(b, word)
			}
			if _, err := c.Write(append(b, answer...)); err != nil {
				return
			}
		}
	}
}

// echo says back what it hears.
func echo(_ context.Context, _ *testhome.Device, c net.Conn) { _, _ = io.Copy(c, c) }

// field finds one value of an Authorization header.
var field = regexp.MustCompile(`(\w+)="?([^",]*)"?`)

// answers reports whether a Digest header is the right answer to our challenge (RFC 7616; RFC 2617
// where no qop was offered).
func answers(header, method string) func(testhome.Login) bool {
	said := map[string]string{}
	for _, m := range field.FindAllStringSubmatch(header, -1) {
		said[m[1]] = m[2]
	}
	sum := func(parts ...string) string {
		h := md5.Sum([]byte(strings.Join(parts, ":")))
		return hex.EncodeToString(h[:])
	}
	return func(l testhome.Login) bool {
		a1, a2 := sum(l.User, l.Realm, l.Password), sum(method, said["uri"])
		want := sum(a1, said["nonce"], a2)
		if said["qop"] != "" {
			want = sum(a1, said["nonce"], said["nc"], said["cnonce"], said["qop"], a2)
		}
		return said["username"] == l.User && said["response"] == want
	}
}

// behindDigest answers like next for whoever brings the device's login by HTTP Digest.
func behindDigest(next testhome.Web) testhome.Web {
	return func(d *testhome.Device, w http.ResponseWriter, r *http.Request) {
		if said := r.Header.Get("Authorization"); said != "" {
			if ok, _ := d.LogIn(answers(said, r.Method)); ok {
				next(d, w, r)
				return
			}
		}
		testhome.Refused(fmt.Sprintf(`Digest realm=%q, qop="auth", nonce="4d6a4d3a"`, d.Login.Realm))(d, w, r)
	}
}

// cameraStream speaks RTSP and describes its picture to whoever brings the device's login.
func cameraStream(_ context.Context, d *testhome.Device, c net.Conn) {
	const sdp = "v=0\r\ns=Media Presentation\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
	in := textproto.NewReader(bufio.NewReader(io.LimitReader(c, 4*maxLine)))
	for {
		line, err := in.ReadLine()
		if err != nil {
			return
		}
		head, err := in.ReadMIMEHeader()
		if err != nil {
			return
		}
		f := strings.Fields(line)
		if len(f) < 2 {
			return
		}
		d.Heard(c, f[0]+" "+f[1])
		answer := fmt.Sprintf("401 Unauthorized\r\nWWW-Authenticate: Digest realm=%q, nonce=\"7b1c\", stale=\"FALSE\"\r\n\r\n", d.Login.Realm)
		if f[0] == "OPTIONS" {
			answer = "200 OK\r\nPublic: OPTIONS, DESCRIBE, SETUP, TEARDOWN, PLAY\r\n\r\n"
		}
		if said := head.Get("Authorization"); said != "" {
			if ok, _ := d.LogIn(answers(said, f[0])); ok {
				answer = fmt.Sprintf("200 OK\r\nContent-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s", len(sdp), sdp)
			}
		}
		if _, err := fmt.Fprintf(c, "RTSP/1.0 %s", strings.Replace(answer, "\r\n", "\r\nCSeq: "+head.Get("CSeq")+"\r\n", 1)); err != nil {
			return
		}
	}
}

// onvif is the device service of a camera (ONVIF Core Specification, sections 5.9.2, 8.3.5 and
// 8.3.6). With open set it says what it is to everybody, else only to whoever brings its login.
func onvif(open bool) testhome.Web {
	return func(d *testhome.Device, w http.ResponseWriter, r *http.Request) {
		var env struct {
			User struct {
				Name     string `xml:"Username"`
				Password string `xml:"Password"`
				Nonce    string `xml:"Nonce"`
				Created  string `xml:"Created"`
			} `xml:"Header>Security>UsernameToken"`
			Body struct {
				Question struct{ XMLName xml.Name } `xml:",any"`
			}
		}
		if err := xml.NewDecoder(io.LimitReader(r.Body, 4*maxLine)).Decode(&env); err != nil {
			http.Error(w, "400", http.StatusBadRequest)
			return
		}
		allowed := open
		if u := env.User; u.Name != "" {
			allowed, _ = d.LogIn(func(l testhome.Login) bool {
				nonce, _ := base64.StdEncoding.DecodeString(u.Nonce)
				sum := sha1.Sum([]byte(string(nonce) + u.Created + l.Password))
				return u.Name == l.User && u.Password == base64.StdEncoding.EncodeToString(sum[:])
			})
		}
		body := ""
		switch question := env.Body.Question.XMLName.Local; {
		case question == "GetSystemDateAndTime":
			body = `<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:UTCDateTime><tt:Time><tt:Hour>8</tt:Hour><tt:Minute>30</tt:Minute><tt:Second>0</tt:Second></tt:Time>` +
				`<tt:Date><tt:Year>2026</tt:Year><tt:Month>5</tt:Month><tt:Day>4</tt:Day></tt:Date></tt:UTCDateTime></tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>`
		case question == "GetDeviceInformation" && allowed:
			body = `<tds:GetDeviceInformationResponse><tds:Manufacturer>IPCam</tds:Manufacturer><tds:Model>C6F0SgZ3N0PdL2</tds:Model><tds:FirmwareVersion>V11.4.8</tds:FirmwareVersion>` +
				`<tds:SerialNumber>1</tds:SerialNumber><tds:HardwareId>1</tds:HardwareId></tds:GetDeviceInformationResponse>`
		default:
			w.WriteHeader(http.StatusBadRequest)
			body = `<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>ter:NotAuthorized</s:Value></s:Subcode></s:Code>` +
				`<s:Reason><s:Text xml:lang="en">Sender not Authorized</s:Text></s:Reason></s:Fault>`
		}
		w.Header().Set("Content-Type", "application/soap+xml; charset=utf-8")
		_, _ = io.WriteString(w, `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:tds="http://www.onvif.org/ver10/device/wsdl"`+
			` xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:ter="http://www.onvif.org/ver10/error"><s:Body>`+body+`</s:Body></s:Envelope>`)
	}
}

// asusPages are those of an ASUS router: each sends people to the sign-in page. said is what
// login.cgi says to a login; the headers and the body for whoever has the right one come from here.
func asusPages(refusal string) testhome.Web {
	signIn := testhome.Text("text/html", `<HTML><HEAD><script>window.top.location.href='/Main_Login.asp';</script></HEAD></HTML>`)
	return func(d *testhome.Device, w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/login.cgi" && r.Method == http.MethodPost:
			_ = r.ParseForm()
			said, _ := base64.StdEncoding.DecodeString(r.Form.Get("login_authorization"))
			user, password, _ := strings.Cut(string(said), ":")
			w.Header().Set("Content-Type", "text/html")
			if ok, _ := d.LogIn(pairs(user, password)); !ok {
				_, _ = io.WriteString(w, refusal)
				return
			}
			w.Header().Set("Set-Cookie", "asus_token=xUqWcCj1aHlRbTdZfSgOeKiMpVnYr3; HttpOnly;")
			_, _ = io.WriteString(w, `<HTML><HEAD><script>parent.location.href='/index.asp';</script></HEAD></HTML>`)
		default:
			signIn(d, w, r)
		}
	}
}
