package camera

import (
	"testing"

	"porchlight/checks"
	"porchlight/discovery"
)

func TestACameraThatNobodySetUpIsFound(t *testing.T) {
	t.Parallel()
	const init = "json.dhip.params.deviceInfo.Init"
	for _, tt := range []struct {
		name       string
		key        discovery.FactKey
		value      string
		sure       discovery.Strength
		found      checks.Severity
		clear, not bool
	}{
		{name: "Dahua, not set up", key: init, value: "1157", sure: discovery.Saw, found: checks.Today},
		{name: "Dahua, set up", key: init, value: "1158", sure: discovery.Saw, clear: true},
		{name: "Dahua, too old for it", key: init, value: "1156", sure: discovery.Saw, not: true},
		{name: "Dahua, nonsense", key: init, value: "-1", sure: discovery.Saw, not: true},
		{name: "Hikvision, not set up", key: "http.body", value: "<Activated>false</Activated>", sure: discovery.Saw, found: checks.Today},
		{name: "Hikvision, not set up, perhaps a camera", key: "http.body", value: "<Activated>false</Activated>", sure: discovery.Likely, found: checks.Week},
		{name: "Hikvision, set up", key: "http.body", value: "<Activated>true</Activated>", sure: discovery.Saw, clear: true},
		{name: "another page", key: "http.body", value: "<Activated/>", sure: discovery.Saw, not: true},
		{name: "Tapo, as it left the factory", key: "json.tdp-discovery.factory_default", value: "true", sure: discovery.Saw, found: checks.Today},
		{name: "Tapo, set up", key: "json.tdp-discovery.factory_default", value: "false", sure: discovery.Saw, clear: true},
		{name: "says nothing", key: "http.title", value: "Login", sure: discovery.Saw, not: true},
	} {
		d := discovery.Device{
			ID: "d-1", Kind: discovery.KindCamera, Facts: []discovery.Fact{{Key: tt.key, Value: tt.value}},
			Evidence: []discovery.Evidence{{Field: "kind", Source: "upnp.model_name", Value: "camera", Strength: tt.sure}},
		}
		if got := (Activation{}).Applies(d); got == tt.not {
			t.Errorf("%s: applies: %v", tt.name, got)
		}
		found, err := Activation{}.Run(t.Context(), checks.Target{Device: d})
		switch {
		case tt.not:
			if err == nil {
				t.Errorf("%s: got %+v", tt.name, found)
			}
		case err != nil || (len(found) == 0) != tt.clear || (!tt.clear && found[0].Severity != tt.found):
			t.Errorf("%s: got %+v, %v", tt.name, found, err)
		}
		d.Kind = discovery.KindPlug
		if (Activation{}).Applies(d) {
			t.Errorf("%s: a plug is judged", tt.name)
		}
	}
}
