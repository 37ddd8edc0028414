package text_test

import (
	"strings"
	"testing"

	"porchlight/checks"
)

func TestEveryReasonIsSaidWithWhatToDo(t *testing.T) {
	for _, c := range catalogs(t) {
		unclear := c.Reason(checks.ReasonUnclear)
		for _, r := range []string{
			checks.ReasonNoConsent, checks.ReasonLeaveAlone, checks.ReasonSkipList, checks.ReasonTriedToday, checks.ReasonUnreachable,
			checks.ReasonStopped, checks.ReasonOdd, checks.ReasonNotTold, checks.ReasonSwitchedOff, checks.ReasonNoVersion,
		} {
			got := c.Reason(r)
			for _, said := range []string{got.Title, got.Why, got.Do} {
				if said == "" || strings.HasPrefix(said, "[") {
					t.Errorf("%s: %s is said as %+v", c.Tag, r, got)
				}
			}
			if got.Title == unclear.Title || got.Why == unclear.Why || got.Do == unclear.Do {
				t.Errorf("%s: %s has no words of its own: %+v", c.Tag, r, got)
			}
		}
		if got := c.Reason("unheard-of"); got != unclear {
			t.Errorf("%s: a reason without words is said as %+v, want %+v", c.Tag, got, unclear)
		}
	}
}
