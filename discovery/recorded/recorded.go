// Package recorded turns answers that devices gave some other time into facts, exactly as
// the sources do with live ones, and tells what each device is.
package recorded

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"porchlight/assets/makers"
	"porchlight/discovery"
	"porchlight/discovery/fields"
	"porchlight/discovery/identify"
	"porchlight/discovery/mdns"
	"porchlight/discovery/ports"
	"porchlight/discovery/ssdp"
)

// MaxLine is the longest item that is read, in bytes.
const MaxLine = 4 << 20

// An item is one device with what it answered.
type item struct {
	ID           string       `json:"id"`
	Observations *observation `json:"observations"`
}

type observation struct {
	MAC  string `json:"mac"`
	MDNS []struct {
		Service  string         `json:"service"`
		Instance string         `json:"instance"`
		Host     string         `json:"host"`
		TXT      map[string]any `json:"txt"`
	} `json:"mdns"`
	SSDP []struct {
		ST     string         `json:"st"`
		USN    string         `json:"usn"`
		Server string         `json:"server"`
		Extra  map[string]any `json:"extra"`
	} `json:"ssdp"`
	UPnP string `json:"upnp_xml"`
	HTTP []struct {
		Headers map[string]any `json:"headers"`
		Title   string         `json:"title"`
		Realm   string         `json:"realm"`
		Path    string         `json:"path"`
		Body    string         `json:"body"`
	} `json:"http"`
	Banners []struct {
		Proto string `json:"proto"`
		Text  string `json:"text"`
	} `json:"banners"`
	SNMP     string `json:"snmp_sysdescr"`
	ObjectID string `json:"snmp_sysobjectid"`
	JSON     []struct {
		Path string `json:"path"`
		Body any    `json:"body"`
	} `json:"json"`
}

// A Prediction says what a device is; "" is not known.
type Prediction struct {
	ID       string         `json:"id"`
	Vendor   string         `json:"vendor"`
	Kind     discovery.Kind `json:"kind"`
	Model    string         `json:"model"`
	Firmware string         `json:"firmware"`
	// Why is the evidence, if it was asked for.
	Why []discovery.Evidence `json:"why,omitempty"`
}

// Identify reads one item, a line of JSON, and tells what the device is. An error means
// that the line is no item.
func Identify(c *makers.Catalog, line []byte, explain bool) (Prediction, error) {
	var it item
	if err := json.Unmarshal(line, &it); err != nil {
		return Prediction{}, fmt.Errorf("read item: %w", err)
	}
	if it.Observations == nil {
		return Prediction{}, fmt.Errorf("read item %q: no observations", it.ID)
	}
	d := it.Observations.device(c)
	identify.Apply(c, &d)
	p := Prediction{ID: it.ID, Vendor: d.Vendor, Kind: d.Kind, Model: d.Model, Firmware: d.Firmware}
	if explain {
		p.Why = d.Evidence
	}
	return p, nil
}

// device puts the facts together. What the sources would leave out is left out here too.
func (o *observation) device(c *makers.Catalog) discovery.Device {
	var d discovery.Device
	if mac, err := discovery.ParseMAC(o.MAC); err == nil {
		d.MAC = mac
	}
	for _, m := range o.MDNS {
		txt := make([]string, 0, len(m.TXT))
		for k, v := range m.TXT {
			txt = append(txt, k+"="+fields.Scalar(v))
		}
		slices.Sort(txt)
		d.Facts = append(d.Facts, mdns.Facts(m.Service, m.Instance, m.Host, txt)...)
	}
	for _, s := range o.SSDP {
		d.Facts = append(d.Facts, ssdp.AnswerFacts(s.Server, s.ST, s.USN)...)
		for k, v := range s.Extra {
			add(&d, discovery.FactKey("ssdp."+strings.ToLower(k)), fields.Scalar(v))
		}
	}
	if o.UPnP != "" {
		if facts, err := ssdp.DescriptionFacts([]byte(o.UPnP)); err == nil {
			d.Facts = append(d.Facts, facts...)
		}
	}
	excerpts := func(page string) []string { return c.Excerpts(discovery.FactHTTPBody, page) }
	for _, h := range o.HTTP {
		header := http.Header{}
		for k, v := range h.Headers {
			header.Set(k, fields.Scalar(v))
		}
		if h.Realm != "" {
			header.Set("Www-Authenticate", `Basic realm="`+strings.ReplaceAll(h.Realm, `"`, "")+`"`)
		}
		d.Facts = append(d.Facts, fields.Page(header, []byte("<title>"+h.Title+"</title>"+h.Body), excerpts)...)
		if facts, err := fields.JSON(fields.Under(h.Path), []byte(h.Body)); err == nil {
			d.Facts = append(d.Facts, facts...)
		}
	}
	for _, b := range o.Banners {
		text := b.Text
		if b.Proto == "ftp" || b.Proto == "smtp" || b.Proto == "ssh" {
			text = ports.Words(b.Proto, text)
		}
		add(&d, discovery.FactBanner+discovery.FactKey(discovery.Clean(b.Proto)), text)
	}
	add(&d, discovery.FactSNMP+"sysdescr", o.SNMP)
	add(&d, discovery.FactSNMP+"sysobjectid", o.ObjectID)
	for _, j := range o.JSON {
		d.Facts = append(d.Facts, fields.Value(fields.Under(j.Path), j.Body)...)
	}
	d.Facts = d.Facts[:min(len(d.Facts), discovery.MaxFacts)]
	return d
}

func add(d *discovery.Device, key discovery.FactKey, value string) {
	if value = discovery.Clean(value); value != "" {
		d.Facts = append(d.Facts, discovery.Fact{Key: key, Value: value})
	}
}
