package news

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// errOdd means that an answer is not what the source is known to say.
var errOdd = errors.New("not an answer that we know")

func odd(what string, err error) error {
	if err == nil {
		return fmt.Errorf("%s: %w", what, errOdd)
	}
	return fmt.Errorf("%s: %w: %w", what, errOdd, err)
}

// maxNews is how many versions one answer may have.
const maxNews = 4096

var (
	isCVE    = regexp.MustCompile(`^CVE-[0-9]{4}-[0-9]{4,7}$`)
	isDotted = regexp.MustCompile(`^[0-9]{1,6}(?:\.[0-9]{1,6}){1,3}$`)
	isModel  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9 .+-]{1,31}$`)
)

// page is where an answer was found.
func page(s Source, r Request) string { return "https://" + s.Host() + r.Path }

// sorted gives an answer that came out of a map a fixed order. None is an error: a source that is silent
// must not make us forget.
func sorted(a Answer) (Answer, error) {
	if len(a.News) == 0 {
		return Answer{}, odd("list without versions", nil)
	}
	slices.SortFunc(a.News, func(x, y News) int { return strings.Compare(x.Model, y.Model) })
	return a, nil
}

var digits = regexp.MustCompile(`[0-9]+`)

// newer reports whether version a has higher numbers than b, of the same source. It only chooses among what one source
// says; whether a device is behind, its scheme decides.
func newer(a, b string) bool {
	x, y := digits.FindAllString(a, -1), digits.FindAllString(b, -1)
	for i := range min(len(x), len(y)) {
		m, errM := strconv.ParseUint(x[i], 10, 64)
		n, errN := strconv.ParseUint(y[i], 10, 64)
		if errM != nil || errN != nil {
			return false
		}
		if m != n {
			return m > n
		}
	}
	return len(x) > len(y)
}
