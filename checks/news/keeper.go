package news

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log/slog"
	"maps"
	"os"
	"slices"
	"sync"
	"time"
)

// A Shelf keeps what sources said. Package store implements it.
type Shelf interface {
	News(ctx context.Context) ([]State, error)
	SaveNews(ctx context.Context, s State) error
}

// A State is what is kept of one source.
type State struct {
	Source string
	Asked  time.Time // last; zero for never
	// Trouble says why the last time gave nothing, and Since when that was so first; "" for no trouble.
	Trouble Trouble
	Since   time.Time
	Parts   map[string]Part // by the path of the request
}

// A Part is the answer to one request.
type Part struct {
	Tag      tag       `json:"tag,omitzero"`
	Answered time.Time `json:"answered"`
	Answer   Answer    `json:"answer"`
}

// Answered gives when a source was last understood; zero for never.
func (s State) Answered() time.Time {
	var last time.Time
	for _, p := range s.Parts {
		if p.Answered.After(last) {
			last = p.Answered
		}
	}
	return last
}

// Known counts what is kept of a source.
func (s State) Known() int {
	n := 0
	for _, p := range s.Parts {
		n += len(p.Answer.News) + len(p.Answer.Holes) + len(p.Answer.Support) + len(p.Answer.Records)
	}
	return n
}

// A Trouble says in one word why a source gave nothing. There is a sentence for each.
type Trouble string

// What may be wrong with a source.
const (
	Unreachable Trouble = "unreachable"
	Slow        Trouble = "slow"
	Certificate Trouble = "certificate"
	Refused     Trouble = "refused"
	Odd         Trouble = "odd"
	TooBig      Trouble = "big"
	Older       Trouble = "older" // it says less than what it said before
	Unsigned    Trouble = "unsigned"
)

// errOlder means that a source says less than it said before.
var errOlder = errors.New("older than what is known")

func trouble(err error) Trouble {
	_, bad := errors.AsType[*tls.CertificateVerificationError](err)
	_, unknown := errors.AsType[x509.UnknownAuthorityError](err)
	switch {
	case err == nil:
		return ""
	case bad || unknown:
		return Certificate
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return Slow
	case errors.Is(err, errTooBig):
		return TooBig
	case errors.Is(err, errRefused):
		return Refused
	case errors.Is(err, errOlder):
		return Older
	case errors.Is(err, ErrNotSigned):
		return Unsigned
	case errors.Is(err, errOdd):
		return Odd
	}
	return Unreachable
}

const (
	// often is how often a source is asked at most. A little less than a day, so that somebody who looks every
	// morning is not told the news of the day before.
	often = 23 * time.Hour
	// patience is for all requests of all sources of a round together.
	patience = 25 * time.Second
	// ahead is how far in the future an answer may say that it is from: clocks differ.
	ahead = 48 * time.Hour
	// unsaid is for how long a newest version is kept that its source does not say any more: it says an older one,
	// which may be a lie, or the newer one was withdrawn.
	unsaid = 30 * 24 * time.Hour
)

// A Keeper asks sources and keeps what they say.
type Keeper struct {
	Client  *Client
	Shelf   Shelf
	Sources []Source
	Log     *slog.Logger
	// Patience is how long all requests of a round may take together; 0 for 25 s.
	Patience time.Duration
}

