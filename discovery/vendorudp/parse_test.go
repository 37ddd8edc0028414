package vendorudp

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"porchlight/discovery"
)

// The samples are written for these tests in the shape of what devices answer.

// tlv writes fields of type, length and value, as Ubiquiti does.
func tlv(version, command byte, fields ...string) []byte {
	var body []byte
	for _, f := range fields {
		body = append(body, f[0])
		body = binary.BigEndian.AppendUint16(body, uint16(len(f)-1))
		body = append(body, f[1:]...)
	}
	return append(binary.BigEndian.AppendUint16([]byte{version, command}, uint16(len(body))), body...)
}

var (
	accessPoint = tlv(1, 0, "\x01\x04\x18\xd6\x00\x00\x14", "\x02\x04\x18\xd6\x00\x00\x14\xc0\xa8\x01\x14", "\x03U6-Lite.6.6.77.15402",
		"\x0a\x00\x01\x02\x03", "\x0bAttic", "\x0cU6-Lite", "\x0dOur Wi-Fi")
	gateway = tlv(2, 6, "\x0bRouter", "\x03EdgeRouter.ER-e50.v1.10.7.5127989.181001.1227\x00", "\x15ER-X\x00", "\x161.10.7")
)

// asusRouter writes an answer of infosvr.
func asusRouter(product, version string) []byte {
	b := padded("\x0c\x16\x1f\x00", infosvrBytes)
	copy(b[8:], "HP LaserJet")
	copy(b[136:], "Our Wi-Fi")
	copy(b[200:], product)
	copy(b[232:248], version)
	return b
}

// lifxState writes a message with a body.
func lifxState(kind uint16, body ...byte) []byte {
	b := append(lifxGet(kind), body...)
	binary.LittleEndian.PutUint16(b, uint16(len(b)))
	return b
}

var (
	plug = autokey([]byte(`{"system":{"get_sysinfo":{"sw_ver":"1.5.8 Build 180815 Rel.135935","hw_ver":"2.1","type":"IOT.SMARTPLUGSWITCH","model":"HS110(EU)",` +
		`"mac":"50:C7:BF:00:00:14","alias":"Kettle","latitude_i":481234,"longitude_i":115678,"deviceId":"8006000000000000","err_code":0}}}`))
	tapoCamera = append([]byte("\x02\x00\x00\x01\x01\xe5\x11\x00\x00\x00\x00\x00\x12\x34\x56\x78"), `{"result":{"device_id":"0123","owner":"4567","device_type":"SMART.IPCAMERA",`+
		`"device_model":"C210(EU)","ip":"192.168.1.14","mac":"50-C7-BF-00-00-14","factory_default":false,"firmware_version":"1.4.7 Build 230921 Rel.34471n"},"error_code":0}`...)
	bulb         = []byte(`{"method":"getSystemConfig","env":"pro","result":{"mac":"a8bb50000014","homeId":653906,"moduleName":"ESP01_SHRGB1C_31","fwVersion":"1.25.0"}}`)
	vacuum       = []byte(`{"ver":"3","hostname":"Roomba-3193C60000000014","robotname":"Rosie","ip":"192.168.1.14","mac":"80:c5:f2:00:00:14","sw":"v2.4.16-126","sku":"R980020","nc":0,"proto":"mqtt","cap":{"pose":1}}`)
	yeelightBulb = []byte("HTTP/1.1 200 OK\r\nCache-Control: max-age=3600\r\nDate: \r\nExt: \r\nLocation: yeelight://192.168.1.14:55443\r\nServer: POSIX UPnP/1.0 YGLC/1\r\n" +
		"id: 0x0000000002dfb114\r\nmodel: color\r\nfw_ver: 57\r\nsupport: get_prop set_default set_power\r\npower: on\r\nname: \r\n")
	garland        = []byte("\x0e\x01\xa8\xc0OKTwinkly_33AAFF\x00")
	airConditioner = []byte("ret=OK,type=aircon,reg=eu,dst=1,ver=1_14_48,rev=4C6F6E6,pow=1,err=0,location=0,name=%4c%69%76%69%6e%67%20%72%6f%6f%6d,icon=0,method=home only,port=30050,id=me@example.org,pw=secret,mac=409F38000014")
	camera         = dhip(`{"mac":"9c:14:63:00:00:14","method":"client.notifyDevInfo","params":{"deviceInfo":{"AlarmInputChannels":0,"DeviceClass":"IPC","DeviceType":"IPC-HDW2431T-AS-S2",` +
		`"HttpPort":80,"IPv4Address":{"IPAddress":"192.168.1.14"},"SerialNo":"6F00000PAG00014","Vendor":"General","Version":"2.800.0000000.25.R,build:2021-06-04"}}}` + "\n\x00")
	console = []byte("HTTP/1.1 620 Server Standby\nhost-id:0123456789AB\nhost-type:PS5\nhost-name:Console in the den\nhost-request-port:997\n" +
		"device-discovery-protocol-version:00030010\nsystem-version:09008007\nrunning-app-name:A game\n")
	receiver = eiscp("!1ECNTX-NR609/60128/XX/0009B0000014\x19\r\n")

	mikrotik = announced("\x00\x01\x2c\xc8\x1b\x00\x00\x14", "\x00\x05Attic", "\x00\x077.15.3 (stable) 2024-07-24 10:39:01", "\x00\x08MikroTik",
		"\x00\x0a\xdc\x15\x00\x00", "\x00\x0bH792-0014", "\x00\x0cRBD52G-5HacD2HnD", "\x00\x0e\x00", "\x00\x10bridge/ether2")
	bambu = []byte("NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nServer: UPnP/1.0\r\nLocation: 192.168.1.14\r\nNT: urn:bambulab-com:device:3dprinter:1\r\n" +
		"USN: 00M00A000000014\r\nCache-Control: max-age=1800\r\nDevModel.bambu.com: BL-P001\r\nDevName.bambu.com: Workshop\r\nDevSignal.bambu.com: -44\r\nDevVersion.bambu.com: 01.08.02.00\r\n\r\n")
	tuyaText = []byte(`{"ip":"192.168.1.14","gwId":"bf0000000000000014abcd","active":2,"ability":0,"encrypt":true,"productKey":"keydeadbeef12345","version":"3.3"}`)
)

