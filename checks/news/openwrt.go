package news

import (
	"encoding/json"
	"strings"
)

// openWrt is what the project's firmware selector asks: the newest version, and that of the line before, which
// still gets repairs.
type openWrt struct{}

func (openWrt) Name() string { return "openwrt" }
func (openWrt) Host() string { return "downloads.openwrt.org" }

func (openWrt) Requests(home []Product) []Request {
	if !has(home, "OpenWrt") {
		return nil
	}
	return []Request{{Path: "/.versions.json"}}
}

func (o openWrt) Parse(r Request, body []byte) (Answer, error) {
	var doc struct {
		Stable    string `json:"stable_version"`
		OldStable string `json:"oldstable_version"`
	}
	if err := json.Unmarshal(body, &doc); err != nil || !isDotted.MatchString(doc.Stable) {
		return Answer{}, odd("versions", err)
	}
	newest := News{Maker: "OpenWrt", Version: doc.Stable, Page: page(o, r)}
	out := Answer{News: []News{newest}}
	if parts := strings.Split(doc.OldStable, "."); isDotted.MatchString(doc.OldStable) && newer(doc.Stable, doc.OldStable) && len(parts) > 1 {
		newest.Version, newest.Line = doc.OldStable, parts[0]+"."+parts[1]
		out.News = append(out.News, newest)
	}
	return out, nil
}
