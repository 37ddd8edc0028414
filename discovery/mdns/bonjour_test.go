package mdns

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// macOS lets an app browse only for the types that its Info.plist lists.
func TestBonjourServicesOfTheMacAppAreThoseThatAreAskedFor(t *testing.T) {
	b, err := os.ReadFile("../../packaging/macos/Info.plist")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range regexp.MustCompile(`<string>(_[^<]+)</string>`).FindAllSubmatch(b, -1) {
		got = append(got, string(m[1]))
	}
	want := slices.Sorted(slices.Values(slices.Concat([]string{metaType}, fixedTypes, rareTypes)))
	if d := cmp.Diff(want, got); d != "" {
		t.Error("packaging/macos/Info.plist, NSBonjourServices (-want +got):\n" + d)
	}
}
