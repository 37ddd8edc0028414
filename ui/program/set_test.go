package program

import (
	"net"
	"reflect"
	"syscall"
	"testing"
	"time"

	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery"
)

func TestTheLanguageIsKept(t *testing.T) {
	dir := t.TempDir()
	p := opened(t, Options{Dir: dir, Languages: []string{"en"}})
	english := p.Sentence(ErrNoRound)
	words, err := p.Speak(t.Context(), "ru")
	if err != nil || words.Tag.String() != "ru" || words.Makers == nil {
		t.Fatalf("got %v, %v", words, err)
	}
	if got := p.Sentence(ErrNoRound); got == english || got != words.T("cli.no-round", nil) {
		t.Errorf("it says %q", got)
	}
	if again := opened(t, Options{Dir: dir, Languages: []string{"en"}}); again.Words.Tag.String() != "ru" {
		t.Errorf("the next start speaks %s", again.Words.Tag)
	}
	if words, err = p.Speak(t.Context(), ""); err != nil || words.Tag.String() != "en" || p.Sentence(ErrNoRound) != english {
		t.Errorf("as the system: %v, %v", words.Tag, err)
	}
}

func TestNeverMeansNoFactoryPassword(t *testing.T) {
	p, ctx := opened(t, Options{Dir: t.TempDir()}), t.Context()
	home := walked(t, p, rounds.GatewayKey+"1", "Flat", 1)
	if err := p.use(ctx, home); err != nil {
		t.Fatal(err)
	}
	for id, c := range map[discovery.DeviceID]rounds.Consent{"cam": rounds.ConsentGiven, "box": rounds.ConsentGiven, "nas": rounds.ConsentRefused} {
		if err := p.Consent(ctx, id, c); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := p.Allowed(ctx); err != nil || !reflect.DeepEqual(got, []discovery.DeviceID{"box", "cam"}) {
		t.Errorf("allowed: %v, %v", got, err)
	}
	w, err := p.current()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		passwords string
		want      rounds.Consent
	}{{"", rounds.ConsentGiven}, {rounds.PasswordsNever, rounds.ConsentRefused}, {"", rounds.ConsentGiven}} {
		if _, err := p.ChangeSettings(ctx, func(s *rounds.Settings) { s.Passwords = tt.passwords }); err != nil {
			t.Fatal(err)
		}
		if got, err := w.History.Consent(ctx, home.ID, "cam"); err != nil || got != tt.want { // of the walker that is there: it counts at once
			t.Errorf("%q: got %v, %v", tt.passwords, got, err)
		}
	}
	if err := p.Consent(ctx, "box", rounds.ConsentUnknown); err != nil {
		t.Fatal(err)
	}
	if got, err := p.Allowed(ctx); err != nil || !reflect.DeepEqual(got, []discovery.DeviceID{"cam"}) {
		t.Errorf("allowed: %v, %v", got, err)
	}
}

func TestWhatIsLookedForBesidesIsSet(t *testing.T) {
	p, ctx := opened(t, Options{Dir: t.TempDir()}), t.Context()
	router := discovery.Device{ID: "d-1", Facts: []discovery.Fact{{Key: discovery.FactGateway, Value: "yes"}}, LastSeen: time.Now()}
	applies := func(home rounds.Home) []checks.ID {
		var on []checks.ID
		for _, c := range p.renew(ctx, home).Checks {
			if id := c.Info().ID; (id == "resolver" || id == "dhcp") && c.Applies(router) {
				on = append(on, id)
			}
		}
		return on
	}
	if on := applies(rounds.Home{ID: 1}); len(on) != 0 {
		t.Errorf("nobody asked for %v", on)
	}
	if _, err := p.ChangeSettings(ctx, func(s *rounds.Settings) { s.Also = []string{rounds.AlsoDNS, rounds.AlsoDHCP} }); err != nil {
		t.Fatal(err)
	}
	if on := applies(rounds.Home{ID: 1}); len(on) != 2 {
		t.Errorf("got %v", on)
	}
	if on := applies(rounds.Home{ID: 2, Practice: true}); len(on) != 0 {
		t.Errorf("the practice home asks %v", on)
	}
}

func TestASystemWithoutSocketsIsSaid(t *testing.T) {
	p := opened(t, Options{Dir: t.TempDir()})
	for _, says := range []error{syscall.EMFILE, syscall.ENFILE, syscall.Errno(10024), syscall.Errno(10055)} { // Windows has numbers of its own
		if got := p.Sentence(&net.OpError{Op: "listen", Err: says}); got != p.words().T("error.no-files", nil) {
			t.Errorf("%d: it says %q", says, got)
		}
	}
}
