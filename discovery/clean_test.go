package discovery

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

var cleaned = []struct{ name, in, want string }{
	{"plain", "Hall camera", "Hall camera"},
	{"white space", "  Hall \t\r\n camera ", "Hall camera"},
	{"escape", "\x1b[31mred\x1b[0m", "[31mred[0m"},
	{"nul and bell", "a\x00b\x07c", "abc"},
	{"bidi override", "cam\u202egpj.exe", "camgpj.exe"},
	{"bidi isolates", "\u2066a\u2069b", "ab"},
	{"zero width", "a\u200bb\ufeffc", "abc"},
	{"broken UTF-8", "a\xff\xfeb", "ab"},
	{"C1", "a\u009bb", "ab"},
	{"emoji and Arabic", "كاميرا 📷", "كاميرا 📷"},
	{"HTML stays text", "<b>x</b>", "<b>x</b>"},
	{"empty", "\u202e\x00", ""},
}

func TestCleanTextIsHarmless(t *testing.T) {
	for _, tt := range cleaned {
		t.Run(tt.name, func(t *testing.T) {
			if got := Clean(tt.in); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	if got := Line(strings.Repeat("ä", 500)); utf8.RuneCountInString(got) != MaxNameRunes {
		t.Errorf("a line has %d characters, want %d", utf8.RuneCountInString(got), MaxNameRunes)
	}
}

func FuzzClean(f *testing.F) {
	for _, tt := range cleaned {
		f.Add(tt.in)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Clean(s)
		if !utf8.ValidString(got) || len(got) > MaxValueBytes {
			t.Errorf("%q: %d bytes, valid %v", got, len(got), utf8.ValidString(got))
		}
		if again := Clean(got); again != got {
			t.Errorf("cleaning twice: %q, then %q", got, again)
		}
		for _, r := range got {
			if unicode.IsControl(r) || hidden(r) {
				t.Errorf("%q holds %U", got, r)
			}
		}
	})
}

func TestMACsAreReadAndHidden(t *testing.T) {
	m, err := ParseMAC("EC-71-DB-00-00-01")
	if err != nil || m.String() != "ec:71:db:00:00:01" || m.Private() {
		t.Errorf("got %v, %v", m, err)
	}
	if s := m.LogValue().String(); strings.Contains(s, "0001") || strings.Contains(s, "00:01") {
		t.Errorf("the log shows %s", s)
	}
	for _, bad := range []string{"", "x", "00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:fb", "00:11:22:33:44:55:66:77"} {
		if _, err := ParseMAC(bad); err == nil {
			t.Errorf("%q was taken for the address of a device", bad)
		}
	}
	if m, _ := ParseMAC("da:a1:19:00:00:01"); !m.Private() {
		t.Error("a made-up address was taken for the maker's")
	}
}
