package versions

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/Masterminds/semver/v3"
)

// maxBytes is how long a version may be; the longest real one has 41.
const maxBytes = 80

// A form is one shape in which versions of a scheme are written. It matches the whole version,
// in capitals or not. Its named groups say what is compared, in their order; what is in none
// is ignored. A name is a role and, after it, a digit where a role comes twice:
//
//	same    must be equal, or nothing can be compared: a model code, a customer, a region
//	num     numbers with anything between; missing ones are zeros
//	full    such numbers; missing ones are not known: 2.1 and 2.1.20 cannot be compared
//	letter  a letter that counts on: none, a, b, c
//	date    when it was built, as a layout of package time with "_" for "-", or date_week for
//	        a year and a week, two digits each
//	age     the same, but told only: it is not compared
//	tail    must be equal if all before it is
//	semver  two or three numbers, compared together with pre as Semantic Versioning says
//	pre     a mark of a test version: beta, rc1
type form struct {
	shape string
	train string // forms with another one count for themselves
	beta  bool   // all versions of this shape are test versions

	match *regexp.Regexp
	names []string // of the groups; "" for those without
}

// forms compiles what it is given at the first use.
func forms(list ...form) func() []form {
	return sync.OnceValue(func() []form {
		for i := range list {
			f := &list[i]
			f.match = regexp.MustCompile(`(?i)^(?:` + f.shape + `)$`)
			f.names = f.match.SubexpNames()
		}
		return list
	})
}

// The roles of groups.
const (
	roleSame   = "same"
	roleNum    = "num"
	roleFull   = "full"
	roleLetter = "letter"
	roleDate   = "date"
	roleAge    = "age"
	roleTail   = "tail"
	roleSemver = "semver"
	rolePre    = "pre"
)

// A version is one that could be read.
type version struct {
	train string // versions of another train cannot be compared
	beta  bool
	built time.Time // zero if not known
	parts []part    // the first that differs decides
}

// A part is what one group of a form holds.
type part struct {
	role    string
	numbers []uint64 // of num, full, date and semver
	text    string   // of letter, tail and pre
}

// parse reads a version by the first form that it has. false: it has none, or a number or a
// date in it is impossible.
func parse(s Scheme, text string) (version, bool) {
	list, ok := schemes[s]
	if !ok || len(text) > maxBytes {
		return version{}, false
	}
	text = strings.Join(strings.Fields(text), " ")
	for _, f := range list() {
		if m := f.match.FindStringSubmatch(text); m != nil {
			return f.read(m)
		}
	}
	return version{}, false
}

// read makes a version of what the groups of f hold.
func (f form) read(m []string) (version, bool) {
	v := version{train: f.train, beta: f.beta}
	for i, name := range f.names {
		role, layout, _ := strings.Cut(name, "_")
		ok := true
		switch role = strings.TrimRight(role, "0123456789"); role {
		case "":
		case roleSame:
			v.train += "\x00" + strings.ToLower(m[i])
		case roleLetter, roleTail:
			v.parts = append(v.parts, part{role: role, text: strings.ToLower(m[i])})
		case rolePre:
			ok = v.readPre(m[i])
		case roleDate, roleAge:
			ok = v.readDate(role, layout, m[i])
		default:
			ok = v.readNumbers(role, m[i])
		}
		if !ok {
			return version{}, false
		}
	}
	return v, true
}

func (v *version) readNumbers(role, text string) bool {
	var numbers []uint64
	for digits := range strings.FieldsFuncSeq(text, func(r rune) bool { return r < '0' || r > '9' }) {
		n, err := strconv.ParseUint(digits, 10, 64)
		if err != nil {
			return false
		}
		numbers = append(numbers, n)
	}
	switch role {
	case roleNum:
		for len(numbers) > 0 && numbers[len(numbers)-1] == 0 {
			numbers = numbers[:len(numbers)-1]
		}
	case roleSemver:
		numbers = append(numbers, 0, 0, 0)[:3]
	}
	v.parts = append(v.parts, part{role: role, numbers: numbers})
	return true
}

