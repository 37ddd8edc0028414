package news

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"porchlight/discovery"
)

// records is a place that keeps the record of each hole, by its CVE: in which versions of which products it is. It is
// asked about the holes that the list of CISA names for a product of this home, and about no others: that list says no
// versions. A record then tells that a device has the repair, or which version brings it.
//
// The NVD wants at most 5 requests within 30 s of those without a key (https://nvd.nist.gov/developers/start-here).
// perDay is less, and a source is asked once a day.
type records struct {
	name, host, said string
	path             func(cve string) string
	wanted           []string // holes
}

// perDay is how many records one source is asked for on one day.
const perDay = 4

// fresh is how long a record is good: most never change.
const fresh = 30 * 24 * time.Hour

// places are those that keep records: the American NVD, and the CVE programme itself on GitHub.
func places() []records {
	return []records{
		{name: NVD, host: "services.nvd.nist.gov", said: "NVD", path: func(cve string) string { return "/rest/json/cves/2.0?cveId=" + cve }},
		{name: "cve", host: "raw.githubusercontent.com", said: "cve.org", path: func(cve string) string {
			parts := strings.Split(cve, "-") // CVE, year and number
			return "/CVEProject/cvelistV5/main/cves/" + parts[1] + "/" + parts[2][:len(parts[2])-3] + "xxx/" + cve + ".json"
		}},
	}
}

// NVD is the switch of the source that wants to be named where it is used.
const NVD = "nvd"

// Records lists the sources of records, each for the wanted holes that it has not told of lately, the first ones first.
func Records(wanted []string, kept []State, now time.Time) []Source {
	var out []Source
	for _, r := range places() {
		i := slices.IndexFunc(kept, func(s State) bool { return s.Source == r.name })
		for _, cve := range wanted {
			if !isCVE.MatchString(cve) || slices.Contains(r.wanted, cve) || len(r.wanted) == perDay {
				continue
			}
			if i < 0 || now.Sub(kept[i].Parts[r.path(cve)].Answered).Abs() >= fresh {
				r.wanted = append(r.wanted, cve)
			}
		}
		out = append(out, r)
	}
	return out
}

func (r records) Name() string { return r.name }
func (r records) Host() string { return r.host }

func (r records) Requests([]Product) []Request {
	var out []Request
	for _, cve := range r.wanted {
		out = append(out, Request{Path: r.path(cve), Model: cve})
	}
	return out
}

// A Record says in which versions of which products one hole is.
type Record struct {
	CVE    string  `json:"cve"`
	Source string  `json:"source"` // who says so
	Ranges []Range `json:"ranges,omitempty"`
}

// A Range is the versions of one product with a hole: those before Fixed, or those up to Until, or all of them. From is
// the first, if earlier ones are without it.
type Range struct {
	Maker   string `json:"maker"` // as the catalogue calls it
	Product string `json:"product"`
	From    string `json:"from,omitempty"`
	Fixed   string `json:"fixed,omitempty"`
	Until   string `json:"until,omitempty"`
	// Unclear says that the record has more to say of the product, in words that no program compares.
	Unclear bool `json:"unclear,omitempty"`
}

// Of lists what a record says of a product of a maker, by one of its names, whole. A nil Record says nothing.
func (r *Record) Of(maker string, names ...string) []Range {
	var out []Range
	if r == nil {
		return nil
	}
	for _, x := range r.Ranges {
		about := named(x.Product)
		if strings.EqualFold(x.Maker, maker) && slices.ContainsFunc(names, func(n string) bool { return n != "" && slices.Contains(about, bare(n)) }) {
			out = append(out, x)
		}
	}
	return out
}

// recordsOf puts together the records that are kept, by their holes; canonical as in NewBook. What one place says in
// other words than the other is all kept.
func recordsOf(states []State, canonical func(string) string) map[string]*Record {
	out := map[string]*Record{}
	for _, s := range states {
		for _, p := range s.Parts {
			for _, r := range p.Answer.Records {
				if out[r.CVE] == nil {
					out[r.CVE] = &Record{CVE: r.CVE, Source: r.Source}
				}
				if m := out[r.CVE]; m.Source != r.Source {
					m.Source = "NVD, cve.org"
				}
				for _, x := range r.Ranges {
					x.Maker = canonical(x.Maker)
					out[r.CVE].add(x)
				}
			}
		}
	}
	return out
}

// An affected is what the form of the CVE programme says of one product. The NVD passes it on, too.
type affected struct {
	Maker    string `json:"vendor"`
	Product  string `json:"product"`
	Default  string `json:"defaultStatus"`
	Versions []struct {
		Version string            `json:"version"`
		Status  string            `json:"status"`
		Below   string            `json:"lessThan"`
		Until   string            `json:"lessThanOrEqual"`
		Changes []json.RawMessage `json:"changes"`
	} `json:"versions"`
}

// A match is what the NVD says of some versions of one product.
type match struct {
	Has   bool   `json:"vulnerable"`
	CPE   string `json:"criteria"`
	From  string `json:"versionStartIncluding"`
	After string `json:"versionStartExcluding"`
	Until string `json:"versionEndIncluding"`
	Fixed string `json:"versionEndExcluding"`
}

