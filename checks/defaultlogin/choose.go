package defaultlogin

import (
	"cmp"
	"slices"
	"time"

	"porchlight/assets/makers"
	"porchlight/checks"
)

// day is how long after a failed login no other one is tried.
const day = 24 * time.Hour

// Queue puts the logins of a device in the order in which they may be tried, by what was tried
// before, newest first. Within a day of a failed one there is only that one again, and those
// that worked the last time: a device never sees several passwords a day. Those of open findings
// come first, to see whether they are fixed, then the one that was tried least recently.
func Queue(rows []makers.Login, past []checks.Try, before []checks.Finding, now time.Time) []makers.Login {
	failed := ""
	if i := slices.IndexFunc(past, func(t checks.Try) bool { return t.Failed }); i >= 0 && now.Sub(past[i].At) <= day {
		failed = past[i].Row
	}
	var out []makers.Login
	for _, l := range rows {
		last, ok := newest(past, l.ID)
		if failed == "" || failed == l.ID || (ok && !last.Failed) {
			out = append(out, l)
		}
	}
	rank := func(l makers.Login) int {
		if slices.ContainsFunc(before, func(f checks.Finding) bool { return f.Args["login"] == l.ID }) {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(out, func(a, b makers.Login) int {
		ta, _ := newest(past, a.ID)
		tb, _ := newest(past, b.ID)
		return cmp.Or(cmp.Compare(rank(a), rank(b)), ta.At.Compare(tb.At))
	})
	return out
}

// newest gives the latest try of a row.
func newest(past []checks.Try, row string) (checks.Try, bool) {
	i := slices.IndexFunc(past, func(t checks.Try) bool { return t.Row == row })
	if i < 0 {
		return checks.Try{}, false
	}
	return past[i], true
}

// samePair reports whether two rows type the same.
func samePair(a, b makers.Login) bool { return a.User == b.User && a.Password == b.Password }

// sameDoor reports whether two rows are two logins of one door.
func sameDoor(a, b makers.Login) bool {
	return a.Protocol == b.Protocol && a.Port == b.Port && a.Realm == b.Realm && a.Greeting == b.Greeting &&
		a.Path == b.Path && a.Page.Path == b.Page.Path && a.Page.Pattern == b.Page.Pattern
}
