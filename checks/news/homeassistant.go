package news

import "encoding/json"

// homeAssistant is what Home Assistant itself asks.
type homeAssistant struct{}

func (homeAssistant) Name() string { return "home-assistant" }
func (homeAssistant) Host() string { return "version.home-assistant.io" }

func (homeAssistant) Requests(home []Product) []Request {
	if !has(home, "Home Assistant") {
		return nil
	}
	return []Request{{Path: "/stable.json"}}
}

func (h homeAssistant) Parse(r Request, body []byte) (Answer, error) {
	var doc struct {
		Channel       string
		HomeAssistant struct{ Default string }
	}
	if err := json.Unmarshal(body, &doc); err != nil || doc.Channel != "stable" || !isDotted.MatchString(doc.HomeAssistant.Default) {
		return Answer{}, odd("versions", err)
	}
	return Answer{News: []News{{Maker: "Home Assistant", Version: doc.HomeAssistant.Default, Page: page(h, r)}}}, nil
}