// announced writes an announcement of MikroTik: fields that begin with their number of two bytes.
func announced(fields ...string) []byte {
	b := []byte("\x00\x00\x61\x00")
	for _, f := range fields {
		b = append(b, f[:2]...)
		b = binary.BigEndian.AppendUint16(b, uint16(len(f)-2))
		b = append(b, f[2:]...)
	}
	return b
}

// tuyaFrame puts a text into the older frame.
func tuyaFrame(body []byte) []byte {
	b := []byte(tuyaOld + "\x00\x00\x00\x00\x00\x00\x00\x13")
	b = binary.BigEndian.AppendUint32(b, uint32(len(body)+4+tuyaOldFooter))
	b = append(b, "\x00\x00\x00\x00"...)
	b = append(b, body...)
	return append(b, "\x12\x34\x56\x78\x00\x00\xaa\x55"...)
}

// tuyaHidden hides a text as devices with version 3.3 do.
func tuyaHidden(plain []byte) []byte {
	n := aes.BlockSize - len(plain)%aes.BlockSize
	plain = append(slices.Clone(plain), bytes.Repeat([]byte{byte(n)}, n)...)
	block, err := aes.NewCipher([]byte(tuyaKey))
	if err != nil {
		panic(err)
	}
	out := make([]byte, len(plain))
	for i := 0; i < len(plain); i += aes.BlockSize {
		block.Encrypt(out[i:], plain[i:])
	}
	return tuyaFrame(out)
}