// readPre adds the mark of a test version to what semver found before it. A release has none.
func (v *version) readPre(text string) bool {
	last := len(v.parts) - 1
	if last < 0 || v.parts[last].role != roleSemver {
		if text == "" && !v.beta {
			return true
		}
		v.parts = append(v.parts, part{role: roleSemver, numbers: make([]uint64, 3)})
		last++
	}
	mark, ok := identifiers(text)
	v.parts[last].text = mark
	v.beta = v.beta || mark != ""
	return ok
}

var runs = regexp.MustCompile(`[a-z]+|[0-9]+`)

// identifiers writes a mark such as b3 as Semantic Versioning wants it, so that b10 comes after
// it: b.3, without zeros in front of the numbers.
func identifiers(text string) (string, bool) {
	found := runs.FindAllString(strings.ToLower(text), -1)
	for i, id := range found {
		if id[0] > '9' {
			continue
		}
		n, err := strconv.ParseUint(id, 10, 64)
		if err != nil {
			return "", false
		}
		found[i] = strconv.FormatUint(n, 10)
	}
	return strings.Join(found, "."), true
}

// readDate keeps the day of a build. Of several groups one after the other, which are ways to
// write it, one has it. An impossible day is no day for age; for date nothing can be compared.
func (v *version) readDate(role, layout, text string) bool {
	last := len(v.parts) - 1
	if role == roleDate && (last < 0 || v.parts[last].role != roleDate) {
		v.parts = append(v.parts, part{role: roleDate})
		last++
	}
	if text == "" {
		return true
	}
	at, ok := day(layout, text)
	if !ok {
		return role == roleAge
	}
	v.built = at
	if role == roleDate {
		v.parts[last].numbers = []uint64{uint64(at.Unix())} //nolint:gosec // day gives none before 2000
	}
	return true
}

// day reads a date of this century.
func day(layout, text string) (time.Time, bool) {
	if layout == "week" {
		return week(text)
	}
	at, err := time.Parse(strings.ReplaceAll(layout, "_", "-"), text)
	return at, err == nil && at.Year() >= 2000 && at.Year() < 2100
}

// week gives the Monday of a year and a week, as ISO 8601 counts them. The fourth of January is
// always in the first week.
func week(text string) (time.Time, bool) {
	n, err := strconv.Atoi(text)
	if err != nil || n%100 < 1 || n%100 > 53 {
		return time.Time{}, false
	}
	fourth := time.Date(2000+n/100, time.January, 4, 0, 0, 0, 0, time.UTC)
	sinceMonday := (int(fourth.Weekday()) + 6) % 7
	return fourth.AddDate(0, 0, 7*(n%100-1)-sinceMonday), true
}

func (v version) compare(w version) (int, bool) {
	if v.train != w.train || v.beta != w.beta || len(v.parts) != len(w.parts) {
		return 0, false
	}
	for i := range v.parts {
		if order, ok := v.parts[i].compare(w.parts[i]); order != 0 || !ok {
			return order, ok
		}
	}
	return 0, true
}

func (p part) compare(q part) (int, bool) {
	if p.role != q.role {
		return 0, false
	}
	switch p.role {
	case roleNum:
		return slices.Compare(p.numbers, q.numbers), true
	case roleSemver:
		return p.semver().Compare(q.semver()), true
	case roleLetter:
		return cmp.Compare(p.text, q.text), true
	case roleTail:
		return 0, p.text == q.text
	default: // full, date: what is missing is not known
		n := min(len(p.numbers), len(q.numbers))
		order := slices.Compare(p.numbers[:n], q.numbers[:n])
		return order, order != 0 || len(p.numbers) == len(q.numbers)
	}
}

func (p part) semver() *semver.Version {
	return semver.New(p.numbers[0], p.numbers[1], p.numbers[2], p.text, "")
}
