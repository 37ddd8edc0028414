package news

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// hue is what the Hue bridges ask. It is told the type of the bridge, and that it has no version yet.
type hue struct{}

func (hue) Name() string { return "hue" }
func (hue) Host() string { return "firmware.meethue.com" }

// bridges are the types of bridges that still get versions.
var bridges = []string{"BSB002", "BSB003"}

func (hue) Requests(home []Product) []Request {
	var out []Request
	for _, b := range bridges {
		if slices.ContainsFunc(home, func(p Product) bool { return p.Maker == "Philips Hue" && p.Model == b }) {
			out = append(out, Request{Path: "/v1/checkupdate?deviceTypeId=" + b + "&version=0", Model: b})
		}
	}
	return out
}

// Parse reads a list whose newest version is not always the last one. Versions are plain numbers.
func (h hue) Parse(r Request, body []byte) (Answer, error) {
	var doc struct {
		Updates []struct {
			Version   uint64 `json:"version"`
			CreatedAt string `json:"createdAt"`
		} `json:"updates"`
	}
	if err := json.Unmarshal(body, &doc); err != nil || len(doc.Updates) == 0 {
		return Answer{}, odd("list of versions", err)
	}
	newest := doc.Updates[0]
	for _, u := range doc.Updates {
		if u.Version > newest.Version {
			newest = u
		}
	}
	if newest.Version == 0 {
		return Answer{}, odd("version", nil)
	}
	day, _, _ := strings.Cut(newest.CreatedAt, "T")
	date, err := time.Parse(time.DateOnly, day)
	if err != nil {
		date = time.Time{} // the version counts
	}
	return Answer{News: []News{{
		Maker: "Philips Hue", Model: r.Model, Version: strconv.FormatUint(newest.Version, 10), Date: date, Page: page(h, r),
	}}}, nil
}
