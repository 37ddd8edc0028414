package vendorudp

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"porchlight/discovery"
)

// mndpFields are the fields of an announcement of MikroTik that are kept, by their number.
var mndpFields = map[uint16]discovery.FactKey{5: "mndp.identity", 7: "mndp.version", 8: "mndp.platform", 12: "mndp.board"}

// mndpAddress is the first field of every announcement: the hardware address.
const mndpAddress = 1

// parseMNDP reads MikroTik's neighbour discovery (wiki.mikrotik.com, IP/Neighbor discovery): a
// header of four bytes, and fields of type, length and value. A device that asks others sends
// the header alone, which is none.
func parseMNDP(b []byte) ([]discovery.Fact, error) {
	if len(b) < 8 || len(b) > maxAnswer || binary.BigEndian.Uint16(b[4:]) != mndpAddress {
		return odd("header")
	}
	var facts []discovery.Fact
	for rest := b[4:]; len(rest) > 0; {
		if len(rest) < 4 || int(binary.BigEndian.Uint16(rest[2:])) > len(rest)-4 {
			return odd("field")
		}
		end := 4 + int(binary.BigEndian.Uint16(rest[2:]))
		if key, ok := mndpFields[binary.BigEndian.Uint16(rest)]; ok && !has(facts, key) {
			facts = append(facts, fact(key, text(rest[4:end]))...)
		}
		rest = rest[end:]
	}
	return said(facts)
}

// parseBambu reads the announcement of a 3D printer, of the shape of UPnP's. Its serial number stays
// out.
func parseBambu(b []byte) ([]discovery.Fact, error) {
	first, h := header(b)
	if !strings.HasPrefix(first, "NOTIFY ") || !strings.HasPrefix(h["nt"], "urn:bambulab-com:device:3dprinter:") {
		return odd("not a 3D printer")
	}
	facts := fact(discovery.FactSSDPTarget, h["nt"])
	for _, name := range []string{"devmodel.bambu.com", "devname.bambu.com", "devversion.bambu.com"} {
		facts = append(facts, fact("ssdp."+discovery.FactKey(name), h[name])...)
	}
	return facts, nil
}

// tuyaKey opens the announcements of Tuya: the MD5 of "yGAdlopoPVldABfn", the same for all
// devices (tuya-convert, tinytuya).
const tuyaKey = "\x6c\x1e\xc8\xe2\xbb\x9b\xb5\x9a\xb5\x0b\x0d\xaf\x64\x9b\x41\x0a"

// The two frames of Tuya. The older one has 16 bytes before the text: magic, number, command,
// length; the newer one 18, with two unknown ones after the magic.
const (
	tuyaOld, tuyaOldHeader, tuyaOldFooter = "\x00\x00\x55\xaa", 16, 8 // CRC and magic behind the text
	tuyaNew, tuyaNewHeader, tuyaNewFooter = "\x00\x00\x66\x99", 18, 4 // magic; the tag of 16 bytes is part of the text
)

// parseTuya reads the announcement of a smart device. The product key names the product to Tuya;
// version is that of the protocol.
func parseTuya(b []byte) ([]discovery.Fact, error) {
	if len(b) > maxAnswer {
		return odd("too long")
	}
	plain, err := openTuya(b)
	if err != nil {
		return nil, err
	}
	// A code of four bytes may stand before the text.
	if len(plain) > 4 && plain[0] != '{' && plain[4] == '{' {
		plain = plain[4:]
	}
	return fromJSON("json.tuya", plain, "gwId", "productKey", "version")
}

// openTuya takes the text out of its frame.
func openTuya(b []byte) ([]byte, error) {
	block, err := aes.NewCipher([]byte(tuyaKey))
	if err != nil {
		return nil, fmt.Errorf("use the key: %w", err)
	}
	switch {
	case bytes.HasPrefix(b, []byte(tuyaOld)) && len(b) > tuyaOldHeader+4+tuyaOldFooter:
		// A code of four bytes stands before the text, which is hidden or plain.
		body := b[tuyaOldHeader+4 : len(b)-tuyaOldFooter]
		if body[0] == '{' || len(body)%aes.BlockSize != 0 {
			return body, nil
		}
		plain := make([]byte, len(body))
		for i := 0; i < len(body); i += aes.BlockSize {
			block.Decrypt(plain[i:], body[i:])
		}
		return unpad(plain), nil
	case bytes.HasPrefix(b, []byte(tuyaNew)) && len(b) > tuyaNewHeader+tuyaNewFooter:
		gcm, err := cipher.NewGCM(block)
		if err != nil {
			return nil, fmt.Errorf("use the key: %w", err)
		}
		body := b[tuyaNewHeader : len(b)-tuyaNewFooter]
		if len(body) < gcm.NonceSize() {
			break
		}
		plain, err := gcm.Open(nil, body[:gcm.NonceSize()], body[gcm.NonceSize():], b[4:tuyaNewHeader])
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errOdd, err)
		}
		return plain, nil
	}
	return nil, fmt.Errorf("frame: %w", errOdd)
}

// unpad takes the padding off: as many bytes of the same value as the value says (PKCS #7).
func unpad(b []byte) []byte {
	n := int(b[len(b)-1])
	if n == 0 || n > len(b) || slices.ContainsFunc(b[len(b)-n:], func(c byte) bool { return int(c) != n }) {
		return b
	}
	return b[:len(b)-n]
}
