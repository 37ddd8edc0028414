// Package scan runs sources together and merges what they observe into devices.
package scan

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"net/netip"
	"slices"
	"strings"
	"time"

	"porchlight/discovery"
)

const (
	maxKeys = 32 // identities that one device may claim

	// maxDevices is how many new ones a round believes in, against a neighbour who makes them up, where a home has
	// no more addresses.
	maxDevices = 512
)

// A merger puts observations together. Two of them are one device if they share a
// hardware address, or an identity that the device gives itself (UPnP UDN, mDNS host), or an
// IP address in the same round.
type merger struct {
	start   time.Time
	devices []*entry
	known   int // of them from earlier rounds
	most    int // new ones that are believed in
	byKey   map[string]*entry
	byAddr  map[netip.Addr]*entry // of this round only: addresses move
}

type entry struct {
	discovery.Device
	gone  bool // merged into another
	stale bool // something was learned since it was identified
	talks bool // it answered in an earlier round
	named bool // it was learned of a new door since somebody looked

	quoted []string // names of others that it gave while nobody knew its hardware
}

// newMerger begins a round with the devices known from earlier ones.
func newMerger(start time.Time, known []discovery.Device) *merger {
	m := &merger{start: start, most: maxDevices, byKey: map[string]*entry{}, byAddr: map[netip.Addr]*entry{}}
	m.known = len(known)
	for _, d := range known {
		e := &entry{Device: d, talks: talked(&d)}
		e.Present, e.HeardAfter, e.FoundBy = false, 0, nil
		m.devices = append(m.devices, e)
		for _, k := range d.Keys {
			m.byKey[k] = e
		}
	}
	return m
}

// talked reports whether a device answered in the round that it is known from. Of one that only the
// neighbour table and the router knew, silence says nothing: a firewall may be in front of it.
func talked(d *discovery.Device) bool {
	return len(d.Services) > 0 || slices.ContainsFunc(d.FoundBy, func(s string) bool { return s != "neighbors" && s != "names" })
}

// add merges one observation and returns the device it is about; nil if it counts for none, or if there
// are too many.
func (m *merger) add(o discovery.Observation) *entry {
	if here := m.byAddr[o.Addr]; here != nil && o.MAC.IsZero() {
		o.MAC = here.MAC // whoever lives there said it: a borrowed name makes nobody another
	}
	keys := keysOf(o)
	e := m.find(o, keys)
	if e == nil || (o.Unsure && e.talks && !e.Present) {
		return nil
	}
	if here := m.byAddr[o.Addr]; here != nil && here != e { // it lives there now
		here.Addrs = slices.DeleteFunc(here.Addrs, func(a netip.Addr) bool { return a == o.Addr })
	}
	if !e.Present { // its first sign in this round: what it said in earlier ones may be old
		e.Addrs, e.Services, e.Facts, e.FoundBy = nil, nil, nil, nil
		e.Present = true
		e.HeardAfter = max(o.At.Sub(m.start), time.Millisecond)
		if e.FirstSeen.IsZero() {
			e.FirstSeen = o.At
		}
	}
	e.LastSeen, e.stale = o.At, true
	if !o.MAC.IsZero() {
		e.MAC = o.MAC
	}
	for _, k := range keys {
		if owner := m.byKey[k]; owner != nil && owner != e && e.MAC.IsZero() {
			e.quoted = insert(e.quoted, k, cmp.Compare[string], maxKeys)
		}
		m.claim(e, k)
	}
	if o.Addr.IsValid() {
		m.byAddr[o.Addr] = e
		e.Addrs = insert(e.Addrs, o.Addr, compareAddr, 64)
	}
	e.addServices(o.Services)
	for _, f := range o.Facts {
		e.Facts = insert(e.Facts, f, compareFact, discovery.MaxFacts)
	}
	e.FoundBy = insert(e.FoundBy, o.Source, cmp.Compare[string], 16)
	return e
}

// find returns the device of an observation: a known one, two that turn out to be one, or
// a new one.
func (m *merger) find(o discovery.Observation, keys []string) *entry {
	var found []*entry
	note := func(e *entry) {
		if e != nil && !slices.Contains(found, e) {
			found = append(found, e)
		}
	}
	for _, k := range keys {
		if e := m.byKey[k]; e != nil && compatible(e, o, keys) && !m.stranger(e, o) {
			note(e)
		}
	}
	if e := m.byAddr[o.Addr]; e != nil && compatible(e, o, keys) {
		note(e)
	}
	if len(found) == 0 && (len(keys) == 0 || o.MAC.Private()) { // it said as little last time
		note(m.byKey[weakKey(o.MAC, o.Addr)])
	}
	if len(found) == 0 {
		if len(m.devices) >= m.most+m.known {
			return nil
		}
		e := &entry{Device: discovery.Device{ID: newID()}}
		m.devices = append(m.devices, e)
		return e
	}
	// The one known longest keeps its identity.
	slices.SortStableFunc(found, func(a, b *entry) int { return compareAge(a, b) })
	for _, other := range found[1:] {
		if found[0].MAC.IsZero() || other.MAC.IsZero() || found[0].MAC == other.MAC {
			m.absorb(found[0], other)
		}
	}
	return found[0]
}

