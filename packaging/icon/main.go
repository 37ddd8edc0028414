// Icon draws the icon of the program in every size and form that the packages of the three systems want.
//
//	go run ./packaging/icon -o FOLDER
//
// It writes icon-16.png to icon-1024.png, Porchlight.ico and the side of the setup's pages (side.bmp) for Windows, and
// Porchlight.icns for macOS. The same drawing gives the same bytes.
package main

import (
	"bytes"
	"encoding/binary"
	"flag"
	"fmt"
	"image"
	"image/color"
	imagedraw "image/draw"
	"image/png"
	"os"
	"path/filepath"
	"strconv"

	"github.com/fyne-io/oksvg"
	"github.com/srwiley/rasterx"
	"golang.org/x/image/bmp"

	"porchlight/assets"
)

// The sizes, in pixels, that the systems ask for.
var (
	sizes   = []int{16, 24, 32, 48, 64, 128, 256, 512, 1024}
	windows = []int{16, 24, 32, 48, 64, 128, 256}
)

// mac names the pictures of an icns file by their size: from 10.7 on, all may be PNG. Some sizes stand twice: for
// screens with double resolution.
var mac = []struct {
	name string
	size int
}{{"ic11", 32}, {"ic12", 64}, {"ic07", 128}, {"ic13", 256}, {"ic08", 256}, {"ic14", 512}, {"ic09", 512}, {"ic10", 1024}}

func main() {
	out := flag.String("o", ".", "the folder to write to")
	flag.Parse()
	if err := write(*out); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "icon:", err)
		os.Exit(1)
	}
}

func write(folder string) error {
	pictures := map[int][]byte{}
	for _, n := range sizes {
		img, err := draw(n)
		if err != nil {
			return fmt.Errorf("draw %d pixels: %w", n, err)
		}
		var b bytes.Buffer
		if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, img); err != nil {
			return err
		}
		pictures[n] = b.Bytes()
		if err := keep(folder, "icon-"+strconv.Itoa(n)+".png", pictures[n]); err != nil {
			return err
		}
	}
	if err := keep(folder, "Porchlight.ico", ico(pictures)); err != nil {
		return err
	}
	if err := keep(folder, "Porchlight.icns", icns(pictures)); err != nil {
		return err
	}
	b, err := side()
	if err != nil {
		return err
	}
	return keep(folder, "side.bmp", b)
}

func keep(folder, name string, b []byte) error {
	return os.WriteFile(filepath.Join(folder, name), b, 0o644) //nolint:gosec // anybody may read a picture
}

// draw gives the icon with n by n pixels.
func draw(n int) (image.Image, error) {
	svg, err := assets.Icons.ReadFile("icons/app.svg")
	if err != nil {
		return nil, err
	}
	icon, err := oksvg.ReadIconStream(bytes.NewReader(svg))
	if err != nil {
		return nil, err
	}
	icon.SetTarget(0, 0, float64(n), float64(n))
	img := image.NewNRGBA(image.Rect(0, 0, n, n))
	icon.Draw(rasterx.NewDasher(n, n, rasterx.NewScannerGV(n, n, img, img.Bounds())), 1)
	return img, nil
}

// night is the ground of the icon in app.svg.
var night = color.NRGBA{0x2f, 0x27, 0x20, 0xff}

// side gives the left side of the first and the last page of the setup: the lamp in the night. NSIS wants 164 by 314
// pixels; this is twice as much, for sharp screens.
func side() ([]byte, error) {
	const wide, high, lamp = 328, 628, 240
	icon, err := draw(lamp)
	if err != nil {
		return nil, err
	}
	img := image.NewNRGBA(image.Rect(0, 0, wide, high))
	imagedraw.Draw(img, img.Bounds(), image.NewUniform(night), image.Point{}, imagedraw.Src)
	imagedraw.Draw(img, icon.Bounds().Add(image.Pt((wide-lamp)/2, high/4)), icon, image.Point{}, imagedraw.Over)
	var b bytes.Buffer
	err = bmp.Encode(&b, img)
	return b.Bytes(), err
}

// ico puts pictures into a file of Windows: a header, a line for each, and the PNG files as they are.
func ico(pictures map[int][]byte) []byte {
	out := binary.LittleEndian.AppendUint16(nil, 0)
	out = binary.LittleEndian.AppendUint16(out, 1)                    // an icon
	out = binary.LittleEndian.AppendUint16(out, uint16(len(windows))) //nolint:gosec // seven
	at := len(out) + 16*len(windows)
	for _, n := range windows {
		side := byte(n % 256) //nolint:gosec // 0 means 256
		out = append(out, side, side, 0, 0)
		out = binary.LittleEndian.AppendUint16(out, 1)  // planes
		out = binary.LittleEndian.AppendUint16(out, 32) // bits per pixel
		out = binary.LittleEndian.AppendUint32(out, bytesOf(len(pictures[n])))
		out = binary.LittleEndian.AppendUint32(out, bytesOf(at))
		at += len(pictures[n])
	}
	for _, n := range windows {
		out = append(out, pictures[n]...)
	}
	return out
}

// icns puts pictures into a file of macOS: a header, and each PNG file under its name and length.
func icns(pictures map[int][]byte) []byte {
	var body []byte
	for _, m := range mac {
		body = append(body, m.name...)
		body = binary.BigEndian.AppendUint32(body, bytesOf(8+len(pictures[m.size])))
		body = append(body, pictures[m.size]...)
	}
	out := binary.BigEndian.AppendUint32([]byte("icns"), bytesOf(8+len(body)))
	return append(out, body...)
}

// bytesOf gives a count of bytes as files have it; pictures are small.
func bytesOf(n int) uint32 { return uint32(n) } //nolint:gosec // some 100 kB
