package makers

import (
	"strings"
	"testing"
	"testing/fstest"

	"porchlight/discovery"
)

func TestMenusAreOfTheRightProducts(t *testing.T) {
	c, err := load(fstest.MapFS{
		"a.toml": {Data: []byte("name = \"X\"\n[[menu]]\nkinds = [\"router\"]\n[menu.places]\npassword = \"Advanced > Password\"\n")},
		"b.toml": {Data: []byte("name = \"X\"\n[[menu]]\n[menu.places]\nupdate = \"Update\"\n[[menu]]\nkinds = [\"camera\"]\n[menu.places]\npassword = \"Users\"\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		vendor string
		kind   discovery.Kind
		place  Place
		want   string
	}{
		{"X", discovery.KindRouter, PlacePassword, "Advanced > Password"},
		{"X", discovery.KindCamera, PlacePassword, "Users"},
		{"X", discovery.KindTV, PlacePassword, ""},
		{"X", discovery.KindTV, PlaceUpdate, "Update"},
		{"X", discovery.KindUnknown, PlacePassword, ""},
		{"X", discovery.KindRouter, PlaceWiFi, ""},
		{"X", discovery.KindRouter, "", ""},
		{"Y", discovery.KindRouter, PlaceUpdate, ""},
		{"", discovery.KindRouter, PlaceUpdate, ""},
	} {
		if got := c.Menu(tt.vendor, tt.kind, tt.place); got != tt.want {
			t.Errorf("%s %q %s: got %q, want %q", tt.vendor, tt.kind, tt.place, got, tt.want)
		}
	}
}

func TestAWrongMenuIsNamed(t *testing.T) {
	for name, menu := range map[string]string{
		"no such place": "[menu.places]\nkitchen = \"Cupboard\"\n",
		"no path":       "[menu.places]\npassword = \"\"\n",
		"two lines":     "[menu.places]\npassword = \"A\\nB\"\n",
		"no such kind":  "kinds = [\"toaster\"]\n[menu.places]\npassword = \"A\"\n",
	} {
		_, err := load(fstest.MapFS{"x.toml": {Data: []byte("name = \"X\"\n[[menu]]\n" + menu)}})
		if err == nil || !strings.Contains(err.Error(), "x.toml") || !strings.Contains(err.Error(), "menu 1") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestTheBiggestMakersHaveMenus(t *testing.T) {
	c, err := All()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, m := range c.Makers {
		for _, menu := range m.Menus {
			if len(menu.Places) == 0 {
				t.Errorf("%s: a menu without places", m.File)
			}
			for place, path := range menu.Places {
				if strings.ContainsAny(path, "→»{}") || strings.Contains(path, ">>") {
					t.Errorf("%s: %s is not written with > between its parts: %q", m.File, place, path)
				}
			}
			n++
		}
	}
	if n < 20 {
		t.Errorf("only %d menus", n)
	}
}