// compatible reports whether an observation can be of a device. Different hardware
// addresses speak against it, unless one is made up, or two identities speak for it: a box
// with cable and Wi-Fi says the same of itself on both. One alone may be copied firmware.
func compatible(e *entry, o discovery.Observation, keys []string) bool {
	if e.MAC.IsZero() || o.MAC.IsZero() || e.MAC == o.MAC || e.MAC.Private() || o.MAC.Private() {
		return true
	}
	shared := 0
	for _, k := range keys {
		if slices.Contains(e.Keys, k) {
			shared++
		}
	}
	return shared >= 2
}

// stranger reports whether an observation comes from an IPv4 address of which nobody knows the hardware
// yet, while the device whose name it gives is known elsewhere. It may be a liar. If it is the same
// device, the neighbour table says so in a moment, and they become one.
func (m *merger) stranger(e *entry, o discovery.Observation) bool {
	if !o.MAC.IsZero() || !o.Addr.Is4() || m.byAddr[o.Addr] == e || slices.Contains(e.Addrs, o.Addr) {
		return false
	}
	return !e.MAC.IsZero() || e.Present && e.Addr().Is4()
}

// maybe lists the others that a device may turn out to be: it gave their names, and no hardware address speaks against it.
func (m *merger) maybe(e *entry) []*entry {
	var out []*entry
	for _, k := range e.quoted {
		other := m.byKey[k]
		if other != nil && other != e && compatible(other, discovery.Observation{MAC: e.MAC}, nil) && !slices.Contains(out, other) {
			out = append(out, other)
		}
	}
	return out
}

// leaveAlone reports whether a device is not to be touched, or may turn out to be such a one.
func (m *merger) leaveAlone(e *entry) bool {
	return e.LeaveAlone || slices.ContainsFunc(m.maybe(e), func(other *entry) bool { return other.LeaveAlone })
}

// copied gives a copy of a device that the merger does not change any more. One that may be another is treated as gently.
func (m *merger) copied(e *entry) discovery.Device {
	d := e.Device
	for _, other := range m.maybe(e) {
		d.Maybe = append(d.Maybe, other.ID)
		d.Tiny = d.Tiny || other.Tiny
	}
	d.Was = slices.Clone(d.Was)
	d.Addrs, d.Keys, d.FoundBy = slices.Clone(d.Addrs), slices.Clone(d.Keys), slices.Clone(d.FoundBy)
	d.Services, d.Facts, d.Evidence = slices.Clone(d.Services), slices.Clone(d.Facts), slices.Clone(d.Evidence)
	return d
}

func compareAge(a, b *entry) int {
	switch {
	case a.FirstSeen.Equal(b.FirstSeen):
		return 0
	case a.FirstSeen.IsZero():
		return 1
	case b.FirstSeen.IsZero():
		return -1
	}
	return a.FirstSeen.Compare(b.FirstSeen)
}

// absorb moves everything of other into e.
func (m *merger) absorb(e, other *entry) {
	other.gone = true
	e.Was = append(append(e.Was, other.ID), other.Was...)
	m.devices = slices.DeleteFunc(m.devices, func(d *entry) bool { return d == other })
	for _, k := range other.Keys {
		m.byKey[k] = e
		e.Keys = insert(e.Keys, k, cmp.Compare[string], maxKeys)
	}
	if e.MAC.IsZero() {
		e.MAC = other.MAC
	}
	e.stale = true
	e.talks = e.talks || other.talks
	e.LeaveAlone = e.LeaveAlone || other.LeaveAlone
	e.Correction = e.Correction.Or(other.Correction) // Apply puts it into the fields
	if !other.Present {
		return
	}
	if !e.Present {
		e.Present, e.HeardAfter = true, other.HeardAfter
		e.Addrs, e.Services, e.Facts, e.FoundBy = nil, nil, nil, nil
	}
	e.HeardAfter = min(e.HeardAfter, other.HeardAfter)
	if other.LastSeen.After(e.LastSeen) {
		e.LastSeen = other.LastSeen
	}
	for a, owner := range m.byAddr {
		if owner == other {
			m.byAddr[a] = e
		}
	}
	for _, a := range other.Addrs {
		e.Addrs = insert(e.Addrs, a, compareAddr, 64)
	}
	e.addServices(other.Services)
	for _, f := range other.Facts {
		e.Facts = insert(e.Facts, f, compareFact, discovery.MaxFacts)
	}
	for _, s := range other.FoundBy {
		e.FoundBy = insert(e.FoundBy, s, cmp.Compare[string], 16)
	}
}

