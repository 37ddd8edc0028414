package vendorudp

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"porchlight/discovery"
	"porchlight/discovery/fields"
)

// maxAnswer is the longest answer that is read, in bytes: those with the longest lists of lamps or
// plugs stay within one frame of Ethernet, or two.
const maxAnswer = 4 << 10

// errOdd means that an answer is not of the protocol that was asked.
var errOdd = errors.New("not an answer of this protocol")

// odd says what is wrong with an answer.
func odd(what string) ([]discovery.Fact, error) { return nil, fmt.Errorf("%s: %w", what, errOdd) }

// fact is one fact, or none if nothing is left of the text.
func fact(key discovery.FactKey, text string) []discovery.Fact {
	if text = discovery.Clean(text); text == "" {
		return nil
	}
	return []discovery.Fact{{Key: key, Value: text}}
}

// text reads a text that ends at its first zero, if there is one.
func text(b []byte) string {
	b, _, _ = bytes.Cut(b, []byte{0})
	return string(b)
}

// said checks that an answer says something.
func said(facts []discovery.Fact) ([]discovery.Fact, error) {
	if len(facts) == 0 {
		return odd("nothing is said")
	}
	return facts, nil
}

// fromJSON makes facts of those values of a JSON text that are named. The others stay out: some
// tell where the home is or whose account it is.
func fromJSON(under discovery.FactKey, b []byte, names ...discovery.FactKey) ([]discovery.Fact, error) {
	if len(b) > maxAnswer {
		return odd("too long")
	}
	facts, err := fields.JSON(under, bytes.Trim(b, "\x00"))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errOdd, err)
	}
	return said(slices.DeleteFunc(facts, func(f discovery.Fact) bool {
		return !slices.ContainsFunc(names, func(name discovery.FactKey) bool { return f.Key == under+"."+name })
	}))
}

// maxLines is how many lines of an answer of the shape of HTTP are read.
const maxLines = 64

// header reads an answer of the shape of HTTP: its first line, and its fields by their names in lower
// case. Of a field that comes twice the first counts.
func header(b []byte) (first string, values map[string]string) {
	values = map[string]string{}
	n := 0
	for line := range bytes.Lines(b[:min(len(b), maxAnswer)]) {
		if n++; n > maxLines {
			break
		}
		if n == 1 {
			first = strings.TrimSpace(string(line))
			continue
		}
		name, value, ok := strings.Cut(string(line), ":")
		name = strings.ToLower(strings.TrimSpace(name))
		if _, twice := values[name]; ok && !twice {
			values[name] = strings.TrimSpace(value)
		}
	}
	return first, values
}

// autokey hides a text as Kasa does: each byte is combined with the hidden one before it.
func autokey(plain []byte) []byte {
	out, key := make([]byte, len(plain)), byte(kasaKey)
	for i, b := range plain {
		key ^= b
		out[i] = key
	}
	return out
}

const kasaKey = 171

// unhide reads what autokey wrote.
func unhide(b []byte) []byte {
	out, key := make([]byte, len(b)), byte(kasaKey)
	for i, c := range b {
		out[i] = c ^ key
		key = c
	}
	return out
}

func parseKasa(b []byte) ([]discovery.Fact, error) {
	if len(b) > maxAnswer {
		return odd("too long")
	}
	const info = "system.get_sysinfo."
	return fromJSON("json", unhide(b), info+"model", info+"mic_type", info+"type", info+"sw_ver", info+"hw_ver", info+"alias")
}

// parseTDP reads a header of 16 bytes and JSON.
func parseTDP(b []byte) ([]discovery.Fact, error) {
	const headerBytes = 16
	if len(b) <= headerBytes || len(b) > maxAnswer {
		return odd("length")
	}
	var answer struct {
		Result json.RawMessage `json:"result"`
	}
	if err := json.Unmarshal(bytes.Trim(b[headerBytes:], "\x00"), &answer); err != nil {
		return nil, fmt.Errorf("%w: %w", errOdd, err)
	}
	return fromJSON("json.tdp-discovery", answer.Result, "device_model", "device_type", "factory_default", "firmware_version", "hw_ver")
}

