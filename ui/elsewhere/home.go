package elsewhere

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"porchlight/assets/text"
	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery"
	"porchlight/ui/report"
)

const (
	// discoveryTopic is where Home Assistant looks for what is new, unless its owner has changed that.
	discoveryTopic = "homeassistant"
	ownTopic       = "porchlight"
	// maxState is how many letters the state of something in Home Assistant may have.
	maxState = 255
	// maxThings is how many things to do are named; the number tells all.
	maxThings = 20
	// maxDevices is how many devices are told of.
	maxDevices = 500
	// stale is for how many rounds that did not come what was told still counts.
	stale = 3
	// lasting is for how long it counts where no rounds come by themselves: somebody who looks every week is in time.
	lasting = 8 * 24 * time.Hour
)

// An entity is one thing that Home Assistant shows: "MQTT discovery" in its manual.
type entity struct {
	Name         string `json:"name"`
	UniqueID     string `json:"unique_id"`
	State        string `json:"state_topic"`
	Value        string `json:"value_template"`
	Attributes   string `json:"json_attributes_topic,omitempty"`
	Availability string `json:"availability_topic"`
	Expires      int    `json:"expire_after"` // seconds: what is old is not known, and never shown as fine
	Class        string `json:"device_class,omitempty"`
	Icon         string `json:"icon,omitempty"`
	Device       group  `json:"device"`
	Origin       origin `json:"origin"`
	component    string // "sensor" or "binary_sensor"
	object       string // its name in topics
}

// A group holds the entities of one home together.
type group struct {
	IDs   []string `json:"identifiers"`
	Name  string   `json:"name"`
	Maker string   `json:"manufacturer"`
	Model string   `json:"model"`
}

type origin struct {
	Name    string `json:"name"`
	Version string `json:"sw_version"`
}

// A state is how the home stands.
type state struct {
	Sentence string    `json:"sentence"`
	Todo     int       `json:"todo"`
	Today    int       `json:"today"`
	Looked   time.Time `json:"looked"`
	Things   []thing   `json:"things"`
}

// A thing is one thing to do.
type thing struct {
	Title    string          `json:"title"`
	Device   string          `json:"device"`
	Severity checks.Severity `json:"severity"`
}

// A presence is whether a device was there at the last look.
type presence struct {
	Present  string         `json:"present"` // as Home Assistant writes it: ON or OFF
	Kind     discovery.Kind `json:"kind"`
	Maker    string         `json:"maker"`
	Model    string         `json:"model"`
	Room     string         `json:"room"`
	Todo     int            `json:"todo"`
	LastSeen time.Time      `json:"last_seen"`
}

// messagesOf gives all that a broker is told of a home. every is how often rounds come; 0 for whenever the user wants.
func messagesOf(t Target, f *report.Facts, every time.Duration) []message {
	s, words := &f.Snapshot, f.Words
	node := fmt.Sprintf("%s_%s_%d", ownTopic, t.Name, s.Home.ID)
	base := fmt.Sprintf("%s/%s/%d", ownTopic, t.Name, s.Home.ID)
	say := func(key string) string { return words.T(key, nil) }
	counts := lasting
	if every > 0 {
		counts = stale * every
	}
	common := entity{
		Availability: base + "/status", Expires: int(counts / time.Second),
		Device: group{IDs: []string{node}, Name: line(s.Home.Name, say("app.name")), Maker: say("app.name"), Model: say("elsewhere.model")},
		Origin: origin{Name: "Porchlight", Version: f.Version},
	}
	whole := func(object, key, value, class, icon string) entity {
		e := common
		e.component, e.object, e.Name, e.Class, e.Icon = "sensor", object, say(key), class, icon
		e.State, e.Value = base+"/state", value
		return e
	}
	todo := whole("todo", "elsewhere.todo", "{{ value_json.todo }}", "", "mdi:clipboard-check-outline")
	todo.Attributes = base + "/state"
	entities := []entity{
		todo,
		whole("sentence", "elsewhere.sentence", "{{ value_json.sentence }}", "", "mdi:home-search-outline"),
		whole("looked", "elsewhere.looked", "{{ value_json.looked }}", "timestamp", ""),
	}
	messages := []message{{base + "/state", inJSON(stateOf(f))}}
	open := map[discovery.DeviceID]int{}
	list, _ := s.Todo(f.Now)
	for i := range list {
		open[list[i].About()]++
	}
	for i := range s.Devices[:min(len(s.Devices), maxDevices)] {
		d := &s.Devices[i]
		e := common
		e.component, e.object, e.Class = "binary_sensor", "device_"+short(string(d.ID)), "connectivity"
		e.Name = line(words.DeviceName(d), string(d.Kind))
		e.State, e.Value = base+"/"+e.object, "{{ value_json.present }}"
		e.Attributes = e.State
		entities = append(entities, e)
		messages = append(messages, message{e.State, inJSON(presenceOf(d, open[d.ID]))})
	}
	for _, e := range entities {
		e.UniqueID = node + "_" + e.object
		messages = append(messages, message{strings.Join([]string{discoveryTopic, e.component, node, e.object, "config"}, "/"), inJSON(e)})
	}
	return append(messages, message{base + "/status", []byte("online")})
}

func stateOf(f *report.Facts) state {
	s := &f.Snapshot
	out := state{Sentence: line(report.Verdict(f.Words, s, f.Now), "-"), Looked: s.Finished.UTC(), Things: []thing{}}
	todo, _ := s.Todo(f.Now)
	out.Todo = len(todo)
	for i := range todo {
		t := &todo[i]
		if t.Severity == checks.Today {
			out.Today++
		}
		if i < maxThings {
			d, _ := s.Device(t.About())
			out.Things = append(out.Things, thing{
				Title: f.Words.Finding(t, &d, text.At(t, s.Devices)).Title, Device: f.Words.DeviceName(&d), Severity: t.Severity,
			})
		}
	}
	return out
}

func presenceOf(d *discovery.Device, todo int) presence {
	p := presence{
		Present: "OFF", Kind: d.Kind, Maker: discovery.Line(d.Vendor), Model: discovery.Line(d.Model), Room: d.Correction.Room, Todo: todo, LastSeen: d.LastSeen.UTC(),
	}
	if d.Present {
		p.Present = "ON"
	}
	return p
}

// line gives words in one line that Home Assistant takes as they are; otherwise if there are none.
func line(words, otherwise string) string {
	words = discovery.Line(words)
	if words == "" {
		words = otherwise
	}
	if r := []rune(words); len(r) > maxState {
		words = string(r[:maxState])
	}
	return words
}

// short gives a name for topics: an ID may hold anything.
func short(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:6])
}

// Every tells how often rounds come, as the user has set it.
func Every(set rounds.Settings) time.Duration {
	switch set.Every {
	case rounds.Daily:
		return 24 * time.Hour
	case rounds.Weekly:
		return 7 * 24 * time.Hour
	}
	return 0
}

// inJSON writes what always can be written.
func inJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}
