package news

import (
	"testing"
	"unicode/utf8"

	"porchlight/discovery"
)

func FuzzParse(f *testing.F) {
	for _, body := range honest {
		f.Add([]byte(body))
	}
	f.Add([]byte("<html>"))
	f.Add([]byte(`{"_embedded": {"firmware": [{}]}, "updates": [{}], "data": {"": {}}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, s := range All() {
			for _, r := range s.Requests(everything) {
				a, err := s.Parse(r, body)
				if err != nil {
					if len(a.News)+len(a.Holes) > 0 {
						t.Errorf("%s: an error and an answer: %+v", s.Name(), a)
					}
					continue
				}
				if len(a.News)+len(a.Holes) == 0 || len(a.News) > maxNews || len(a.Holes) > maxHoles || len(a.Support) > 0 {
					t.Errorf("%s: %d versions, %d holes, support %v", s.Name(), len(a.News), len(a.Holes), a.Support)
				}
				for _, n := range a.News {
					if n.Maker == "" || n.Version == "" || len(n.Version) > 64 || !clean(n.Version) || !clean(n.Model) || r.Model != "" && n.Model != r.Model {
						t.Errorf("%s: %+v", s.Name(), n)
					}
				}
				for _, h := range a.Holes {
					if h.CVE == "" || !clean(h.Maker) || !clean(h.Product) {
						t.Errorf("%s: %+v", s.Name(), h)
					}
				}
			}
		}
	})
}

func clean(s string) bool { return utf8.ValidString(s) && discovery.Clean(s) == s }