// tuyaSealed hides a text as devices with version 3.5 do.
func tuyaSealed(plain []byte) []byte {
	block, err := aes.NewCipher([]byte(tuyaKey))
	if err != nil {
		panic(err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	b := []byte(tuyaNew + "\x00\x00\x00\x00\x00\x01\x00\x00\x00\x13")
	b = binary.BigEndian.AppendUint32(b, uint32(gcm.NonceSize()+len(plain)+gcm.Overhead()))
	nonce := []byte("0123456789ab")
	return append(gcm.Seal(append(slices.Clone(b), nonce...), nonce, plain, b[4:]), "\x00\x00\x99\x66"...)
}

// parsers are all parsers by their names, with an answer that each of them reads.
var parsers = map[string]struct {
	parse func([]byte) ([]discovery.Fact, error)
	good  []byte
}{
	"kasa": {parseKasa, plug}, "tdp": {parseTDP, tapoCamera}, "ubnt": {parseUbiquiti, accessPoint}, "infosvr": {parseInfosvr, asusRouter("RT-AX88U", "3.0.0.4.386_48")},
	"lifx": {parseLIFX, lifxState(lifxStateVersion, 1, 0, 0, 0, 27, 0, 0, 0, 0, 0, 0, 0)}, "wiz": {parseWiZ, bulb}, "irobot": {parseIRobot, vacuum},
	"yeelight": {parseYeelight, yeelightBulb}, "twinkly": {parseTwinkly, garland}, "daikin": {parseDaikin, airConditioner}, "dhip": {parseDahua, camera},
	"ddp": {parseDDP, console}, "eiscp": {parseEISCP, receiver}, "mndp": {parseMNDP, mikrotik}, "bambu": {parseBambu, bambu}, "tuya": {parseTuya, tuyaHidden(tuyaText)},
}

func TestAnAnswerSaysWhatItIs(t *testing.T) {
	type facts = []discovery.Fact
	tuya := facts{{Key: "json.tuya.gwId", Value: "bf0000000000000014abcd"}, {Key: "json.tuya.productKey", Value: "keydeadbeef12345"}, {Key: "json.tuya.version", Value: "3.3"}}
	for _, tt := range []struct {
		name, parser string
		answer       []byte
		want         facts
	}{
		{"a Kasa plug", "kasa", plug, facts{
			{Key: "json.system.get_sysinfo.alias", Value: "Kettle"},
			{Key: "json.system.get_sysinfo.hw_ver", Value: "2.1"},
			{Key: "json.system.get_sysinfo.model", Value: "HS110(EU)"},
			{Key: "json.system.get_sysinfo.sw_ver", Value: "1.5.8 Build 180815 Rel.135935"},
			{Key: "json.system.get_sysinfo.type", Value: "IOT.SMARTPLUGSWITCH"},
		}},
		{"a Tapo camera", "tdp", tapoCamera, facts{
			{Key: "json.tdp-discovery.device_model", Value: "C210(EU)"},
			{Key: "json.tdp-discovery.device_type", Value: "SMART.IPCAMERA"},
			{Key: "json.tdp-discovery.factory_default", Value: "false"},
			{Key: "json.tdp-discovery.firmware_version", Value: "1.4.7 Build 230921 Rel.34471n"},
		}},
		{"an access point", "ubnt", accessPoint, facts{
			{Key: "ubnt.firmware", Value: "U6-Lite.6.6.77.15402"},
			{Key: "ubnt.name", Value: "Attic"},
			{Key: "ubnt.platform", Value: "U6-Lite"},
		}},
		{"a gateway, version 2", "ubnt", gateway, facts{
			{Key: "ubnt.name", Value: "Router"},
			{Key: "ubnt.firmware", Value: "EdgeRouter.ER-e50.v1.10.7.5127989.181001.1227"},
			{Key: "ubnt.model", Value: "ER-X"},
			{Key: "ubnt.version", Value: "1.10.7"},
		}},
		{"an ASUS router", "infosvr", asusRouter("RT-AX88U", "3.0.0.4.386_48"), facts{{Key: "infosvr.product", Value: "RT-AX88U"}, {Key: "infosvr.firmware", Value: "3.0.0.4.386_48"}}},
		{"one whose version may be cut", "infosvr", asusRouter("RT-AX88U", "3.0.0.4.386_48262"), facts{{Key: "infosvr.product", Value: "RT-AX88U"}, {Key: "infosvr.firmware", Value: "3.0.0.4.386"}}},
		{"one without a version", "infosvr", asusRouter("RT-AX88U", ""), facts{{Key: "infosvr.product", Value: "RT-AX88U"}}},
		{"a LIFX lamp's product", "lifx", lifxState(lifxStateVersion, 1, 0, 0, 0, 27, 0, 0, 0, 0, 0, 0, 0), facts{{Key: "lifx.product", Value: "27"}}},
		{"its version", "lifx", lifxState(lifxStateHostFirmware, append(make([]byte, 16), 80, 0, 2, 0)...), facts{{Key: "lifx.firmware", Value: "2.80"}}},
		{"a WiZ bulb", "wiz", bulb, facts{{Key: "json.getSystemConfig.result.fwVersion", Value: "1.25.0"}, {Key: "json.getSystemConfig.result.moduleName", Value: "ESP01_SHRGB1C_31"}}},
		{"a vacuum cleaner", "irobot", vacuum, facts{{Key: "json.irobotmcs.robotname", Value: "Rosie"}, {Key: "json.irobotmcs.sku", Value: "R980020"}, {Key: "json.irobotmcs.sw", Value: "v2.4.16-126"}}},
		{"a Yeelight", "yeelight", yeelightBulb, facts{
			{Key: "ssdp.server", Value: "POSIX UPnP/1.0 YGLC/1"},
			{Key: "ssdp.model", Value: "color"},
			{Key: "ssdp.fw_ver", Value: "57"},
			{Key: "ssdp.support", Value: "get_prop set_default set_power"},
		}},
		{"a garland", "twinkly", garland, facts{{Key: "twinkly.name", Value: "Twinkly_33AAFF"}}},
		{"an air conditioner", "daikin", airConditioner, facts{{Key: "banner.daikin-udp", Value: "ret=OK,type=aircon,reg=eu,ver=1_14_48,rev=4C6F6E6,"}, {Key: "daikin.name", Value: "Living room"}}},
		{"a camera of Dahua", "dhip", camera, facts{
			{Key: "json.dhip.params.deviceInfo.DeviceClass", Value: "IPC"},
			{Key: "json.dhip.params.deviceInfo.DeviceType", Value: "IPC-HDW2431T-AS-S2"},
			{Key: "json.dhip.params.deviceInfo.Vendor", Value: "General"},
			{Key: "json.dhip.params.deviceInfo.Version", Value: "2.800.0000000.25.R,build:2021-06-04"},
		}},
		{"a PlayStation", "ddp", console, facts{{Key: "banner.ddp", Value: "host-type:PS5 host-name:Console in the den system-version:09008007"}}},
		{"a receiver", "eiscp", receiver, facts{{Key: "banner.eiscp", Value: "!1ECNTX-NR609/60128/XX/0009B0000014"}}},
		{"a MikroTik", "mndp", mikrotik, facts{
			{Key: "mndp.identity", Value: "Attic"},
			{Key: "mndp.version", Value: "7.15.3 (stable) 2024-07-24 10:39:01"},
			{Key: "mndp.platform", Value: "MikroTik"},
			{Key: "mndp.board", Value: "RBD52G-5HacD2HnD"},
		}},
		{"a 3D printer", "bambu", bambu, facts{
			{Key: "ssdp.target", Value: "urn:bambulab-com:device:3dprinter:1"},
			{Key: "ssdp.devmodel.bambu.com", Value: "BL-P001"},
			{Key: "ssdp.devname.bambu.com", Value: "Workshop"},
			{Key: "ssdp.devversion.bambu.com", Value: "01.08.02.00"},
		}},
		{"Tuya, plain", "tuya", tuyaFrame(tuyaText), tuya},
		{"Tuya, hidden", "tuya", tuyaHidden(tuyaText), tuya},
		{"Tuya, sealed", "tuya", tuyaSealed(tuyaText), tuya},
		{"Tuya, sealed behind a code", "tuya", tuyaSealed(append([]byte{0, 0, 0, 0}, tuyaText...)), tuya},
	} {
		got, err := parsers[tt.parser].parse(tt.answer)
		if diff := cmp.Diff(tt.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v %s", tt.name, err, diff)
		}
	}
}

func TestWhatIsNobodysBusinessStaysOut(t *testing.T) {
	for name, p := range parsers {
		facts, err := p.parse(p.good)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, f := range facts {
			for _, secret := range []string{"secret", "@", "Our Wi-Fi", "481234", "A game", "owner", "4567", "HP LaserJet", "SerialNo", "6F00000", "00M00A"} {
				if strings.Contains(f.Value, secret) || strings.Contains(string(f.Key), secret) {
					t.Errorf("%s keeps %q", name, f)
				}
			}
		}
	}
}

func TestHostileAnswersAreRefused(t *testing.T) {
	lying := slices.Clone(accessPoint)
	lying[5] = 0xff // the length of the first field
	lyingCamera := slices.Clone(camera)
	binary.LittleEndian.PutUint32(lyingCamera[dhipLength:], 0xffffffff)
	lyingTuya := tuyaSealed(tuyaText)
	lyingTuya[40] ^= 1
	for _, tt := range []struct {
		name, parser string
		answer       []byte
	}{
		{"the question", "ubnt", ubiquiti1.payload},
		{"no such version", "ubnt", append([]byte{3}, accessPoint[1:]...)},
		{"a field that is longer than the answer", "ubnt", lying},
		{"the question", "infosvr", infosvr.payload},
		{"another command", "infosvr", append([]byte("\x0c\x16\x33"), asusRouter("RT-AX88U", "3")[3:]...)},
		{"too short", "infosvr", asusRouter("RT-AX88U", "3")[:500]},
		{"the question", "kasa", kasa.payload},
		{"JSON that is not hidden", "kasa", unhide(plug)},
		{"the question", "tdp", tdp.payload},
		{"a header without a text", "tdp", append(slices.Clone(tdp.payload), `{"error_code":-1}`...)},
		{"the question", "lifx", lifxVersion.payload},
		{"another length", "lifx", append(lifxState(lifxStateVersion, 1, 0, 0, 0, 27, 0, 0, 0, 0, 0, 0, 0), 0)},
		{"another maker", "lifx", lifxState(lifxStateVersion, 2, 0, 0, 0, 27, 0, 0, 0, 0, 0, 0, 0)},
		{"the question", "wiz", wiz.payload},
		{"the question", "irobot", irobot.payload},
		{"the question", "yeelight", yeelight.payload},
		{"another device", "yeelight", []byte("HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\nSERVER: Linux\r\n\r\n")},
		{"the question", "twinkly", twinkly.payload},
		{"the question", "daikin", daikin.payload},
		{"refused", "daikin", []byte("ret=PARAM NG,msg=404 Not Found")},
		{"the question", "dhip", dahua.payload},
		{"a length of 4 GB", "dhip", lyingCamera},
		{"the question", "ddp", playstation5.payload},
		{"another server", "ddp", []byte("HTTP/1.1 200 OK\nServer: nginx\n")},
		{"the question", "eiscp", onkyo.payload},
		{"another message", "eiscp", eiscp("!1PWR01\r\n")},
		{"somebody who asks", "mndp", []byte{0, 0, 0, 0}},
		{"a question to a vacuum cleaner", "mndp", irobot.payload},
		{"cut off", "mndp", mikrotik[:30]},
		{"another announcement", "bambu", []byte("NOTIFY * HTTP/1.1\r\nNT: upnp:rootdevice\r\n\r\n")},
		{"sealed otherwise", "tuya", lyingTuya},
		{"a frame without a text", "tuya", tuyaFrame(nil)},
		{"padding alone", "tuya", tuyaHidden(nil)},
	} {
		if got, err := parsers[tt.parser].parse(tt.answer); !errors.Is(err, errOdd) || got != nil {
			t.Errorf("%s, %s: got %+v, %v", tt.parser, tt.name, got, err)
		}
	}
	for name, p := range parsers {
		for _, b := range [][]byte{nil, {0}, []byte("hello"), []byte("HTTP/1.1 200 OK\r\n\r\n"), bytes.Repeat([]byte("A"), 9000), []byte("null"), []byte("[1]")} {
			if got, err := p.parse(b); !errors.Is(err, errOdd) || got != nil {
				t.Errorf("%s: %.20q: got %+v, %v", name, b, got, err)
			}
		}
	}
}

func TestKasaHidesAsItsAppDoes(t *testing.T) {
	// The first bytes of every question that python-kasa sends.
	if got := hex.EncodeToString(kasa.payload[:8]); got != "d0f281f88bff9af7" {
		t.Errorf("got %s", got)
	}
	if got := unhide(kasa.payload); string(got) != `{"system":{"get_sysinfo":{}}}` {
		t.Errorf("got %q", got)
	}
}

func FuzzParse(f *testing.F) {
	for _, p := range parsers {
		f.Add(p.good)
	}
	f.Add(tuyaSealed(tuyaText))
	f.Add(gateway)
	f.Fuzz(func(t *testing.T, b []byte) {
		for name, p := range parsers {
			facts, err := p.parse(b)
			if err != nil {
				if facts != nil || !errors.Is(err, errOdd) {
					t.Errorf("%s: got %+v with %v", name, facts, err)
				}
				continue
			}
			if len(facts) == 0 || len(facts) > 8 {
				t.Errorf("%s: %d facts", name, len(facts))
			}
			for _, f := range facts {
				if f.Value == "" || f.Value != discovery.Clean(f.Value) {
					t.Errorf("%s: not clean: %q", name, f)
				}
			}
		}
	})
}
