package text

import "porchlight/checks"

// Reason is the plain words for why something was not checked.
type Reason struct {
	Title string // in a few words
	Why   string // in a sentence
	Do    string // what a person can do about it
}

// Reason gives the words for a reason; one that the catalogue does not know is "not clear".
func (c *Catalog) Reason(reason string) Reason {
	say := func(group string) string {
		if key := group + reason; c.Has(key) {
			return c.T(key, nil)
		}
		return c.T(group+checks.ReasonUnclear, nil)
	}
	return Reason{Title: say("unchecked."), Why: say("reason."), Do: say("unchecked.do.")}
}
