package system

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// hostile are names of devices that would be more than words somewhere.
var hostile = []string{
	"$(calc)", "`calc`", "$env:PATH", "${IFS}", "%PATH%", "<b>", "<img src=x>", "&lt;b&gt;", "'; rm -rf ~; '", `"; calc; "`, `" & (do shell script "calc") & "`,
	"-e", "--", "-Command calc", "\x1b[31mred\x1b]0;title\a", "a\u202etxt.exe", "a\x00b", "a\nb\r\nc", "</text><action/>", "@(calc)", "\u2028line", "€ Жук 日本",
}

// TestWordsOfDevicesStayWords gives every script a note with such names: what is run never changes, and the words come
// out as they went in, without what cannot be seen.
func TestWordsOfDevicesStayWords(t *testing.T) {
	t.Parallel()
	constArgs, _ := toast(Note{})
	constBanner := banner(Note{})
	for _, h := range hostile {
		n := Note{Title: h, Body: []string{h, "two"}}.clean()
		for _, s := range append(n.Body, n.Title) {
			if strings.ContainsAny(s, "\x00\x1b\a\r\n\u202e\u2028") {
				t.Errorf("%q is left", s)
			}
		}
		args, env := toast(n)
		if !slices.Equal(args, constArgs) {
			t.Errorf("%q got into what PowerShell runs: %q", h, args)
		}
		if want := []string{"PORCHLIGHT_TITLE=" + n.Title, "PORCHLIGHT_BODY=" + n.Body[0] + "\ntwo"}; !slices.Equal(env, want) {
			t.Errorf("got %q, want %q", env, want)
		}
		args = banner(n)
		if fixed := len(constBanner) - 2; !slices.Equal(args[:fixed], constBanner[:fixed]) || args[fixed] != n.Title || args[fixed+1] != n.Body[0]+"\ntwo" {
			t.Errorf("%q: got %q", h, args)
		}
		if got := markup(n.Body); strings.ContainsAny(got, "<>") {
			t.Errorf("%q: a tag is left: %q", h, got)
		}
		if got := plain(n.Body); strings.ContainsAny(got, "<>&") {
			t.Errorf("%q: a tag is left: %q", h, got)
		}
	}
	// The scripts are constants without any place to fill in, and read the words by name only.
	if strings.Count(toastScript, "$env:") != 2 || strings.ContainsAny(toastScript, "%\"`") || strings.Contains(toastScript, "Invoke-Expression") {
		t.Errorf("got %s", toastScript)
	}
	if fixed := len(constBanner) - 2; constBanner[fixed-2] != "--" || strings.HasPrefix(constBanner[fixed-1], "-") {
		t.Errorf("words could be taken for options: %q", constBanner)
	}
	if got, want := markup([]string{"<b>Hall</b> & 'co'"}), "&lt;b&gt;Hall&lt;/b&gt; &amp; &#39;co&#39;"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestBattery(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		supplies map[string]string
		want     bool
	}{
		{"a desktop", nil, false},
		{"a laptop at the socket", map[string]string{"AC/type": "Mains", "AC/online": "1", "BAT0/type": "Battery", "BAT0/status": "Charging"}, false},
		{"a laptop on its battery", map[string]string{"AC/type": "Mains", "AC/online": "0", "BAT0/type": "Battery", "BAT0/status": "Discharging"}, true},
		{"a tired socket", map[string]string{"AC/type": "Mains", "AC/online": "1", "BAT0/type": "Battery", "BAT0/status": "Discharging"}, false},
		{"by USB-C", map[string]string{"ucsi/type": "USB", "ucsi/online": "1", "BAT0/type": "Battery", "BAT0/status": "Not charging"}, false},
		{"two batteries", map[string]string{"BAT0/type": "Battery", "BAT0/status": "Full", "BAT1/type": "Battery", "BAT1/status": "Discharging"}, true},
		{"a mouse", map[string]string{"hidpp/type": "Battery", "hidpp/scope": "Device", "hidpp/status": "Discharging"}, false},
		{"nothing said", map[string]string{"BAT0/type": ""}, false},
	} {
		files := fstest.MapFS{}
		for name, s := range tt.supplies {
			files[name] = &fstest.MapFile{Data: []byte(s + "\n")}
		}
		if got := onBattery(files); got != tt.want {
			t.Errorf("%s: got %t", tt.name, got)
		}
	}
	for said, want := range map[string]bool{
		"Now drawing from 'Battery Power'\n -InternalBattery-0 (id=1)\t91%; discharging": true,
		"Now drawing from 'AC Power'\n -InternalBattery-0 (id=1)\t91%; charged":          false,
		"": false,
	} {
		if got := pmsetBattery(said); got != want {
			t.Errorf("%q: got %t", said, got)
		}
	}
	for said, want := range map[string]bool{"Fixed\r\n": true, "Variable\r\n": true, "Unrestricted\r\n": false, "Unknown": false, "": false} {
		if got := costMetered(said); got != want {
			t.Errorf("%q: got %t", said, got)
		}
	}
}
