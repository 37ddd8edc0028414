// Package elsewhere tells a place of the user's own how the home stands, if the user wants that: an MQTT broker, in the
// way that Home Assistant knows, or a webhook. It goes where the user said and nowhere else, and never tells anything
// about passwords.
package elsewhere

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unicode"

	"porchlight/assets/text"
	"porchlight/ui/report"
)

// What may go wrong. The words for each are in the catalogue.
var (
	ErrAddress     = errors.New("this is no address that can be used")
	ErrPlain       = errors.New("outside of the home it has to be encrypted")
	ErrUnreachable = errors.New("nobody answers there")
	ErrSlow        = errors.New("it took too long")
	ErrRefused     = errors.New("the name or the password was refused")
	ErrCertificate = errors.New("nobody vouches for its certificate")
	ErrOdd         = errors.New("the answer makes no sense")
)

// troubles names what may go wrong, for what is kept. The special stands before the general.
var troubles = []struct {
	Word string
	Err  error
}{
	{"address", ErrAddress},
	{"plain", ErrPlain},
	{"certificate", ErrCertificate},
	{"refused", ErrRefused},
	{"odd", ErrOdd},
	{"slow", ErrSlow},
	{"unreachable", ErrUnreachable},
}

// Trouble names what went wrong; "" if nothing did. Its words are "elsewhere.trouble.<word>".
func Trouble(err error) string {
	for _, t := range troubles {
		if errors.Is(err, t.Err) {
			return t.Word
		}
	}
	if err != nil {
		return "unreachable"
	}
	return ""
}

// Err gives back what Trouble named; nil for "".
func Err(trouble string) error {
	for _, t := range troubles {
		if t.Word == trouble {
			return t.Err
		}
	}
	return nil
}

// The ways to tell.
const (
	Off     = ""
	MQTT    = "mqtt"
	Webhook = "webhook"
)

// The usual ports of brokers, plain and encrypted, as registered at IANA.
const (
	PortPlain = 1883
	PortTLS   = 8883
)

// A Secret is a word that is kept and never shown.
type Secret string

const hidden = "[secret]"

// String implements fmt.Stringer.
func (Secret) String() string { return hidden }

// GoString implements fmt.GoStringer.
func (Secret) GoString() string { return hidden }

// LogValue implements slog.LogValuer.
func (Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// A Target is where the user wants to be told. It is stored as JSON, so the words never change.
type Target struct {
	Way      string `json:"way,omitempty"`      // MQTT or Webhook; Off tells nobody
	Host     string `json:"host,omitempty"`     // of the broker
	Port     uint16 `json:"port,omitempty"`     // of the broker; 0 is the usual one
	TLS      bool   `json:"tls,omitempty"`      // the broker speaks encrypted
	User     string `json:"user,omitempty"`     // "" gives no name
	Password Secret `json:"password,omitempty"` // for User
	Address  Secret `json:"address,omitempty"`  // of the webhook: whoever knows it may post there
	// Name tells this Porchlight apart from others that tell the same broker. Made once for each target.
	Name string `json:"name,omitempty"`
}

// maxHost is how long a name can be: RFC 1035, section 2.3.4. maxAddress is how long an address may be.
const (
	maxHost    = 253
	maxAddress = 2000
)

// Check gives the target as it is used, or ErrAddress or ErrPlain. It asks nobody.
func (t Target) Check() (Target, error) {
	switch t.Way {
	case Off:
		return Target{}, nil
	case MQTT:
		t.Host, t.Address = strings.Trim(strings.TrimSpace(t.Host), "[]"), ""
		if t.Port == 0 {
			t.Port = map[bool]uint16{false: PortPlain, true: PortTLS}[t.TLS]
		}
		if !hostFits(t.Host) || forbidden(t.Port) {
			return t, ErrAddress
		}
		if at, err := netip.ParseAddr(t.Host); err == nil && !t.TLS && !inside(at) {
			return t, ErrPlain
		}
		return t, nil
	case Webhook:
		u, err := t.url()
		if err != nil {
			return t, err
		}
		return Target{Way: Webhook, Address: Secret(u.String()), Name: t.Name}, nil
	}
	return t, ErrAddress
}

// Broker reads the address of an MQTT broker: mqtt://USER@HOST:PORT, or mqtts:// for an encrypted one; user and port may be
// left away. What else is in it, a password too, is ErrAddress.
func Broker(address string) (Target, error) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return Target{}, ErrAddress // the error would repeat a password
	}
	t := Target{Way: MQTT, Host: u.Hostname(), TLS: u.Scheme == "mqtts", User: u.User.Username()}
	_, password := u.User.Password()
	if password || u.Scheme != "mqtt" && !t.TLS || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return Target{}, ErrAddress
	}
	if t.Port, err = portOf(u); err != nil {
		return Target{}, err
	}
	return t.Check()
}

// portOf gives the port of an address, 0 for the usual one, or ErrAddress.
func portOf(u *url.URL) (uint16, error) {
	p := u.Port()
	if p == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(p, 10, 16)
	if err != nil || forbidden(uint16(n)) {
		return 0, ErrAddress
	}
	return uint16(n), nil
}

// Same reports whether two targets, as Check gives them, are one place.
func (t Target) Same(o Target) bool {
	return t.Way == o.Way && t.Host == o.Host && t.Port == o.Port && t.Address == o.Address
}

// Where names the place, without anything that only its owner may know.
func (t Target) Where() string {
	switch t.Way {
	case MQTT:
		return net.JoinHostPort(t.Host, strconv.Itoa(int(t.Port)))
	case Webhook:
		if u, err := t.url(); err == nil {
			return u.Scheme + "://" + u.Host + "/…"
		}
	}
	return ""
}

