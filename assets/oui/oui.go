// Package oui tells from a hardware address who made the network card. The table is made by
// "make oui" from the registries of the IEEE (MA-L, MA-M, MA-S and IAB) in Debian's package
// ieee-data 20220827.1; the IEEE asserts no copyright in them.
package oui

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/hex"
	"io"
	"regexp"
	"sort"
	"strings"
	"sync"

	"porchlight/discovery"
)

//go:embed oui.txt.gz
var packed []byte

// maxTable bounds the unpacked table; it has about 1.5 MB.
const maxTable = 8 << 20

// A table is sorted lines of a prefix, a tab and an organisation.
type table struct {
	text  string
	lines []int // where each begins
}

var load = sync.OnceValue(func() table {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return table{} // a test excludes it
	}
	raw, err := io.ReadAll(io.LimitReader(z, maxTable)) //nolint:forbidigo // limited
	if err != nil {
		return table{}
	}
	t := table{text: string(raw)}
	for at := 0; at < len(t.text); {
		t.lines = append(t.lines, at)
		n := strings.IndexByte(t.text[at:], '\n')
		if n < 0 {
			break
		}
		at += n + 1
	}
	return t
})

// Vendor gives the organisation that a hardware address was given to, by its longest
// registered prefix; "" if there is none, or if the device made the address up.
func Vendor(m discovery.MAC) string {
	if m.IsZero() || m.Private() {
		return ""
	}
	t, digits := load(), hex.EncodeToString(m[:])
	for _, n := range []int{9, 7, 6} { // 36, 28 and 24 bits
		key := digits[:n] + "\t"
		i := sort.Search(len(t.lines), func(i int) bool { return t.text[t.lines[i]:] >= key })
		if i < len(t.lines) && strings.HasPrefix(t.text[t.lines[i]:], key) {
			name, _, _ := strings.Cut(t.text[t.lines[i]+len(key):], "\n")
			return name
		}
	}
	return ""
}

// tiny are the makers of chips that small devices are built on, and that restart when they
// are asked fast, whatever the device is sold as.
var tiny = regexp.MustCompile(`(?i)^(espressif|beken|bouffalo|tuya|shenzhen bilian|hi-?flying|realtek semiconductor)`)

// Tiny reports whether a hardware address is that of a chip which restarts when it is asked fast.
func Tiny(m discovery.MAC) bool { return tiny.MatchString(Vendor(m)) }
