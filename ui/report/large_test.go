package report

import (
	"bytes"
	"fmt"
	"net/netip"
	"runtime"
	"testing"
	"time"

	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/ui/report/paper"
)

// large is a home of that many devices, where something is wrong with every sixth and every ninth could not be checked.
func large(n int) rounds.Snapshot {
	s := family()
	kinds := discovery.Kinds()
	router := s.Devices[0]
	s.Devices, s.Findings, s.Outcomes = []discovery.Device{router}, nil, nil
	for i := 1; i < n; i++ {
		id := discovery.DeviceID(fmt.Sprintf("d-%d", i))
		d := device(string(id), fmt.Sprintf("Device number %d", i), kinds[i%len(kinds)], "Acme", fmt.Sprintf("Model %d", i%40), "192.168.1.9", fmt.Sprintf("Room %d", i%17))
		d.Addrs = []netip.Addr{netip.AddrFrom4([4]byte{192, 168, 2, byte(i)})}
		d.Firmware = fmt.Sprintf("1.%d", i)
		s.Devices = append(s.Devices, d)
		outcome := checks.Outcome{Check: "telnet", Device: id, Result: checks.Clear}
		if i%9 == 0 {
			outcome.Result, outcome.Reason = checks.Unknown, checks.ReasonUnreachable
		}
		if i%6 == 0 {
			f := checks.Finding{
				ID: fmt.Sprintf("f-%d", i), Kind: []checks.Kind{"telnet-open", "default-login", "open-admin"}[i/6%3], Check: "telnet", Device: id, Port: 80,
				Severity: []checks.Severity{checks.Today, checks.Week, checks.Good}[i*3/n], Confidence: discovery.Saw, First: evening, Last: evening,
			}
			s.Findings = append(s.Findings, f)
		}
		s.Outcomes = append(s.Outcomes, outcome)
	}
	return s
}

const (
	largeHome  = 250
	largeTime  = 2 * time.Second
	largeBytes = 3_000_000
	largeHeap  = 64_000_000
)

func TestALargeHomeIsPrintedSoon(t *testing.T) {
	f := facts(t, large(largeHome), "ru")
	New(facts(t, family(), "ru")).Household(paper.A4) // the font is read once
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	var b bytes.Buffer
	d := New(f).Household(paper.A4)
	if err := d.PDF(&b); err != nil {
		t.Fatal(err)
	}
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	t.Logf("%d pages, %d bytes in %v, %d bytes allocated", len(d.Sheets), b.Len(), took, after.TotalAlloc-before.TotalAlloc)
	if took > largeTime*patience {
		t.Errorf("it took %v", took)
	}
	if b.Len() > largeBytes {
		t.Errorf("it has %d bytes", b.Len())
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 4*largeHeap {
		t.Errorf("it allocated %d bytes", used)
	}
}

// patience is for busy machines.
const patience = 4

func BenchmarkHousehold250Devices(b *testing.B) {
	f := facts(b, large(largeHome), "en")
	b.ReportAllocs()
	for b.Loop() {
		var out bytes.Buffer
		if err := New(f).Household(paper.A4).PDF(&out); err != nil {
			b.Fatal(err)
		}
	}
}
