package text

import (
	"strings"

	"porchlight/checks"
	"porchlight/discovery"
)

// DeviceName gives the shortest thing that people would call a device by: its own name,
// its maker and model, what it is, or where it is.
func (c *Catalog) DeviceName(d *discovery.Device) string {
	switch {
	case d == nil:
		return ""
	case d.Name != "":
		return discovery.Line(d.Name)
	case d.Model != "":
		return Product(d)
	case d.Kind != discovery.KindUnknown:
		return c.Kind(d.Kind)
	case d.Addr().IsValid():
		return d.Addr().String()
	}
	return d.MAC.String()
}

// Kind gives the word for a kind of device; blank if it is not known.
func (c *Catalog) Kind(k discovery.Kind) string {
	if key := "kind." + string(k); k != discovery.KindUnknown && c.Has(key) {
		return c.T(key, nil)
	}
	return ""
}

// Product gives maker and model, without saying the maker twice.
func Product(d *discovery.Device) string {
	maker, model := discovery.Line(d.Vendor), discovery.Line(d.Model)
	if maker == "" || strings.HasPrefix(strings.ToLower(model), strings.ToLower(maker)) {
		return model
	}
	return strings.TrimSpace(maker + " " + model)
}

// Finding gives the words for a finding. about is the device that Finding.About names; nil
// if it is not known. What came from the network is cut to a line.
func (c *Catalog) Finding(f *checks.Finding, about *discovery.Device) Advice {
	args := make(map[string]string, len(f.Args)+1)
	for k, v := range f.Args {
		args[k] = discovery.Line(v)
	}
	args["device"] = c.DeviceName(about)
	if inner := f.Args["inner"]; inner != "" && f.Args["inner_device"] == "" {
		args["device"] = inner
	}
	return c.Advice(string(f.Kind), args)
}
