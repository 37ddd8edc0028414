package news

import (
	"encoding/json"
	"strings"
	"time"
)

// releases are those of one project on GitHub (https://docs.github.com/rest/releases). The newest is one that is no beta.
type releases struct {
	name, maker, repository string
}

func (r releases) Name() string { return r.name }
func (releases) Host() string   { return "api.github.com" }

func (r releases) Requests(home []Product) []Request {
	if !has(home, r.maker) {
		return nil
	}
	return []Request{{Path: "/repos/" + r.repository + "/releases/latest"}}
}

func (r releases) Parse(_ Request, body []byte) (Answer, error) {
	var doc struct {
		Tag        string    `json:"tag_name"`
		Draft      bool      `json:"draft"`
		Prerelease bool      `json:"prerelease"`
		Published  time.Time `json:"published_at"`
	}
	err := json.Unmarshal(body, &doc)
	version := strings.TrimPrefix(doc.Tag, "v")
	if err != nil || doc.Draft || doc.Prerelease || !isDotted.MatchString(version) {
		return Answer{}, odd("release", err)
	}
	return Answer{News: []News{{
		Maker: r.maker, Version: version, Date: doc.Published.UTC(), Page: "https://github.com/" + r.repository + "/releases",
	}}}, nil
}
