package news

import (
	"crypto/ed25519"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"porchlight/discovery"
)

// Signed is the name under which the knowledge of a signed file is kept, beside the sources.
const Signed = "signed"

// ErrNotSigned means that none of our keys signed a file, or that it was changed since.
var ErrNotSigned = errors.New("not signed by us")

// ErrNotNewer means that a file is not newer than what was loaded before: somebody may want us to forget.
var ErrNotNewer = errors.New("not newer than what was loaded before")

// MaxSigned is how big a signed file may be.
const MaxSigned = 8 << 20

// purpose stands before what is signed, so that no signature made for something else fits.
const purpose = "porchlight knowledge 1\n"

//go:embed keys.txt
var keysFile string

// Keys lists the keys that may sign.
func Keys() ([]ed25519.PublicKey, error) {
	var out []ed25519.PublicKey
	for line := range strings.Lines(keysFile) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(key) != ed25519.PublicKeySize {
			return nil, fmt.Errorf("read key %q: %w", line, errOdd)
		}
		out = append(out, key)
	}
	return out, nil
}

// A sealed file holds knowledge, as it was signed, and the signature.
type sealed struct {
	Knowledge []byte `json:"knowledge"`
	Signature []byte `json:"signature"`
}

// Sign makes a signed file of knowledge, which is an Answer with a version and a date.
func Sign(key ed25519.PrivateKey, knowledge []byte) ([]byte, error) {
	if _, err := parseKnowledge(knowledge); err != nil {
		return nil, err
	}
	return json.Marshal(sealed{knowledge, ed25519.Sign(key, append([]byte(purpose), knowledge...))})
}

// ErrNotAddress means that a text is no address of the web that can be asked.
var ErrNotAddress = errors.New("not an address that begins with https")

// Home is the address of the signed file of those who publish Porchlight, given when it is built:
//
//	go build -ldflags "-X porchlight/checks/news.Home=https://..."
//
// It is asked only where the user switched it on. The user may type another one.
var Home string //nolint:gochecknoglobals // the linker sets it

// A signed is the address of a signed file. It is asked in every home.
type signed struct {
	at   *url.URL
	keys []ed25519.PublicKey
}

// From gives the source of a signed file at an address.
func From(keys []ed25519.PublicKey, address string) (Source, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.Fragment != "" || discovery.Clean(address) != address {
		return nil, fmt.Errorf("%q: %w", address, ErrNotAddress)
	}
	return signed{u, keys}, nil
}

func (signed) Name() string   { return Signed }
func (s signed) Host() string { return s.at.Host }

func (s signed) Requests([]Product) []Request {
	return []Request{{Path: s.at.RequestURI(), Limit: MaxSigned, Typed: true}}
}

func (s signed) Parse(_ Request, body []byte) (Answer, error) { return open(s.keys, body) }

// open gives what one of keys signed.
func open(keys []ed25519.PublicKey, file []byte) (Answer, error) {
	knowledge, err := unseal(keys, file)
	if err != nil {
		return Answer{}, err
	}
	answer, err := parseKnowledge(knowledge)
	for i := range answer.News {
		answer.News[i].Seen = answer.Dated
	}
	return answer, err
}

// Load reads a signed file and gives what is to be kept in the place of was, the State of Signed. After an error nothing
// is to be changed.
func Load(keys []ed25519.PublicKey, file []byte, was State, now time.Time) (State, error) {
	answer, err := open(keys, file)
	if err != nil {
		return State{}, err
	}
	if answer.Dated.After(now.Add(ahead)) {
		return State{}, odd("from the future", nil)
	}
	if before := was.Answer(); answer.Version <= before.Version || answer.Dated.Before(before.Dated) {
		return State{}, fmt.Errorf("version %d, and %d is there: %w", answer.Version, before.Version, ErrNotNewer)
	}
	was.Source, was.Parts = Signed, map[string]Part{"": {Answered: now, Answer: answer}}
	return was, nil
}

// Answer is what a signed file said, if s is the State of Signed.
func (s State) Answer() Answer { return s.Parts[""].Answer }

// Moved is what is kept of signed files when they come from another address from now on.
func (s State) Moved() State {
	s.Asked, s.Trouble, s.Since, s.Parts = time.Time{}, "", time.Time{}, maps.Clone(s.Parts)
	for path, part := range s.Parts {
		part.Tag = tag{}
		s.Parts[path] = part
	}
	return s
}

// unseal gives what one of keys signed.
func unseal(keys []ed25519.PublicKey, file []byte) ([]byte, error) {
	var s sealed
	if len(file) > MaxSigned {
		return nil, errTooBig
	}
	if err := json.Unmarshal(file, &s); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotSigned, err)
	}
	for _, key := range keys {
		if ed25519.Verify(key, append([]byte(purpose), s.Knowledge...), s.Signature) {
			return s.Knowledge, nil
		}
	}
	return nil, ErrNotSigned
}

// parseKnowledge reads what was signed.
func parseKnowledge(knowledge []byte) (Answer, error) {
	var a Answer
	if err := json.Unmarshal(knowledge, &a); err != nil || a.Version <= 0 || a.Dated.IsZero() || len(a.News) > maxNews || len(a.Holes) > maxHoles || len(a.Support) > maxNews || len(a.Records) > 0 {
		return Answer{}, odd("knowledge", err)
	}
	if r := a.Program; r != (Release{}) && (r.Version == "" || !strings.HasPrefix(r.Page, "https://") || !isText(r.Version, r.Page)) {
		return Answer{}, odd(fmt.Sprintf("release %q", r.Version), nil)
	}
	if len(a.News)+len(a.Holes)+len(a.Support) == 0 && a.Program == (Release{}) {
		return Answer{}, odd("no knowledge", nil)
	}
	for _, n := range a.News {
		if n.Maker == "" || n.Version == "" || !strings.HasPrefix(n.Page, "https://") || !isText(n.Maker, n.Model, n.Family, n.Line, n.Version, n.Page) {
			return Answer{}, odd(fmt.Sprintf("version %q of %q", n.Version, n.Maker), nil)
		}
	}
	for _, h := range a.Holes {
		if !isCVE.MatchString(h.CVE) || h.Maker == "" || h.Product == "" || !isText(h.Maker, h.Product) {
			return Answer{}, odd(fmt.Sprintf("hole %q", h.CVE), nil)
		}
	}
	for _, s := range a.Support {
		named := slices.Concat(s.Models, s.Revisions, s.Regions)
		words := append(named, s.Maker, s.Family, s.Source)
		if s.Maker == "" || slices.Contains(named, "") || (s.Family == "") == (len(s.Models) == 0) || !isEnd(s.Ends) || !slices.Contains(stills, s.Still) || s.Source == "" || !isDay(s.Date) || !isText(words...) {
			return Answer{}, odd(fmt.Sprintf("support of %q %q", s.Maker, s.Models), nil)
		}
	}
	return a, nil
}

// stills are what may come after the end of support, of those in assets/makers.
var stills = []string{"", "security", "local"}

// isEnd reports whether a text is a day, a month, a year, or the word for an end that nobody has written down.
func isEnd(s string) bool {
	for _, layout := range []string{"2006-01", "2006"} {
		if _, err := time.Parse(layout, s); err == nil {
			return true
		}
	}
	return s == "ended" || isDay(s)
}

func isDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// isText reports whether words can be shown as they are.
func isText(words ...string) bool {
	for _, w := range words {
		if discovery.Clean(w) != w {
			return false
		}
	}
	return true
}