// Ask asks the sources that are switched on, concern the home, and were not asked today, all at once, and keeps what
// they say. It returns within Patience. A source that fails is no error: its State says so, and keeps what it
// had said. note is told of each request.
func (k *Keeper) Ask(ctx context.Context, on []string, home []Product, note func(url, line string, sent, received int)) error {
	kept, err := k.Shelf.News(ctx)
	if err != nil {
		return err
	}
	asking, cancel := context.WithTimeout(ctx, cmp.Or(k.Patience, patience))
	defer cancel()
	was, states := make([]State, len(k.Sources)), make([]State, len(k.Sources))
	var wg sync.WaitGroup
	for i, source := range k.Sources {
		state := State{Source: source.Name()}
		if at := slices.IndexFunc(kept, func(s State) bool { return s.Source == source.Name() }); at >= 0 {
			state = kept[at]
		}
		requests := source.Requests(home)
		if !slices.Contains(on, source.Name()) || len(requests) == 0 || !due(state.Asked, time.Now()) {
			continue
		}
		was[i] = state
		wg.Go(func() { states[i] = k.ask(asking, source, requests, state, note) })
	}
	wg.Wait()
	var errs []error
	for i, s := range states {
		if s.Source == "" {
			continue
		}
		if ctx.Err() != nil { // the user stopped us: it was asked all the same, and nothing was wrong with it
			s.Trouble, s.Since = was[i].Trouble, was[i].Since
		}
		errs = append(errs, k.Shelf.SaveNews(context.WithoutCancel(ctx), s))
	}
	return errors.Join(errs...)
}

// due reports whether a source may be asked again. A time in the future comes from a clock that was wrong.
func due(asked, now time.Time) bool { return now.Sub(asked) >= often || asked.After(now) }

// ask asks one source, one request after the other, and gives what is to be kept.
func (k *Keeper) ask(ctx context.Context, source Source, requests []Request, state State, note func(url, line string, sent, received int)) State {
	now := time.Now().UTC()
	state.Asked = now
	parts := maps.Clone(state.Parts)
	if parts == nil {
		parts = map[string]Part{}
	}
	state.Parts = parts
	var errs []error
	for _, r := range requests {
		part, received, err := k.part(ctx, source, r, parts[r.part()], now)
		note("https://"+source.Host(), "GET "+source.Host()+" "+r.Path, len(r.Path), received)
		if err != nil {
			k.Log.WarnContext(ctx, "source of news failed", "source", source.Name(), "err", err)
			errs = append(errs, err)
		}
		if !part.Answered.IsZero() {
			parts[r.part()] = part
		}
	}
	if len(errs) == 0 {
		state.Trouble, state.Since = "", time.Time{}
		return state
	}
	state.Trouble = trouble(errs[0])
	if state.Since.IsZero() {
		state.Since = now
	}
	return state
}

// part asks once and gives what is to be kept: after an error, what was there before.
func (k *Keeper) part(ctx context.Context, source Source, r Request, was Part, now time.Time) (Part, int, error) {
	body, next, same, err := k.Client.get(ctx, source.Host(), r, was.Tag)
	if err != nil {
		return was, 0, err
	}
	answer := was.Answer
	if !same {
		if answer, err = source.Parse(r, body); err != nil {
			return was, len(body), err
		}
	}
	if answer.Dated.After(now.Add(ahead)) || slices.ContainsFunc(answer.News, func(n News) bool { return n.Date.After(now.Add(ahead)) }) {
		return was, len(body), odd("from the future", nil)
	}
	answer, err = merge(was.Answer, answer, now)
	if err != nil {
		next = tag{} // ask for the whole answer again
	}
	return Part{Tag: next, Answered: now, Answer: answer}, len(body), err
}

// merge puts a new answer in the place of an old one. Where it says less, the old one stays, and that is an error.
func merge(old, answer Answer, now time.Time) (Answer, error) {
	if answer.Dated.Before(old.Dated) || answer.Version < old.Version || 2*len(answer.Holes) < len(old.Holes) || len(answer.Records) < len(old.Records) {
		return old, errOlder
	}
	if answer.Version > 0 { // a signed file counts as it is, as a whole
		return answer, nil
	}
	var err error
	answer.News = slices.Clone(answer.News)
	for i := range answer.News {
		n := &answer.News[i]
		n.Seen = now
		for _, o := range old.News {
			if o.Maker == n.Maker && o.Model == n.Model && o.Family == n.Family && o.Line == n.Line && newer(o.Version, n.Version) && now.Sub(o.Seen) < unsaid {
				*n, err = o, errOlder
				break
			}
		}
	}
	return answer, err
}
