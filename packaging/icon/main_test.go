package main

import (
	"bytes"
	"encoding/binary"
	"image/png"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"golang.org/x/image/bmp"

	"porchlight/assets"
)

// drawn gives the files that the program writes. Drawing takes a second, so it is done once.
var drawn = sync.OnceValues(func() (map[string][]byte, error) {
	folder, err := os.MkdirTemp("", "icon")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	if err := write(folder); err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	names, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if files[name.Name()], err = os.ReadFile(filepath.Join(folder, name.Name())); err != nil {
			return nil, err
		}
	}
	return files, nil
})

func file(t *testing.T, name string) []byte {
	t.Helper()
	files, err := drawn()
	if err != nil || files[name] == nil {
		t.Fatalf("%s was not drawn: %v", name, err)
	}
	return files[name]
}

// wantPicture fails unless b is a PNG of n by n pixels.
func wantPicture(t *testing.T, what string, b []byte, n int) {
	t.Helper()
	c, err := png.DecodeConfig(bytes.NewReader(b))
	if err != nil || c.Width != n || c.Height != n {
		t.Errorf("%s: %d by %d pixels (%v), want %d", what, c.Width, c.Height, err, n)
	}
}

func TestTheIconOfTheWindowIsThatOfThePackages(t *testing.T) {
	kept, err := assets.Icons.ReadFile("icons/app.png")
	if err != nil || !bytes.Equal(kept, file(t, "icon-128.png")) {
		t.Errorf("assets/icons/app.png is not the icon-128.png that packaging/icon makes of app.svg (%v)", err)
	}
}

func TestTheIconOfWindowsHoldsWhatItLists(t *testing.T) {
	b := file(t, "Porchlight.ico")
	count := int(binary.LittleEndian.Uint16(b[4:]))
	if count != len(windows) {
		t.Fatalf("%d pictures, want %d", count, len(windows))
	}
	for i := range count {
		line := b[6+16*i:]
		size, at := binary.LittleEndian.Uint32(line[8:]), binary.LittleEndian.Uint32(line[12:])
		side := int(line[0])
		if side == 0 {
			side = 256
		}
		wantPicture(t, "ico", b[at:at+size], side)
	}
}

func TestTheIconOfMacOSHoldsWhatItLists(t *testing.T) {
	b := file(t, "Porchlight.icns")
	if string(b[:4]) != "icns" || int(binary.BigEndian.Uint32(b[4:])) != len(b) {
		t.Fatalf("it begins with % x and has %d bytes", b[:8], len(b))
	}
	b = b[8:]
	for _, m := range mac {
		if string(b[:4]) != m.name {
			t.Fatalf("got %q, want %q", b[:4], m.name)
		}
		n := binary.BigEndian.Uint32(b[4:])
		wantPicture(t, m.name, b[8:n], m.size)
		b = b[n:]
	}
}

func TestTheSideOfTheSetupIsTwiceWhatNSISWants(t *testing.T) {
	c, err := bmp.DecodeConfig(bytes.NewReader(file(t, "side.bmp")))
	if err != nil || c.Width != 2*164 || c.Height != 2*314 {
		t.Errorf("%d by %d pixels (%v)", c.Width, c.Height, err)
	}
}

func TestTheSameDrawingGivesTheSameBytes(t *testing.T) {
	b, err := side()
	if err != nil || !bytes.Equal(b, file(t, "side.bmp")) {
		t.Errorf("it differs (%v)", err)
	}
}
