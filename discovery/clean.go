package discovery

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits on what one device may say about itself, whoever asks.
const (
	MaxValueBytes = 512 // one fact
	MaxNameRunes  = 120 // one line on a screen
	MaxFacts      = 200 // one observation
	MaxServices   = 128 // one device
)

// Clean makes a stranger's text safe to store and to show as plain text: valid UTF-8,
// no control, bidi, zero-width or private characters, white space folded to single
// spaces, cut at MaxValueBytes on a character border.
func Clean(s string) string {
	var b strings.Builder
	space := false
	for _, r := range s {
		if r == utf8.RuneError || (unicode.IsControl(r) && !unicode.IsSpace(r)) || hidden(r) {
			continue
		}
		if unicode.IsSpace(r) {
			space = b.Len() > 0
			continue
		}
		n := utf8.RuneLen(r)
		if space {
			n++
		}
		if b.Len()+n > MaxValueBytes {
			break
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	return b.String()
}

// hidden reports whether r changes how its neighbours look without being seen itself.
func hidden(r rune) bool {
	switch {
	case r >= 0x200b && r <= 0x200f, // zero width, and marks of direction
		r >= 0x202a && r <= 0x202e, // bidi embedding and override
		r >= 0x2060 && r <= 0x2069, // word joiner, invisible operators, bidi isolates
		r == 0x00ad, r == 0x061c, r == 0xfeff:
		return true
	}
	return unicode.Is(unicode.Co, r) || unicode.Is(unicode.Cs, r)
}

// Line shortens cleaned text to what fits one line on a screen: MaxNameRunes, with an
// ellipsis where something was cut.
func Line(s string) string {
	s = Clean(s)
	if utf8.RuneCountInString(s) <= MaxNameRunes {
		return s
	}
	runes := []rune(s)
	return string(runes[:MaxNameRunes-1]) + "…"
}
