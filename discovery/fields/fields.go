// Package fields makes facts of what web servers answer: pages and JSON. It does no I/O.
package fields

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"porchlight/discovery"
)

// Caps on one answer; discovery.MaxValueBytes caps each value.
const (
	maxDepth  = 6
	maxFields = 150
)

// Under gives the key under which the answer to a request for path stands: its query does not count.
func Under(path string) discovery.FactKey {
	path, _, _ = strings.Cut(path, "?")
	return discovery.FactJSON + discovery.FactKey(discovery.Clean(path))
}

// JSON makes a fact of each scalar of a JSON text, its key under with the names on the way
// appended after dots. Of a list only the first entry counts. At most maxFields come back.
func JSON(under discovery.FactKey, b []byte) ([]discovery.Fact, error) {
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		return nil, fmt.Errorf("read JSON: %w", err)
	}
	return Value(under, v), nil
}

// Value is JSON for a text that was read into the types of encoding/json.
func Value(under discovery.FactKey, v any) []discovery.Fact {
	return flatten(nil, under, v, 0)
}

func flatten(facts []discovery.Fact, key discovery.FactKey, v any, depth int) []discovery.Fact {
	if depth > maxDepth {
		return facts
	}
	switch v := v.(type) {
	case map[string]any:
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			facts = flatten(facts, key+"."+discovery.FactKey(discovery.Clean(name)), v[name], depth+1)
		}
	case []any:
		if len(v) > 0 {
			facts = flatten(facts, key, v[0], depth+1)
		}
	default:
		facts = add(facts, key, Scalar(v))
	}
	return facts
}

// Scalar writes a JSON value as people would; "" for what is not a scalar.
func Scalar(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

func add(facts []discovery.Fact, key discovery.FactKey, value string) []discovery.Fact {
	return discovery.AddFact(facts, key, value, maxFields)
}