// url reads the address of the webhook.
func (t Target) url() (*url.URL, error) {
	raw := strings.TrimSpace(string(t.Address))
	u, err := url.Parse(raw)
	switch {
	case err != nil, len(raw) > maxAddress, u.User != nil, u.Fragment != "", !hostFits(u.Hostname()):
		return nil, ErrAddress
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, ErrAddress
	}
	if _, err := portOf(u); err != nil {
		return nil, err
	}
	if at, err := netip.ParseAddr(u.Hostname()); err == nil && u.Scheme == "http" && !inside(at) {
		return nil, ErrPlain
	}
	return u, nil
}

func hostFits(host string) bool {
	return host != "" && len(host) <= maxHost && !strings.ContainsFunc(host, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune("/@?#", r)
	})
}

// forbidden are the ports that nothing of ours ever speaks to: printers print what comes there.
func forbidden(port uint16) bool { return port == 0 || port == 515 || port >= 9100 && port <= 9107 }

// inside reports whether an address lies in a home, or on this computer. Only there may be spoken without encryption.
func inside(a netip.Addr) bool {
	a = a.Unmap()
	return a.IsLoopback() || a.IsPrivate() || a.IsLinkLocalUnicast()
}

const (
	// patience is how long one telling may take in all: nothing waits for it but the end of the program.
	patience = 20 * time.Second
	// knock is how long it may take until somebody answers.
	knock = 8 * time.Second
)

// A Teller tells one target. Its zero value is ready.
type Teller struct {
	Version string // of the program
	// Roots are for tests, whose servers have a certificate of their own; nil for those that the system trusts.
	Roots *x509.CertPool
}

// Tell tells the target how the home of some facts stands. topics are those that hold something of an earlier telling;
// it gives those that do now, also after an error: they may.
func (l *Teller) Tell(ctx context.Context, t Target, f report.Facts, every time.Duration, topics []string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var err error
	switch t.Way {
	case MQTT:
		messages := messagesOf(t, &f, every)
		held := held(messages)
		err = l.publish(ctx, t, append(messages, forget(topics, held)...))
		if err != nil {
			held = union(topics, held)
		}
		topics = held
	case Webhook:
		topics = nil
		err = l.post(ctx, t, &f)
	}
	return topics, plain(ctx, err)
}

// Forget takes back what a broker holds of earlier tellings.
func (l *Teller) Forget(ctx context.Context, t Target, topics []string) error {
	if t.Way != MQTT || len(topics) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return plain(ctx, l.publish(ctx, t, forget(topics, nil)))
}

// plain gives an error that Trouble knows.
func plain(ctx context.Context, err error) error {
	timeout, _ := errors.AsType[net.Error](err)
	_, unknown := errors.AsType[x509.UnknownAuthorityError](err)
	_, badName := errors.AsType[x509.HostnameError](err)
	_, tooOld := errors.AsType[x509.CertificateInvalidError](err)
	_, notTrusted := errors.AsType[*tls.CertificateVerificationError](err)
	_, notTLS := errors.AsType[tls.RecordHeaderError](err)
	switch {
	case err == nil, Err(Trouble(err)) != nil && errors.Is(err, Err(Trouble(err))):
		return err
	case unknown || badName || tooOld || notTrusted:
		return fmt.Errorf("%w: %w", ErrCertificate, err)
	case notTLS:
		return fmt.Errorf("%w: %w", ErrOdd, err)
	case errors.Is(ctx.Err(), context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), timeout != nil && timeout.Timeout():
		return fmt.Errorf("%w: %w", ErrSlow, err)
	}
	return fmt.Errorf("%w: %w", ErrUnreachable, err)
}

// dial opens the way to the user's own place. Without encryption it goes into the home only, whatever a name leads to.
//
//nolint:forbidigo // the user typed the address; discovery/lan reaches devices of one home only, and asks before it does
func dial(ctx context.Context, network, address string, encrypted bool) (net.Conn, error) {
	control := func(_, address string, _ syscall.RawConn) error { // asked after the name was looked up
		at, err := netip.ParseAddrPort(address)
		switch {
		case err != nil, at.Addr().IsMulticast(), at.Addr().IsUnspecified(), forbidden(at.Port()):
			return ErrAddress
		case !encrypted && !inside(at.Addr()):
			return ErrPlain
		}
		return nil
	}
	return (&net.Dialer{Timeout: knock, Control: control}).DialContext(ctx, network, address)
}

// A State is where the user is told, and how that went the last time. It holds no secrets.
type State struct {
	Target  Target
	Where   string    // Target.Where, of the one with its secrets
	Locked  bool      // a password is kept
	At      time.Time // when it was tried last; zero for never
	Trouble string    // what went wrong then; "" if nothing did
}

// Said says how it went the last time; "" if nobody was told yet.
func (s State) Said(words *text.Catalog) string {
	when := text.Args{"time": words.Time(s.At)}
	switch {
	case s.At.IsZero():
		return ""
	case s.Trouble != "":
		when["why"] = words.T("elsewhere.trouble."+s.Trouble, nil)
		return words.T("settings.elsewhere.failed", when)
	}
	return words.T("settings.elsewhere.told", when)
}

// Over gives a target that was typed over another: a secret that was left empty is the one before, if it is for the same
// place and the same name.
func (t Target) Over(before Target) Target {
	if t.Way != before.Way {
		return t
	}
	if t.Password == "" && t.User != "" && t.Host == before.Host && t.User == before.User {
		t.Password = before.Password
	}
	if t.Address == "" {
		t.Address = before.Address
	}
	return t
}
