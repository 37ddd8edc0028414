package adb

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"porchlight/discovery"
)

const (
	headerBytes = 24
	// maxPayload is the longest that a message of protocol version 1 may carry. Real
	// introductions have some hundred bytes.
	maxPayload = 4096
)

// errOther means that something else than Android debugging is behind the door.
var errOther = errors.New("no Android debugging")

// Messages with which a device answers a hello (AOSP, packages/modules/adb/protocol.txt).
const (
	msgConnect = "CNXN" // welcome
	msgAuth    = "AUTH" // show a key first
	msgTLS     = "STLS" // talk encrypted, for which one has to be paired
)

// authToken is the kind of AUTH that a device sends: bytes to be signed.
const authToken = 1

// A header is the first part of a message.
type header struct {
	command string
	length  int // of what follows
}

// parseHeader reads the first 24 bytes: command, two arguments, length, sum, and the command
// once more with all bits turned over.
func parseHeader(b []byte) (header, error) {
	if len(b) != headerBytes {
		return header{}, fmt.Errorf("header of %d bytes: %w", len(b), errOther)
	}
	word := func(i int) uint32 { return binary.LittleEndian.Uint32(b[4*i:]) }
	h := header{command: string(b[:4]), length: int(word(3))}
	if word(0) != ^word(5) {
		return header{}, fmt.Errorf("message without its mark: %w", errOther)
	}
	switch {
	case h.command == msgConnect, h.command == msgTLS, h.command == msgAuth && word(1) == authToken:
		return h, nil
	}
	return header{}, fmt.Errorf("message %q: %w", h.command, errOther)
}

// An answer is what the device said to our hello.
type answer struct {
	asks    bool // it wants a key that its owner knows
	android bool // it introduced itself as a device
	model   string
}

// parsePayload reads the introduction: what the device is, a serial number, and names with
// values, such as "device::ro.product.name=x;ro.product.model=y;". The serial number is not kept.
func parsePayload(h header, b []byte) (answer, error) {
	if h.command != msgConnect {
		return answer{asks: true}, nil
	}
	system, rest, ok := strings.Cut(strings.TrimRight(string(b), "\x00"), ":")
	if system == "host" {
		return answer{}, fmt.Errorf("our own words came back: %w", errOther)
	}
	a := answer{android: ok && system == "device"}
	_, values, _ := strings.Cut(rest, ":")
	for v := range strings.SplitSeq(values, ";") {
		if name, value, _ := strings.Cut(v, "="); name == "ro.product.model" {
			a.model = discovery.Clean(value)
		}
	}
	return a, nil
}
