package elsewhere

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"time"
)

// A message is what one topic holds. The broker keeps it for whoever comes later; an empty one takes it away.
type message struct {
	topic   string
	payload []byte
}

// held lists the topics that hold something after messages were published.
func held(messages []message) []string {
	var out []string
	for _, m := range messages {
		if len(m.payload) > 0 {
			out = append(out, m.topic)
		}
	}
	return out
}

// forget gives the messages that empty topics, but for some.
func forget(topics, but []string) []message {
	var out []message
	for _, t := range topics {
		if !slices.Contains(but, t) {
			out = append(out, message{topic: t})
		}
	}
	return out
}

func union(a, b []string) []string {
	out := slices.Concat(a, b)
	slices.Sort(out)
	return slices.Compact(out)
}

// Bytes of MQTT 3.1.1, which every broker speaks: sections 3.1, 3.2, 3.3, 3.4 and 3.14.
const (
	packetConnect    = 0x10
	packetConnack    = 0x20
	packetPublish    = 0x33 // at least once, to be kept
	packetPuback     = 0x40
	packetDisconnect = 0xe0

	flagClean    = 0x02
	flagPassword = 0x40
	flagUser     = 0x80

	level     = 4 // of the protocol
	keepAlive = 60

	codeWelcome  = 0
	codeLogin    = 4 // name or password are wrong
	codeStranger = 5 // not authorised
)

// ahead is how many messages are sent before the broker has said that it has the first of them.
const ahead = 16

// maxText is how long a name may be: its length has two bytes.
const maxText = 0xffff

// publish connects to a broker, publishes and goes. It listens to nothing there.
func (l *Teller) publish(ctx context.Context, t Target, messages []message) error {
	raw, err := dial(ctx, "tcp", net.JoinHostPort(t.Host, strconv.Itoa(int(t.Port))), t.TLS)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	conn := raw
	defer func() { _ = conn.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = raw.SetDeadline(time.Unix(1, 0)) }) // wakes whoever waits
	defer stop()
	if t.TLS {
		secure := tls.Client(raw, &tls.Config{ServerName: t.Host, MinVersion: tls.VersionTLS12, RootCAs: l.Roots})
		if err := secure.HandshakeContext(ctx); err != nil {
			return fmt.Errorf("speak encrypted: %w", err)
		}
		conn = secure
	}
	if err := greet(conn, t); err != nil {
		return err
	}
	for len(messages) > 0 {
		n := min(ahead, len(messages))
		for i, m := range messages[:n] {
			if _, err := conn.Write(publishPacket(m, uint16(i+1))); err != nil {
				return fmt.Errorf("publish: %w", err)
			}
		}
		for range n {
			if _, err := answer(conn, packetPuback); err != nil {
				return err
			}
		}
		messages = messages[n:]
	}
	_, err = conn.Write([]byte{packetDisconnect, 0})
	return err
}

// greet says hello, and reads whether we are welcome.
func greet(conn io.ReadWriter, t Target) error {
	if _, err := conn.Write(connectPacket(t)); err != nil {
		return fmt.Errorf("say hello: %w", err)
	}
	said, err := answer(conn, packetConnack)
	switch {
	case err != nil:
		return err
	case said[1] == codeLogin, said[1] == codeStranger:
		return ErrRefused
	case said[1] != codeWelcome:
		return fmt.Errorf("hello was answered by %d: %w", said[1], ErrOdd)
	}
	return nil
}

// answer reads one answer of the broker. Those that we wait for have two bytes, so a longer one is not even read.
func answer(conn io.Reader, packet byte) (said [2]byte, err error) {
	var b [4]byte
	if _, err := io.ReadFull(conn, b[:]); err != nil {
		return said, fmt.Errorf("read an answer: %w", err)
	}
	if b[0] != packet || b[1] != 2 {
		return said, fmt.Errorf("answer % x: %w", b, ErrOdd)
	}
	return [2]byte(b[2:]), nil
}

func connectPacket(t Target) []byte {
	flags, login := byte(flagClean), []byte(nil)
	if t.User != "" {
		flags |= flagUser
		login = lengthened(login, t.User)
		if t.Password != "" { // not without a name: section 3.1.2.9
			flags |= flagPassword
			login = lengthened(login, string(t.Password))
		}
	}
	body := append(lengthened(nil, "MQTT"), level, flags, 0, keepAlive)
	return packetOf(packetConnect, append(lengthened(body, "porchlight"+random(4)), login...)) // 18 letters: brokers take 23
}

func publishPacket(m message, id uint16) []byte {
	body := binary.BigEndian.AppendUint16(lengthened(nil, m.topic), id)
	return packetOf(packetPublish, append(body, m.payload...))
}

// lengthened appends a text as MQTT writes it: its length, and UTF-8.
func lengthened(b []byte, s string) []byte {
	s = s[:min(len(s), maxText)]
	return append(binary.BigEndian.AppendUint16(b, uint16(len(s))), s...) //nolint:gosec // it is cut to what fits
}

// packetOf puts a packet together: its length is written seven bits at a time, section 2.2.3.
func packetOf(kind byte, body []byte) []byte {
	out := binary.AppendUvarint([]byte{kind}, uint64(len(body)))
	return append(out, body...)
}

// random gives some random bytes, in hexadecimal.
func random(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // it never fails
	return hex.EncodeToString(b)
}

// NewName makes a name that tells one Porchlight apart from others.
func NewName() string { return random(4) }
