package scan

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"porchlight/assets/makers"
	"porchlight/discovery"
	"porchlight/discovery/identify"
)

// calm is how long a device is left to other sources before it is visited: by then its own
// announcements say which doors it has and how sturdy it is.
const calm = 700 * time.Millisecond

// maxPasses is how often one device is visited in a round: again when it has named more doors. How
// many of them are tried is bounded by lan, as everything is.
const maxPasses = 4

// VisitsAtOnce is how many devices are visited in parallel: as many as lan speaks to at
// once, so that nobody's time runs out while waiting for the others.
const VisitsAtOnce = 16

// A Scanner finds the devices of one home.
type Scanner struct {
	Sources []discovery.Source
	Probers []discovery.Prober
	Catalog *makers.Catalog
	Only    discovery.DeviceID // the one device to visit; "" for all
	Addrs   int                // how many IPv4 addresses the home has
	Log     *slog.Logger
}

// A Trouble is a source that failed while the others went on.
type Trouble struct {
	Source string
	Err    error
}

// An Ahead is what is still ahead of a scan.
type Ahead struct {
	Waiting int             // visits that have not begun, of devices that were heard
	Under   []time.Duration // for each visit under way, how long it has taken so far
}

const (
	// showEvery is how often the picture is shown while it changes: fast enough for the eye,
	// and the same work for a hundred devices as for ten.
	showEvery = 80 * time.Millisecond
	// showAnyway is how often it is shown while nothing changes but the time.
	showAnyway = time.Second
)

// Run walks all sources at once, visits each device when it is first heard, and again when it names
// more doors. show gets the devices while they change, and what is ahead, from one goroutine; they are
// copies. The end of ctx ends the scan; what was seen is returned.
func (s Scanner) Run(ctx context.Context, known []discovery.Device, show func([]discovery.Device, Ahead)) ([]discovery.Device, []Trouble) {
	r := &run{Scanner: s, m: newMerger(time.Now().UTC(), known), visited: map[*entry]*visit{}, slots: make(chan struct{}, VisitsAtOnce)}
	r.m.most = max(maxDevices, s.Addrs)
	r.rest = sync.NewCond(&r.mu)
	var wg, listeners, shower sync.WaitGroup
	over := make(chan struct{})
	shower.Go(func() { r.showing(over, show) })
	listen, hush := context.WithCancel(ctx)
	defer hush()
	for _, src := range s.Sources {
		report := func(o discovery.Observation) { r.report(ctx, o) }
		wg.Go(func() {
			start := time.Now()
			err := src.Discover(ctx, report)
			r.ended(ctx, src.Name(), start, err)
		})
		if l, ok := src.(discovery.Listener); ok {
			listeners.Go(func() {
				if err := l.Listen(listen, report); err != nil {
					s.Log.DebugContext(ctx, "not listening", "source", src.Name(), "err", err) // it asks all the same
				}
			})
		}
	}
	wg.Wait()
	r.finish()
	hush()
	listeners.Wait()
	close(over)
	shower.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.picture(), r.troubles
}

// A run is one scan.
type run struct {
	Scanner
	visits sync.WaitGroup
	slots  chan struct{} // one for each visit under way

	mu       sync.Mutex // guards following
	m        *merger
	changed  bool // since it was last shown
	visited  map[*entry]*visit
	under    int        // visits that have not ended
	rest     *sync.Cond // under has become 0
	closed   bool       // no visit begins any more
	troubles []Trouble
}

// A visit is what one device is asked in a round. The run's mu guards it.
type visit struct {
	under  bool               // somebody is there, or on the way
	began  time.Time          // when somebody came for the first time
	passes int                // that began
	more   bool               // doors were named that the first prober has not seen
	seen   []discovery.Device // the device as each prober saw it last
}

// finish waits until no visit is under way, and lets none begin any more.
func (r *run) finish() {
	r.mu.Lock()
	for r.under > 0 {
		r.rest.Wait()
	}
	r.closed = true
	r.mu.Unlock()
	r.visits.Wait()
}

// report merges one observation of a source, and sends somebody to a device that is new or has named
// more doors. A device is identified when somebody looks.
func (r *run) report(ctx context.Context, o discovery.Observation) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, named := r.merge(o)
	if e == nil || len(r.Probers) == 0 || (r.Only != "" && r.Only != e.ID) {
		return
	}
	v := r.visited[e]
	if v == nil {
		v = &visit{more: true, seen: make([]discovery.Device, len(r.Probers))}
		r.visited[e] = v
	}
	v.more = v.more || named
	if v.more && !v.under && !r.closed && v.passes < maxPasses {
		v.under = true
		r.under++
		r.visits.Go(func() { r.visit(ctx, e, v) })
	}
}