// ubiquitiFields are the fields of an answer that are kept, by their number.
var ubiquitiFields = map[byte]discovery.FactKey{
	0x03: "ubnt.firmware", 0x0b: "ubnt.name", 0x0c: "ubnt.platform", 0x14: "ubnt.model", 0x15: "ubnt.model", 0x16: "ubnt.version",
}

// parseUbiquiti reads version, command, the length of the rest, and fields of type, length and
// value.
func parseUbiquiti(b []byte) ([]discovery.Fact, error) {
	if len(b) < 4 || len(b) > maxAnswer || (b[0] != 1 && b[0] != 2) || int(binary.BigEndian.Uint16(b[2:])) > len(b)-4 {
		return odd("header")
	}
	rest := b[4 : 4+int(binary.BigEndian.Uint16(b[2:]))]
	var facts []discovery.Fact
	for len(rest) > 0 {
		if len(rest) < 3 || int(binary.BigEndian.Uint16(rest[1:])) > len(rest)-3 {
			return odd("field")
		}
		end := 3 + int(binary.BigEndian.Uint16(rest[1:]))
		if key, ok := ubiquitiFields[rest[0]]; ok && !has(facts, key) {
			facts = append(facts, fact(key, text(rest[3:end]))...)
		}
		rest = rest[end:]
	}
	return said(facts)
}

func has(facts []discovery.Fact, key discovery.FactKey) bool {
	return slices.ContainsFunc(facts, func(f discovery.Fact) bool { return f.Key == key })
}

// infosvrBytes is the length of questions and answers of infosvr.
const infosvrBytes = 512

// parseInfosvr reads places of an answer of fixed length.
func parseInfosvr(b []byte) ([]discovery.Fact, error) {
	if len(b) != infosvrBytes || !bytes.HasPrefix(b, []byte("\x0c\x16\x1f")) {
		return odd("header")
	}
	version := text(b[232:248])
	// There is room for 15 or 16 characters. Of a longer version the end of the build number is
	// missing, which nobody can see: it is left out then.
	if len(version) >= 15 {
		version, _, _ = strings.Cut(version, "_")
	}
	return said(slices.Concat(fact("infosvr.product", text(b[200:232])), fact("infosvr.firmware", version)))
}

// Messages of LIFX.
const (
	lifxHeaderBytes       = 36
	lifxProtocol          = 1024
	lifxGetHostFirmware   = 14
	lifxStateHostFirmware = 15
	lifxGetVersion        = 32
	lifxStateVersion      = 33
	lifxVendor            = 1 // LIFX itself
)

func parseLIFX(b []byte) ([]discovery.Fact, error) {
	if len(b) < lifxHeaderBytes || len(b) > maxAnswer || int(binary.LittleEndian.Uint16(b)) != len(b) || binary.LittleEndian.Uint16(b[2:])&0xfff != lifxProtocol {
		return odd("header")
	}
	body := b[lifxHeaderBytes:]
	switch kind := binary.LittleEndian.Uint16(b[32:]); {
	case kind == lifxStateVersion && len(body) >= 12 && binary.LittleEndian.Uint32(body) == lifxVendor:
		return fact("lifx.product", strconv.FormatUint(uint64(binary.LittleEndian.Uint32(body[4:])), 10)), nil
	case kind == lifxStateHostFirmware && len(body) >= 20:
		return fact("lifx.firmware", fmt.Sprintf("%d.%d", binary.LittleEndian.Uint16(body[18:]), binary.LittleEndian.Uint16(body[16:]))), nil
	}
	return odd("message")
}

func parseWiZ(b []byte) ([]discovery.Fact, error) {
	return fromJSON("json.getSystemConfig", b, "result.moduleName", "result.fwVersion")
}

