package news

import (
	"regexp"
	"slices"
	"strings"
)

// netgear is what routers of Netgear themselves ask: one small file for each model.
type netgear struct{}

func (netgear) Name() string { return "netgear" }
func (netgear) Host() string { return "http.fw.updates1.netgear.com" }

// maxModels is how many models of one home are asked about.
const maxModels = 8

// netgearModel is how their routers are called, such as R7000 or RAX30.
var netgearModel = regexp.MustCompile(`^[A-Z]{1,5}[0-9]{2,5}[A-Za-z0-9]{0,4}$`)

func (netgear) Requests(home []Product) []Request {
	var out []Request
	for _, p := range home {
		r := Request{Path: "/" + strings.ToLower(p.Model) + "/auto/fileinfo.txt", Model: p.Model}
		if p.Maker == "Netgear" && netgearModel.MatchString(p.Model) && !slices.Contains(out, r) && len(out) < maxModels {
			out = append(out, r)
		}
	}
	return out
}

// netgearFile is the name of a file, such as R7000-V1.0.11.136_10.2.120.chk: model and version.
var netgearFile = regexp.MustCompile(`^([A-Za-z0-9]+)-V([0-9]+(?:\.[0-9]+){2,4}(?:_[0-9]+(?:\.[0-9]+){0,3})?)\.(?:chk|img|bin|zip)$`)

// Parse takes the first file; what follows is for other regions.
func (n netgear) Parse(r Request, body []byte) (Answer, error) {
	for line := range strings.Lines(string(body)) {
		name, ok := strings.CutPrefix(strings.TrimSpace(line), "file=")
		if !ok {
			continue
		}
		file := netgearFile.FindStringSubmatch(strings.TrimSpace(name))
		if file == nil || !strings.EqualFold(file[1], r.Model) {
			return Answer{}, odd("file of another model", nil)
		}
		return Answer{News: []News{{Maker: "Netgear", Model: r.Model, Version: "V" + file[2], Page: page(n, r)}}}, nil
	}
	return Answer{}, odd("list without a file", nil)
}
