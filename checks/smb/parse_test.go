package smb

import "testing"

func FuzzParse(f *testing.F) {
	f.Add(old(0, 17)[4:])
	f.Add(old(0xffff, 1)[4:])
	f.Add(agreed(header(agree, 0, 0, 0))[4:])
	f.Add(reply(header(connect, 3, 0, 1), statusOK, []byte{16, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xa9, 0, 0x1f, 0})[4:])
	f.Fuzz(func(t *testing.T, b []byte) {
		if v, err := parseVersion(b); err != nil && v != noVersion {
			t.Errorf("got %d, %v", v, err)
		}
		a, err := parseAnswer(b, connect, 3)
		if err != nil {
			return
		}
		if x, err := parseFolder(a.body); err == nil && x.may() == "" {
			t.Errorf("got %+v", x)
		}
	})
}
