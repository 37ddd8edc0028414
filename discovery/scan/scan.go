package scan

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"porchlight/assets/makers"
	"porchlight/discovery"
	"porchlight/discovery/identify"
)

// calm is how long a device is left to other sources before it is visited: by then its own
// announcements say which doors it has and how sturdy it is.
const calm = 700 * time.Millisecond

// visitsAtOnce is how many devices are visited in parallel: as many as lan speaks to at
// once, so that nobody's time runs out while waiting for the others.
const visitsAtOnce = 16

// A Scanner finds the devices of one home.
type Scanner struct {
	Sources []discovery.Source
	Probers []discovery.Prober
	Catalog *makers.Catalog
	Only    discovery.DeviceID // the one device to visit; "" for all
	Log     *slog.Logger
}

// A Trouble is a source that failed while the others went on.
type Trouble struct {
	Source string
	Err    error
}

// showEvery is how often the picture is shown while it changes: fast enough for the eye,
// and the same work for a hundred devices as for ten.
const showEvery = 80 * time.Millisecond

// Run walks all sources at once, and visits each device when it is first heard. show gets
// the devices while they change, from one goroutine; they are copies. The end of ctx ends
// the scan; what was seen is returned.
func (s Scanner) Run(ctx context.Context, known []discovery.Device, show func([]discovery.Device)) ([]discovery.Device, []Trouble) {
	r := &run{Scanner: s, m: newMerger(time.Now().UTC(), known), visited: map[*entry]bool{}, slots: make(chan struct{}, visitsAtOnce)}
	var wg, shower sync.WaitGroup
	over := make(chan struct{})
	shower.Go(func() { r.showing(over, show) })
	for _, src := range s.Sources {
		wg.Go(func() {
			start := time.Now()
			err := src.Discover(ctx, func(o discovery.Observation) { r.report(ctx, o) })
			r.ended(ctx, src.Name(), start, err)
		})
	}
	wg.Wait()
	r.visits.Wait()
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
	visited  map[*entry]bool
	troubles []Trouble
}

// report merges one observation. Its device is identified when somebody looks.
func (r *run) report(ctx context.Context, o discovery.Observation) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e := r.m.add(o)
	if e == nil { // more devices than a home can have
		return
	}
	if !r.visited[e] && len(r.Probers) > 0 && (r.Only == "" || r.Only == e.ID) {
		r.visited[e] = true
		r.visits.Go(func() { r.visit(ctx, e) })
	}
	r.changed = true
}

// showing shows the picture whenever it has changed, until the scan is over.
func (r *run) showing(over <-chan struct{}, show func([]discovery.Device)) {
	tick := time.NewTicker(showEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-over:
			return
		}
		r.mu.Lock()
		changed := r.changed
		r.changed = false
		var devices []discovery.Device
		if changed {
			devices = r.picture()
		}
		r.mu.Unlock()
		if changed && show != nil {
			show(devices)
		}
	}
}

// visit lets the probers ask one device.
func (r *run) visit(ctx context.Context, e *entry) {
	select {
	case <-time.After(calm):
	case <-ctx.Done():
		return
	}
	select {
	case r.slots <- struct{}{}:
		defer func() { <-r.slots }()
	case <-ctx.Done():
		return
	}
	for _, p := range r.Probers {
		r.mu.Lock()
		stop := e.gone || e.LeaveAlone // merged into one that is visited itself, or not to be touched
		r.mu.Unlock()
		if stop {
			return
		}
		start := time.Now()
		err := p.Probe(ctx, func() discovery.Device { return r.now(e) }, func(o discovery.Observation) { r.report(ctx, o) })
		if err != nil {
			r.ended(ctx, p.Name(), start, err)
		}
	}
}

// now copies a device as it is known at this moment, by its own signs.
func (r *run) now(e *entry) discovery.Device {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.identify(e)
	d := e.copied()
	return d.Uncorrected()
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
