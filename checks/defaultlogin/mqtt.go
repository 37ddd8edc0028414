package defaultlogin

import (
	"context"
	"encoding/binary"
	"fmt"

	"porchlight/checks"
	"porchlight/discovery"
)

// The answers of a broker (MQTT 3.1.1, section 3.2.2.3).
const (
	mqttAccepted      = 0
	mqttUnavailable   = 3
	mqttBadLogin      = 4
	mqttNotAuthorised = 5
)

// asksMQTT looks whether the broker refuses whoever says no name.
func asksMQTT(ctx context.Context, w checks.Way, d *door) error {
	code, err := connectMQTT(ctx, w, d, false)
	if err != nil {
		return err
	}
	if code != mqttBadLogin && code != mqttNotAuthorised {
		return errNotAsked
	}
	d.says = discovery.Fact{}
	return nil
}

// tryMQTT connects with the login, and disconnects. It asks for no topic and sends none.
func tryMQTT(ctx context.Context, w checks.Way, d *door) (bool, error) {
	code, err := connectMQTT(ctx, w, d, true)
	switch {
	case err != nil:
		return false, broken(err)
	case code == mqttAccepted:
		return true, nil
	case code == mqttBadLogin, code == mqttNotAuthorised:
		return false, nil
	case code == mqttUnavailable:
		return false, later("mqtt says %d", code)
	}
	return false, unclear("mqtt says %d", code)
}

func connectMQTT(ctx context.Context, w checks.Way, d *door, login bool) (code byte, err error) {
	line := "mqtt CONNECT 3.1.1 without a name, DISCONNECT"
	if login {
		line = "mqtt CONNECT 3.1.1 with a login"
	}
	t, err := begin(ctx, w, d, line)
	if err != nil {
		return 0, err
	}
	defer func() { _ = t.Close() }()
	if err := t.say(string(mqttConnect(d.l.User, d.l.Password, login))); err != nil {
		return 0, err
	}
	b, err := t.until(func(b []byte) bool { return len(b) >= connackBytes })
	if len(b) < connackBytes && err != nil {
		return 0, fmt.Errorf("read CONNACK: %w", err)
	}
	if code, err = parseConnack(b); err != nil {
		return 0, err
	}
	if code == mqttAccepted {
		_ = t.say("\xe0\x00") // DISCONNECT (section 3.14)
	}
	return code, nil
}

// mqttConnect writes CONNECT for a clean session that keeps nothing (MQTT 3.1.1, section 3.1).
func mqttConnect(user, password string, login bool) []byte {
	const clean, hasName, hasPassword, keepAlive = 0x02, 0x80, 0x40, 5
	flags := byte(clean)
	if login {
		flags |= hasName | hasPassword
	}
	text := func(b []byte, s string) []byte {
		return append(binary.BigEndian.AppendUint16(b, uint16(len(s))), s...) //nolint:gosec // names of a maker file are short
	}
	rest := append(text(nil, "MQTT"), 4, flags, 0, keepAlive)
	rest = text(rest, "porchlight")
	if login {
		rest = text(text(rest, user), password)
	}
	return append([]byte{0x10, byte(len(rest))}, rest...) //nolint:gosec // see above: under 128
}
