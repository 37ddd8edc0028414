package news

import (
	"encoding/json"
	"strings"
	"time"
)

// ubiquiti is the list of the newest versions for UniFi access points and switches, by the letters of their
// platform.
type ubiquiti struct{}

func (ubiquiti) Name() string { return "ubiquiti" }
func (ubiquiti) Host() string { return "fw-update.ubnt.com" }

func (ubiquiti) Requests(home []Product) []Request {
	if !has(home, "Ubiquiti") {
		return nil
	}
	return []Request{{Path: "/api/firmware-latest?filter=eq~~channel~~release&filter=eq~~product~~unifi-firmware", Limit: 4 << 20}}
}

// Parse reads versions like "v6.6.77+15402", whose end is the number of the build.
func (u ubiquiti) Parse(r Request, body []byte) (Answer, error) {
	var doc struct {
		Embedded struct {
			Firmware []struct {
				Channel  string    `json:"channel"`
				Platform string    `json:"platform"`
				Product  string    `json:"product"`
				Version  string    `json:"version"`
				Created  time.Time `json:"created"`
			} `json:"firmware"`
		} `json:"_embedded"`
	}
	if err := json.Unmarshal(body, &doc); err != nil || len(doc.Embedded.Firmware) > maxNews {
		return Answer{}, odd("list of versions", err)
	}
	newest := map[string]News{}
	for _, f := range doc.Embedded.Firmware {
		version, _, _ := strings.Cut(strings.TrimPrefix(f.Version, "v"), "+")
		if f.Channel != "release" || f.Product != "unifi-firmware" || !isModel.MatchString(f.Platform) || !isDotted.MatchString(version) {
			continue
		}
		if was, ok := newest[f.Platform]; !ok || newer(version, was.Version) {
			newest[f.Platform] = News{Maker: "Ubiquiti", Model: f.Platform, Version: version, Date: f.Created.UTC(), Page: page(u, r)}
		}
	}
	var out Answer
	for _, n := range newest {
		out.News = append(out.News, n)
	}
	return sorted(out)
}