// merge puts an observation to its device, and tells whether that has more doors now. nil means that
// it is no sign of life, or that there are more devices than a home can have. The caller holds mu.
func (r *run) merge(o discovery.Observation) (e *entry, named bool) {
	if e = r.m.add(o); e == nil {
		return nil, false
	}
	named, e.named = e.named, false
	r.changed = true
	return e, named
}

// showing shows the picture whenever it has changed, until the scan is over.
func (r *run) showing(over <-chan struct{}, show func([]discovery.Device, Ahead)) {
	tick := time.NewTicker(showEvery)
	defer tick.Stop()
	var shown time.Time
	for {
		select {
		case <-tick.C:
		case <-over:
			return
		}
		r.mu.Lock()
		changed := r.changed || time.Since(shown) >= showAnyway
		r.changed = false
		var devices []discovery.Device
		var ahead Ahead
		if changed {
			devices, ahead = r.picture(), r.ahead()
		}
		r.mu.Unlock()
		if changed && show != nil {
			shown = time.Now()
			show(devices, ahead)
		}
	}
}

// ahead tells what is ahead. A device that is visited again does not count: that takes a moment. The
// caller holds mu.
func (r *run) ahead() Ahead {
	var a Ahead
	for _, v := range r.visited {
		switch {
		case !v.under || v.passes > 1:
		case v.passes == 0:
			a.Waiting++
		default:
			a.Under = append(a.Under, time.Since(v.began))
		}
	}
	return a
}

// visit lets the probers ask one device, and again while it names more doors.
func (r *run) visit(ctx context.Context, e *entry, v *visit) {
	for again := true; again; {
		stayed := r.pass(ctx, e, v)
		r.mu.Lock()
		if again = stayed && v.more && v.passes < maxPasses; !again {
			v.under = false
			if r.under--; r.under == 0 {
				r.rest.Broadcast()
			}
		}
		r.mu.Unlock()
	}
}

// pass sends each prober to one device once; after the first time only those who return. false means
// that nobody may go there any more.
func (r *run) pass(ctx context.Context, e *entry, v *visit) bool {
	select {
	case <-time.After(calm):
	case <-ctx.Done():
		return false
	}
	select {
	case r.slots <- struct{}{}:
		defer func() { <-r.slots }()
	case <-ctx.Done():
		return false
	}
	r.mu.Lock()
	if r.m.leaveAlone(e) { // whoever turns out to be another is visited when that is heard
		r.mu.Unlock()
		return false
	}
	first := v.passes == 0
	if v.passes++; first {
		v.began = time.Now()
	}
	v.more = false
	before := slices.Clone(v.seen)
	r.mu.Unlock()
	for i, p := range r.Probers {
		r.mu.Lock()
		stop := e.gone || r.m.leaveAlone(e) // merged into one that is visited itself, or not to be touched
		r.mu.Unlock()
		if stop || ctx.Err() != nil {
			return false
		}
		now := func() discovery.Device { return r.look(e, v, i) }
		start := time.Now()
		var err error
		if back, ok := p.(discovery.Returner); ok && !first {
			err = back.Return(ctx, before[i], now, r.answered)
		} else if first {
			err = p.Probe(ctx, now, r.answered)
		}
		if err != nil {
			r.ended(ctx, p.Name(), start, err)
		}
	}
	return true
}

// answered merges what a prober learned. A door that it found is no news to it.
func (r *run) answered(o discovery.Observation) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.merge(o)
}

// look copies a device for a prober as it is known at this moment, by its own signs.
func (r *run) look(e *entry, v *visit, prober int) discovery.Device {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.identify(e)
	d := r.m.copied(e)
	d = d.Uncorrected()
	v.seen[prober] = d
	if prober == 0 {
		v.more = false
	}
	return d
}

// picture copies all devices, identified. The caller holds mu.
func (r *run) picture() []discovery.Device {
	for _, e := range r.m.devices {
		r.identify(e)
	}
	return r.m.snapshot()
}

func (r *run) identify(e *entry) {
	if e.stale {
		identify.Apply(r.Catalog, &e.Device)
		e.stale = false
	}
}

func (r *run) ended(ctx context.Context, name string, start time.Time, err error) {
	took := time.Since(start)
	switch {
	case err == nil, ctx.Err() != nil:
		r.Log.DebugContext(ctx, "source done", "source", name, "took", took)
	case errors.Is(err, discovery.ErrUnavailable):
		r.Log.InfoContext(ctx, "source not available here", "source", name)
	default:
		r.Log.WarnContext(ctx, "source failed", "source", name, "took", took, "err", err)
		r.mu.Lock()
		r.troubles = append(r.troubles, Trouble{Source: name, Err: err})
		r.mu.Unlock()
	}
}
