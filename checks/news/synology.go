package news

import (
	"encoding/xml"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// synology is the list that storage of Synology itself asks. It names the models that each version is for.
type synology struct{}

func (synology) Name() string { return "synology" }
func (synology) Host() string { return "update7.synology.com" }

func (synology) Requests(home []Product) []Request {
	if !has(home, "Synology") {
		return nil
	}
	return []Request{{Path: "/autoupdate/genRSS.php", Limit: 8 << 20}}
}

// The name of the file says the model: ".../DSM_DS1621%2B_72806.pat".
var (
	dsmTitle = regexp.MustCompile(`^DSM ([0-9]+\.[0-9]+(?:\.[0-9]+)?-[0-9]{4,6})$`)
	dsmFile  = regexp.MustCompile(`/DSM_([A-Za-z0-9+-]{3,16})_[0-9]{4,6}\.pat$`)
)

func (s synology) Parse(r Request, body []byte) (Answer, error) {
	var doc struct {
		Items []struct {
			Title  string `xml:"title"`
			Phase  string `xml:"BuildPhase"`
			Build  string `xml:"BuildNum"`
			Models []struct {
				Link string `xml:"mLink"`
			} `xml:"model"`
		} `xml:"channel>item"`
	}
	if err := xml.Unmarshal(body, &doc); err != nil {
		return Answer{}, odd("list of versions", err)
	}
	builds := map[string]uint64{} // of the newest, by model
	versions := map[string]string{}
	for _, item := range doc.Items {
		title := dsmTitle.FindStringSubmatch(strings.TrimSpace(item.Title))
		build, err := strconv.ParseUint(strings.TrimSpace(item.Build), 10, 32)
		if title == nil || err != nil || strings.TrimSpace(item.Phase) != "0" { // another phase is a beta
			continue
		}
		for _, m := range item.Models {
			link, err := url.PathUnescape(strings.TrimSpace(m.Link))
			model := dsmFile.FindStringSubmatch(link)
			if err != nil || model == nil || build <= builds[model[1]] || len(builds) == maxNews {
				continue
			}
			builds[model[1]], versions[model[1]] = build, title[1]
		}
	}
	var out Answer
	for model, version := range versions {
		out.News = append(out.News, News{Maker: "Synology", Model: model, Version: version, Page: page(s, r)})
	}
	return sorted(out)
}