// claim gives an identity to a device, if nobody else has it.
func (m *merger) claim(e *entry, key string) {
	if owner := m.byKey[key]; owner != nil && owner != e && !owner.gone {
		if strings.HasPrefix(key, "udn:") && owner.Present { // made up to be nobody else's (RFC 4122, section 1)
			e.Facts = insert(e.Facts, discovery.OddFact(discovery.OddManyNames), compareFact, discovery.MaxFacts)
		}
		return
	}
	e.Keys = slices.DeleteFunc(e.Keys, func(k string) bool { return strings.HasPrefix(k, weak) })
	if len(e.Keys) < maxKeys {
		m.byKey[key] = e
		e.Keys = insert(e.Keys, key, cmp.Compare[string], maxKeys)
	}
}

// keysOf lists the identities that an observation gives: those that survive a change of
// address. A made-up hardware address is none: phones change it.
func keysOf(o discovery.Observation) []string {
	var keys []string
	if !o.MAC.IsZero() && !o.MAC.Private() {
		keys = append(keys, "mac:"+o.MAC.String())
	}
	for _, f := range o.Facts {
		switch f.Key {
		case discovery.FactUPnPUDN:
			keys = append(keys, "udn:"+strings.ToLower(f.Value))
		case discovery.FactMDNSHost:
			keys = append(keys, "mdns:"+strings.ToLower(f.Value))
		case discovery.FactWSDEndpoint: // the same UUID as in UPnP, spelled as a URN
			keys = append(keys, "udn:"+strings.TrimPrefix(strings.ToLower(f.Value), "urn:"))
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// weak begins the identity of a device that gives no better one. It counts only while nobody
// says more.
const weak = "weak:"

// weakKey is that identity: a made-up hardware address, or where the device was.
func weakKey(mac discovery.MAC, a netip.Addr) string {
	if !mac.IsZero() {
		return weak + mac.String()
	}
	return weak + a.WithZone("").String()
}

// addServices adds doors, or fills in what is newly known about them.
func (e *entry) addServices(doors []discovery.Service) {
	for _, s := range doors {
		i, ok := slices.BinarySearchFunc(e.Services, s, compareService)
		if !ok {
			if len(e.Services) < discovery.MaxServices {
				e.Services, e.named = slices.Insert(e.Services, i, s), true
			}
			continue
		}
		old := &e.Services[i]
		spoke := old.Protocol
		old.Protocol = protocol(old.Protocol, s.Protocol)
		old.Product = cmp.Or(old.Product, s.Product)
		old.TLS = old.TLS || s.TLS
		e.named = e.named || old.Protocol != spoke
	}
}

// protocol chooses between two names for what one door speaks: a web page is often announced
// by its app's name too, and which is heard first must not matter. Checks look for "http".
func protocol(a, b string) string {
	switch {
	case a == "" || b == "":
		return cmp.Or(a, b)
	case a == "http" || b == "http":
		return "http"
	}
	return min(a, b)
}

func compareService(a, b discovery.Service) int {
	return cmp.Or(cmp.Compare(a.Port, b.Port), cmp.Compare(a.Transport, b.Transport))
}

func compareFact(a, b discovery.Fact) int {
	return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.Value, b.Value))
}

// compareAddr puts IPv4 first, then routable IPv6, then link-local.
func compareAddr(a, b netip.Addr) int {
	rank := func(x netip.Addr) int {
		switch {
		case x.Is4():
			return 0
		case !x.IsLinkLocalUnicast():
			return 1
		}
		return 2
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), a.Compare(b))
}

// insert puts v in its place in a sorted list, once, while there is room.
func insert[T any](all []T, v T, compare func(a, b T) int, most int) []T {
	i, ok := slices.BinarySearchFunc(all, v, compare)
	if ok || len(all) >= most {
		return all
	}
	return slices.Insert(all, i, v)
}

// snapshot copies the devices, so that the merger can go on: those that are present
// first, by address.
func (m *merger) snapshot() []discovery.Device {
	out := make([]discovery.Device, 0, len(m.devices))
	for _, e := range m.devices {
		d := m.copied(e)
		if len(d.Keys) == 0 && d.Present {
			d.Keys = []string{weakKey(d.MAC, d.Addr())}
		}
		out = append(out, d)
	}
	slices.SortStableFunc(out, func(a, b discovery.Device) int {
		if a.Present != b.Present {
			if a.Present {
				return -1
			}
			return 1
		}
		return cmp.Or(compareAddr(a.Addr(), b.Addr()), cmp.Compare(a.ID, b.ID))
	})
	return out
}

func newID() discovery.DeviceID {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return discovery.DeviceID("d-" + hex.EncodeToString(b[:]))
}
