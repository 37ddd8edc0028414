package mqtt

import (
	"errors"
	"fmt"
)

// answerBytes is how much of a CONNACK is read: all of one of version 3.1.1. One of version 5
// goes on, but says as much here, unless it is longer than any that a hello as short as ours
// needs.
const answerBytes = 4

// errOther means that the answer is none of MQTT.
var errOther = errors.New("no answer of MQTT")

// Answers to a hello: MQTT 3.1.1, section 3.2.2.3; from 128 on MQTT 5, section 3.2.2.2.
const (
	accepted     = 0
	oldVersion   = 1
	badUser      = 4
	notAllowed   = 5
	otherVersion = 132
	badUser5     = 134
	notAllowed5  = 135
	badMethod5   = 140
)

// refusals are the answers that say: not without a name and a password.
var refusals = []byte{badUser, notAllowed, badUser5, notAllowed5, badMethod5}

// wants5 reports whether a broker wants to be spoken to in version 5.
func wants5(code byte) bool { return code == oldVersion || code == otherVersion }

// parseAnswer reads the first bytes of a CONNACK: its type, its length, a flag that must not be
// set for a clean session, and the answer.
func parseAnswer(b []byte) (code byte, err error) {
	const connack, minLength, maxOneByte = 0x20, 2, 0x7f
	if len(b) != answerBytes || b[0] != connack || b[1] < minLength || b[1] > maxOneByte || b[2] != 0 {
		return 0, fmt.Errorf("%x: %w", b[:min(len(b), answerBytes)], errOther)
	}
	return b[3], nil
}
