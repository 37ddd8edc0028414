package terminal

import (
	"bufio"
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"porchlight/assets/text"
	"porchlight/checks/rounds"
	"porchlight/ui/program"
)

func TestAPublicNetworkIsAskedAbout(t *testing.T) {
	words, err := text.Open("en")
	if err != nil {
		t.Fatal(err)
	}
	public := &rounds.PublicNetwork{Looks: rounds.PublicOpen, Key: "gateway 1"}
	for _, tt := range []struct {
		name        string
		err         error // without a word of the user
		flag        bool
		interactive bool
		answer      string
		want        []string // on which networks somebody insisted
		asked       bool
	}{
		{"a home", nil, false, true, "", []string{""}, false},
		{"something else", program.ErrNotAgreed, true, true, "y\n", []string{""}, false},
		{"yes", public, false, true, "y\n", []string{"", "gateway 1"}, true},
		{"no", public, false, true, "\n", []string{""}, true},
		{"nobody can answer", public, false, false, "y\n", []string{""}, false},
		{"said before", public, true, false, "", []string{"", "gateway 1"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var said bytes.Buffer
			r := &run{Terminal: &Terminal{Err: &said, Interactive: tt.interactive}, program: &program.Program{Words: words}}
			var got []string
			c := scanCmd{Public: tt.flag}
			err := c.insist(r, bufio.NewReader(strings.NewReader(tt.answer)), func(insisted string) error {
				if got = append(got, insisted); insisted != "" {
					return nil
				}
				return tt.err
			})
			if !slices.Equal(got, tt.want) || (err == nil) != (tt.err == nil || len(tt.want) > 1) || err != nil && !errors.Is(err, tt.err) {
				t.Errorf("got %q, %v", got, err)
			}
			if asked := strings.Contains(said.String(), "has no password") && strings.Contains(said.String(), "all the same?"); asked != tt.asked {
				t.Errorf("it said %q", said.String())
			}
		})
	}
}
