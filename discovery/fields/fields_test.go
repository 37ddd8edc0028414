package fields

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"porchlight/discovery"
)

func TestJSONBecomesFacts(t *testing.T) {
	got, err := JSON(Under("/api/config?x=1"), []byte(`{"name":"hall\u001b[31m","on":true,"list":[{"v":1.5},{"v":2}],"none":null,"deep":{"a":{"b":"c"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	want := []discovery.Fact{
		{Key: "json./api/config.deep.a.b", Value: "c"},
		{Key: "json./api/config.list.v", Value: "1.5"},
		{Key: "json./api/config.name", Value: "hall[31m"},
		discovery.OddFact(discovery.OddHidden),
		{Key: "json./api/config.on", Value: "true"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestHostileJSON(t *testing.T) {
	deep := strings.Repeat(`{"a":`, 50) + "1" + strings.Repeat("}", 50)
	wide := `{"x0":0` + strings.Repeat(`,"`+strings.Repeat("k", 9)+`":1`, 3) + "}"
	for _, text := range []string{deep, wide, "", "{", "[]", `"alone"`} {
		facts, _ := JSON("json.x", []byte(text))
		if len(facts) > maxFields {
			t.Errorf("%d facts of %.20q", len(facts), text)
		}
	}
	if facts, err := JSON("json.x", []byte(deep)); err != nil || len(facts) != 0 {
		t.Errorf("too deep: got %v, %v", facts, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"a":[1,{"b":"c"}],"d":null}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		facts, _ := JSON("json.x", b)
		if len(facts) > maxFields {
			t.Errorf("%d facts", len(facts))
		}
		for _, fact := range facts {
			if fact == discovery.OddFact(discovery.OddHidden) { // stands beside the value that hid signs
				continue
			}
			if fact.Value != discovery.Clean(fact.Value) || !strings.HasPrefix(string(fact.Key), "json.x") {
				t.Errorf("not clean: %q", fact)
			}
		}
	})
}