func parseIRobot(b []byte) ([]discovery.Fact, error) {
	return fromJSON("json.irobotmcs", b, "sku", "sw", "robotname")
}

func parseYeelight(b []byte) ([]discovery.Fact, error) {
	first, h := header(b)
	if !strings.HasPrefix(first, "HTTP/1.1 200") || h["model"] == "" || h["fw_ver"] == "" {
		return odd("not a light")
	}
	return said(slices.Concat(
		fact(discovery.FactSSDPServer, h["server"]), fact("ssdp.model", h["model"]), fact("ssdp.fw_ver", h["fw_ver"]), fact("ssdp.support", h["support"]),
	))
}

// parseTwinkly reads an address, "OK" and the name.
func parseTwinkly(b []byte) ([]discovery.Fact, error) {
	if len(b) < 7 || len(b) > maxAnswer || string(b[4:6]) != "OK" {
		return odd("header")
	}
	return said(fact("twinkly.name", text(b[6:])))
}

// parseDaikin reads names and values between commas. The account and its password, which may
// be among them, stay out.
func parseDaikin(b []byte) ([]discovery.Fact, error) {
	if len(b) > maxAnswer || !bytes.HasPrefix(b, []byte("ret=OK,")) {
		return odd("header")
	}
	var kept []string
	var name string
	for pair := range strings.SplitSeq(text(b), ",") {
		switch key, value, _ := strings.Cut(pair, "="); key {
		case "ret", "type", "reg", "ver", "rev":
			kept = append(kept, pair)
		case "name":
			name, _ = url.PathUnescape(value) // a name that is not written as it should be is none
		}
	}
	return slices.Concat(fact(discovery.FactBanner+"daikin-udp", strings.Join(kept, ",")+","), fact("daikin.name", name)), nil
}

// The header of Dahua's DHIP: where the length of the JSON text behind it stands.
const (
	dhipHeaderBytes = 32
	dhipLength      = 16
)

func parseDahua(b []byte) ([]discovery.Fact, error) {
	if len(b) < dhipHeaderBytes || string(b[4:8]) != "DHIP" || int64(binary.LittleEndian.Uint32(b[dhipLength:])) > int64(len(b)-dhipHeaderBytes) {
		return odd("header")
	}
	body := b[dhipHeaderBytes:]
	body = body[:binary.LittleEndian.Uint32(b[dhipLength:])]
	const info = "params.deviceInfo."
	return fromJSON("json.dhip", body, info+"DeviceType", info+"DeviceClass", info+"Vendor", info+"Version", info+"Init")
}

// parseDDP keeps what a console is. It also says which game is played.
func parseDDP(b []byte) ([]discovery.Fact, error) {
	first, h := header(b)
	if !strings.HasPrefix(first, "HTTP/1.1 ") || h["host-type"] == "" {
		return odd("not a console")
	}
	var kept []string
	for _, name := range []string{"host-type", "host-name", "system-version"} {
		if h[name] != "" {
			kept = append(kept, name+":"+h[name])
		}
	}
	return said(fact(discovery.FactBanner+"ddp", strings.Join(kept, " ")))
}

// The header of eISCP.
const (
	eiscpMagic       = "ISCP"
	eiscpHeaderBytes = 16
)

// parseEISCP reads the header and a line such as "!1ECNTX-NR509/60128/XX/0009B0000000".
func parseEISCP(b []byte) ([]discovery.Fact, error) {
	if len(b) < eiscpHeaderBytes || len(b) > maxAnswer || string(b[:4]) != eiscpMagic || binary.BigEndian.Uint32(b[4:]) != eiscpHeaderBytes {
		return odd("header")
	}
	line := b[eiscpHeaderBytes:]
	if end := bytes.IndexAny(line, "\x00\x19\x1a\r\n"); end >= 0 {
		line = line[:end]
	}
	if !bytes.HasPrefix(line, []byte("!1ECN")) {
		return odd("line")
	}
	return said(fact(discovery.FactBanner+"eiscp", string(line)))
}