// Parse reads the answer of the NVD (API 2.0), and a record of the CVE programme (version 5). A hole that is not in
// there is no fault: then nobody has written about it yet.
func (r records) Parse(asked Request, body []byte) (Answer, error) {
	var doc struct {
		Format string `json:"format"` // of the NVD
		Holes  []struct {
			CVE struct {
				ID             string `json:"id"`
				Configurations []struct {
					Nodes []struct {
						Matches []match `json:"cpeMatch"`
					} `json:"nodes"`
				} `json:"configurations"`
				Affected []struct {
					Data []affected `json:"affectedData"`
				} `json:"affected"`
			} `json:"cve"`
		} `json:"vulnerabilities"`

		Type string `json:"dataType"` // of the CVE programme
		Meta struct {
			ID string `json:"cveId"`
		} `json:"cveMetadata"`
		Containers struct {
			CNA holder   `json:"cna"`
			ADP []holder `json:"adp"`
		} `json:"containers"`
	}
	if err := json.Unmarshal(body, &doc); err != nil || (doc.Format != "NVD_CVE" && doc.Type != "CVE_RECORD") {
		return Answer{}, odd("record", err)
	}
	out := Record{CVE: asked.Model, Source: r.said}
	if doc.Type != "" {
		if doc.Meta.ID != asked.Model {
			return Answer{}, odd(fmt.Sprintf("record of %q", doc.Meta.ID), nil)
		}
		for _, h := range append([]holder{doc.Containers.CNA}, doc.Containers.ADP...) {
			out.addAffected(h.Affected)
		}
	}
	for _, h := range doc.Holes {
		if h.CVE.ID != asked.Model {
			return Answer{}, odd(fmt.Sprintf("record of %q", h.CVE.ID), nil)
		}
		for _, c := range h.CVE.Configurations {
			for _, n := range c.Nodes {
				out.addMatches(n.Matches)
			}
		}
		for _, a := range h.CVE.Affected {
			out.addAffected(a.Data)
		}
	}
	switch {
	case len(out.Ranges) == 0:
		return Answer{}, nil
	case len(out.Ranges) > maxRanges:
		return Answer{}, odd("endless record", nil)
	}
	return Answer{Records: []Record{out}}, nil
}

// A holder is one of those who wrote a record.
type holder struct {
	Affected []affected `json:"affected"`
}

// maxRanges is how many ranges one record may have. The biggest of home devices have some hundred.
const maxRanges = 2048

// add keeps a range once. The NVD calls a product by its firmware: r7000_firmware.
func (r *Record) add(x Range) {
	x.Maker, x.Product = discovery.Line(x.Maker), discovery.Line(strings.TrimSuffix(strings.ReplaceAll(x.Product, "_", " "), " firmware"))
	if x.Maker == "" || x.Product == "" || len(r.Ranges) > maxRanges || slices.Contains(r.Ranges, x) {
		return
	}
	r.Ranges = append(r.Ranges, x)
}

// addAffected takes over what is said in the form of the CVE programme. What is said in a way of its own makes a product
// unclear: it must not look as if it were whole.
func (r *Record) addAffected(said []affected) {
	for _, a := range said {
		x := Range{Maker: a.Maker, Product: a.Product}
		unclear := x
		unclear.Unclear = true
		switch {
		case a.Default == "affected" && len(a.Versions) == 0:
			r.add(x)
		case a.Default == "affected" || a.Default == "unknown": // versions that it does not name may have it too
			r.add(unclear)
		}
		for _, v := range a.Versions {
			from, below, until := bound(v.Version), bound(v.Below), bound(v.Until)
			x := x
			switch {
			case v.Status == "unaffected" && a.Default != "affected":
				continue
			case v.Status != "affected" || len(v.Changes) > 0 || !isVersion(from, below, until):
				x = unclear
			case v.Below != "":
				x.From, x.Fixed = from, below
			case v.Until != "":
				x.From, x.Until = from, until
			case from == "": // all of them
			default: // this one
				x.From, x.Until = from, from
			}
			r.add(x)
		}
	}
}

// bound makes a word for any version blank.
func bound(version string) string {
	if slices.Contains([]string{"0", "*", "-", "n/a", "unspecified"}, version) {
		return ""
	}
	return version
}

// addMatches takes over what the NVD says.
func (r *Record) addMatches(said []match) {
	for _, m := range said {
		part, maker, product, version, update, ok := parseCPE(m.CPE)
		if !ok || !m.Has || part == "h" { // a piece of hardware has no versions
			continue
		}
		x := Range{Maker: maker, Product: product}
		bounds := m.From + m.After + m.Until + m.Fixed
		switch {
		case m.After != "" || version == "-" || update != "*" && update != "-" || !isVersion(m.From, m.Until, m.Fixed) || version != "*" && !isVersion(version):
			x.Unclear = true
		case version == "*":
			x.From, x.Fixed, x.Until = m.From, m.Fixed, m.Until
		case bounds == "":
			x.From, x.Until = version, version
		default:
			x.Unclear = true
		}
		r.add(x)
	}
}

// parseCPE takes a name of the form CPE 2.3 apart: cpe:2.3:o:netgear:r7000_firmware:*:*:...
func parseCPE(cpe string) (part, maker, product, version, update string, ok bool) {
	var fields []string
	var field strings.Builder
	for i := 0; i < len(cpe); i++ {
		switch {
		case cpe[i] == '\\' && i+1 < len(cpe):
			i++
			field.WriteByte(cpe[i])
		case cpe[i] == ':':
			fields = append(fields, field.String())
			field.Reset()
		default:
			field.WriteByte(cpe[i])
		}
	}
	if len(fields) < 7 || fields[0] != "cpe" {
		return "", "", "", "", "", false
	}
	return fields[2], strings.ReplaceAll(fields[3], "_", " "), fields[4], fields[5], fields[6], true
}

var version = regexp.MustCompile(`^[A-Za-z]{0,4}[0-9][A-Za-z0-9._()+ -]{0,47}$`)

// isVersion reports whether each text is a version, or blank.
func isVersion(said ...string) bool {
	return !slices.ContainsFunc(said, func(s string) bool { return s != "" && !version.MatchString(s) })
}
