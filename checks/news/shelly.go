package news

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// shelly is the list of versions for the products of generation 1 (https://shelly-api-docs.shelly.cloud/gen1/).
type shelly struct{}

func (shelly) Name() string { return "shelly" }
func (shelly) Host() string { return "api.shelly.cloud" }

func (shelly) Requests(home []Product) []Request {
	// The types of generation 1 begin with these letters, such as SHPLG-S.
	if !slices.ContainsFunc(home, func(p Product) bool { return p.Maker == "Shelly" && strings.HasPrefix(p.Model, "SH") }) {
		return nil
	}
	return []Request{{Path: "/files/firmware"}}
}

// Parse reads versions like "20230913-112003/v1.14.0-gcb84623", which begin with the time when they were built.
func (s shelly) Parse(r Request, body []byte) (Answer, error) {
	var doc struct {
		OK   bool `json:"isok"`
		Data map[string]struct {
			Version string `json:"version"`
		} `json:"data"`
	}
	if err := json.Unmarshal(body, &doc); err != nil || !doc.OK || len(doc.Data) > maxNews {
		return Answer{}, odd("list of versions", err)
	}
	var out Answer
	for model, v := range doc.Data {
		built, version, _ := strings.Cut(v.Version, "/v")
		version, _, _ = strings.Cut(version, "-")
		date, err := time.Parse("20060102-150405", built)
		if err != nil || !isModel.MatchString(model) || !isDotted.MatchString(version) {
			continue
		}
		out.News = append(out.News, News{Maker: "Shelly", Model: model, Version: version, Date: date, Page: page(s, r)})
	}
	return sorted(out)
}
