package program

import (
	"context"
	"errors"
	"slices"
	"time"

	"porchlight/assets/makers"
	"porchlight/assets/text"
	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/store"
)

// Speak keeps the language that the user wants, a tag such as "pt-BR" or "" for that of the system, and gives its words.
// From now on the program says all that it says in it.
func (p *Program) Speak(ctx context.Context, language string) (*text.Catalog, error) {
	words, err := p.catalogOf(language)
	if err != nil {
		return nil, err
	}
	if _, err := p.store.ChangeSettings(ctx, func(s *rounds.Settings) { s.Language = language }); err != nil {
		return nil, err
	}
	p.spoken.Store(words)
	return words, nil
}

// catalogOf gives the words of a language; "" for that of the system.
func (p *Program) catalogOf(language string) (*text.Catalog, error) {
	wanted := p.Languages
	if language != "" {
		wanted = []string{language}
	}
	words, err := text.Open(wanted...)
	if err != nil {
		return nil, err
	}
	p.inform(words)
	return words, nil
}

// inform lets words know the makers, of which a small program has none.
func (p *Program) inform(words *text.Catalog) {
	if !p.Still {
		words.Makers = known{p}
	}
}

// known are the makers for words, which may be wanted before the catalogue is loaded.
type known struct{ p *Program }

func (k known) About(vendor string) makers.About       { return k.p.catalog().About(vendor) }
func (k known) Guide(d *discovery.Device) makers.Guide { return k.p.catalog().Guide(d) }
func (k known) OnLabel(d discovery.Device) string      { return k.p.catalog().OnLabel(d) }

// words gives the words of the language that was chosen last.
func (p *Program) words() *text.Catalog {
	if w := p.spoken.Load(); w != nil {
		return w
	}
	return p.Words
}

// set gives what the user has set; nothing if it cannot be read.
func (p *Program) set(ctx context.Context) rounds.Settings {
	set, err := p.store.Settings(ctx)
	if err != nil {
		p.Log.WarnContext(ctx, "settings not read", "err", err)
	}
	return set
}

// A history is the store, in which nobody has agreed to a factory password while the user wants none to be tried. So
// that counts at once, also in the middle of a round. And who wants to walk waits for a light look of another process.
type history struct {
	*store.Store
	shown func() bool // another process shows a round
}

const (
	// lookPatience is how long a round waits for another process that only looks who is there, and lookAgain how often it
	// tries.
	lookPatience = 30 * time.Second
	lookAgain    = 200 * time.Millisecond
)

// LockRound implements rounds.History. It waits for whoever shows no round: that is over soon.
func (h history) LockRound(ctx context.Context) (release func(), err error) {
	for until := time.Now().Add(lookPatience); ; {
		release, err = h.Store.LockRound(ctx)
		if !errors.Is(err, store.ErrLocked) || h.shown() || time.Now().After(until) {
			return release, err
		}
		select {
		case <-time.After(lookAgain):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// Consent implements rounds.History.
func (h history) Consent(ctx context.Context, home rounds.HomeID, device discovery.DeviceID) (rounds.Consent, error) {
	set, err := h.Settings(ctx)
	if err != nil {
		return rounds.ConsentUnknown, err
	}
	if set.Passwords == rounds.PasswordsNever {
		return rounds.ConsentRefused, nil
	}
	return h.Store.Consent(ctx, home, device)
}

// Consents tells what the user said about factory passwords on the devices of the current home, where anything was said.
func (p *Program) Consents(ctx context.Context) (map[discovery.DeviceID]rounds.Consent, error) {
	w, err := p.current()
	if err != nil {
		return nil, err
	}
	return p.store.Consents(ctx, w.Home.ID)
}

// Allowed lists the devices of the current home on which factory passwords may be tried, as the user said.
func (p *Program) Allowed(ctx context.Context) ([]discovery.DeviceID, error) {
	said, err := p.Consents(ctx)
	if err != nil {
		return nil, err
	}
	var out []discovery.DeviceID
	for id, c := range said {
		if c == rounds.ConsentGiven {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out, nil
}

// Folder is where the program keeps all that it knows.
func (p *Program) Folder() string { return p.Dir }
