package identify

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"

	"porchlight/assets/makers"
	"porchlight/discovery"
)

// A sample is what one device of a maker says, written for this test in the shape of real
// answers, and what it is. A fact with several values has one line for each.
type sample struct {
	Facts    map[discovery.FactKey]string `toml:"facts"`
	MAC      string                       `toml:"mac"`
	Kind     discovery.Kind               `toml:"kind"`
	Model    string                       `toml:"model"`
	Firmware string                       `toml:"firmware"`
}

func (s sample) device(t *testing.T) discovery.Device {
	t.Helper()
	var d discovery.Device
	for key, values := range s.Facts {
		for v := range strings.SplitSeq(values, "\n") {
			d.Facts = append(d.Facts, discovery.Fact{Key: key, Value: v})
		}
	}
	if s.MAC != "" {
		m, err := discovery.ParseMAC(s.MAC)
		if err != nil {
			t.Error(err)
		}
		d.MAC = m
	}
	return d
}

// samples reads assets/makers/testdata/<maker>.toml, by the file's name.
func samples(t *testing.T) map[string][]sample {
	t.Helper()
	files, err := filepath.Glob("../../assets/makers/testdata/*.toml")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]sample{}
	for _, f := range files {
		var all struct {
			Sample []sample `toml:"sample"`
		}
		r, err := os.Open(f)
		if err != nil {
			t.Fatal(err)
		}
		err = toml.NewDecoder(r).DisallowUnknownFields().Decode(&all)
		_ = r.Close()
		if strict, ok := errors.AsType[*toml.StrictMissingError](err); ok {
			t.Fatalf("%s: no such field:\n%s", f, strict.String())
		}
		if err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		out[strings.TrimSuffix(filepath.Base(f), ".toml")] = all.Sample
	}
	return out
}

func TestEverySampleIsNamedRightAndEverySignHasOne(t *testing.T) {
	c, err := makers.All()
	if err != nil {
		t.Fatal(err)
	}
	all := samples(t)
	for _, m := range c.Makers {
		if m.Name == "" {
			continue
		}
		matched := make([]bool, len(m.Signs))
		for i, s := range all[m.File] {
			d := s.device(t)
			for j := range m.Signs {
				sign := &m.Signs[j]
				for _, f := range d.Facts {
					if f.Key == sign.Fact && sign.Match.Match(f.Value, strings.ToLower(f.Value)) != nil && makers.Hold(sign.With, d.Facts) {
						matched[j] = true
					}
				}
			}
			Apply(c, &d)
			if d.Vendor != m.Name || d.Kind != s.Kind || d.Model != s.Model || d.Firmware != s.Firmware {
				t.Errorf("%s, sample %d: got %q %q %q %q, want %q %q %q %q", m.File, i+1, d.Vendor, d.Kind, d.Model, d.Firmware, m.Name, s.Kind, s.Model, s.Firmware)
			}
		}
		for j, ok := range matched {
			if !ok {
				t.Errorf("%s, sign %d (%s %s) has no sample", m.File, j+1, m.Signs[j].Fact, m.Signs[j].Pattern)
			}
		}
	}
}

func BenchmarkApply(b *testing.B) {
	c, err := makers.All()
	if err != nil {
		b.Fatal(err)
	}
	d := discovery.Device{Facts: []discovery.Fact{
		{Key: "mdns.host", Value: "BRW3C2AF4000014.local"},
		{Key: "mdns.service", Value: "_ipp._tcp"},
		{Key: "mdns.txt._ipp._tcp.ty", Value: "Brother HL-L2350DW series"},
		{Key: "http.title", Value: "Brother HL-L2350DW series"},
		{Key: "http.server", Value: "debut/1.30"},
		{Key: "snmp.sysdescr", Value: "Brother NC-8800w, Firmware Ver.1.63"},
	}}
	for b.Loop() {
		Apply(c, &d)
	}
}
