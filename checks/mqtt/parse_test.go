package mqtt

import "testing"

func FuzzParse(f *testing.F) {
	f.Add([]byte("\x20\x02\x00\x00"))
	f.Add([]byte("\x20\x03\x00\x87\x00"))
	f.Add([]byte("HTTP/1.1 400 Bad Request\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if code, err := parseAnswer(b[:min(len(b), answerBytes)]); err == nil && (b[0] != 0x20 || code != b[3]) {
			t.Errorf("%x: got %d", b, code)
		}
	})
}
