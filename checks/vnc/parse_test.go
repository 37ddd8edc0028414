package vnc

import "testing"

func FuzzParse(f *testing.F) {
	f.Add([]byte("RFB 003.008\n\x02\x01\x13"))
	f.Add([]byte("RFB 003.003\n\x00\x00\x00\x01"))
	f.Add([]byte("RFB 003.889\n\x04\x1e\x21\x24\x23"))
	f.Fuzz(func(t *testing.T, b []byte) {
		n := min(len(b), versionBytes)
		answer, listed, err := parseVersion(b[:n])
		if (err == nil) != (len(answer) == versionBytes) {
			t.Errorf("got %q, %v", answer, err)
		}
		types := b[n:]
		if !listed {
			types = []byte{chosen(types)}
		}
		none, password, unknown := weigh(types)
		if len(types) == 0 && (none || password || unknown) {
			t.Error("something comes of nothing")
		}
	})
}
