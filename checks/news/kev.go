package news

import (
	"encoding/json"
	"time"

	"porchlight/discovery"
)

// kev is the catalogue of known exploited vulnerabilities of the American agency CISA, as it keeps it on GitHub
// (https://github.com/cisagov/kev-data, CC0-1.0). It is asked in every home: its answer is the same for all.
type kev struct{}

func (kev) Name() string { return "kev" }
func (kev) Host() string { return "raw.githubusercontent.com" }

func (kev) Requests([]Product) []Request {
	return []Request{{Path: "/cisagov/kev-data/main/known_exploited_vulnerabilities.json", Limit: 8 << 20}} // 1.6 MB in 2026
}

// maxHoles is how many entries are kept; in 2026 there are 1,700.
const maxHoles = 10_000

func (kev) Parse(_ Request, body []byte) (Answer, error) {
	var doc struct {
		Released time.Time `json:"dateReleased"`
		Holes    []struct {
			CVE     string `json:"cveID"`
			Maker   string `json:"vendorProject"`
			Product string `json:"product"`
			Added   string `json:"dateAdded"`
		} `json:"vulnerabilities"`
	}
	if err := json.Unmarshal(body, &doc); err != nil || doc.Released.IsZero() || len(doc.Holes) > maxHoles {
		return Answer{}, odd("catalogue", err)
	}
	out := Answer{Dated: doc.Released.UTC()}
	for _, h := range doc.Holes {
		added, err := time.Parse(time.DateOnly, h.Added)
		maker, product := discovery.Clean(h.Maker), discovery.Clean(h.Product)
		if err != nil || !isCVE.MatchString(h.CVE) || maker == "" || product == "" {
			continue // one entry that was typed wrong must not hide the others
		}
		out.Holes = append(out.Holes, Hole{CVE: h.CVE, Maker: maker, Product: product, Added: added})
	}
	if len(out.Holes) == 0 {
		return Answer{}, odd("catalogue without entries", nil)
	}
	return out, nil
}
