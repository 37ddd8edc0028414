// Package report makes what a household prints and keeps: the household report and the sheet for the fridge, as PDF, as HTML
// and as pictures, and the devices as CSV and JSON. One Report holds all that is said; whoever draws it adds no words.
package report

import (
	"time"

	"porchlight/assets/text"
	"porchlight/checks/firmware"
	"porchlight/checks/rounds"
	"porchlight/discovery"
)

// Facts are what a report is made of.
type Facts struct {
	Snapshot rounds.Snapshot
	Words    *text.Catalog
	Version  string    // of the program
	Now      time.Time // when the report is made
	// Changes are those since Since, newest first. Since is when the last report was made, if Reported, or the round before
	// this one; zero if there is nothing to compare with.
	Changes  []rounds.Change
	Since    time.Time
	Reported bool
	// Known tells of the firmware of a device; nil for nothing.
	Known func(discovery.Device) firmware.Known
	// MACs shows whole hardware addresses.
	MACs bool
}

// known tells of the firmware of a device.
func (f *Facts) known(d discovery.Device) firmware.Known {
	if f.Known == nil {
		return firmware.Known{}
	}
	return f.Known(d)
}

// A Report is all that is said on paper, in the order in which it is read. Its words may hold names that devices gave
// themselves; they are plain text.
type Report struct {
	Language string
	Program  string // its name and version
	Made     time.Time

	Kind     string // "Household report"
	Title    string // of the file
	Home     string
	Practice string // that the home is simulated; "" if it is not
	MadeOn   string
	Looked   string // when the home was looked at
	Verdict  Said
	Figures  []Figure
	LookedAt Looked
	Private  string
	Contents string

	Todo      Todo
	Devices   Devices
	Changes   Changes
	Unchecked Unchecked
	How       How
	Sources   Sources
	Fridge    Fridge

	Colon string                       // as it follows a word
	Page  func(page, pages int) string // "Page 2 of 5"
	See   func(page int) string        // "page 2"
	More  func(n int) string           // "and 2 more"
}

// Said is words with the icon that goes with them.
type Said struct{ Icon, Words string }

// A Figure is one number of the cover.
type Figure struct {
	N     int
	Words string // after the number
}

// Looked is what was looked at, on how many devices.
type Looked struct {
	Title string
	Lines []Line
}

// Todo is what to do.
type Todo struct {
	Title, Help string
	Groups      []Group
	Also        string   // the heading over Rest
	Rest        []Aside  // what is for later, accepted or only good to know
	Done, By    string   // "Done on" and "by", before lines to write on
	Labels      JobWords // the same for every job
}

// JobWords are said in every job.
type JobWords struct{ Cannot, Pause, Why string }

// A Group is jobs of the same urgency.
type Group struct {
	Said
	Jobs []Job
}

// A Job is one thing to do.
type Job struct {
	Number  int
	Icon    string // of the device
	Title   string
	Line    Said   // what to do, in a few words that tell no visitor what is wrong, and the icon of the device that they name
	About   string // what and where the device is
	Sure    string // how sure we are, and since when
	Meaning string
	Who     string // who profits
	Source  int    // of Who, in Sources; 0 for none
	Steps   []string
	Time    string
	Pause   string // what may stop for a moment
	Cannot  string // what to do if it cannot be done
	Sticker string // where its sticker is
}

// An Aside is a line about something that is not for now.
type Aside struct {
	Said
	Title string
}

// Devices are the devices by room.
type Devices struct {
	Title, Help                      string
	Device, Software, Updates, State string // columns
	Rooms                            []Room
}

// A Room is the devices of one room; its Name is "" if nobody has said where devices are.
type Room struct {
	Name    string
	Devices []Device
}

// A Device is one line of the list.
type Device struct {
	Icon     string
	Name     string
	What     string // what it is, who made it
	Place    string // its addresses
	Software string
	Newest   string // "" if it runs the newest that we know, or we know none
	Updates  string // until when it gets them
	Source   int    // of Updates; 0 for none
	State    Said
	Seen     string // when it was last seen; "" if it is here
}

// Changes is what changed since the last report, or the round before.
type Changes struct {
	Title, Since string
	Lines        []Change
	More         string // how many more there are; "" for none
	None         string // said if there are no lines
}

// A Change is one thing that changed.
type Change struct {
	Icon, Date, Words string
}

// Unchecked is what could not be checked.
type Unchecked struct {
	Title, Meaning string
	Gaps           []Gap
	Troubles       []string // ways of finding devices that did not work
	None           string   // said if there are no gaps
}

// A Gap is what could not be checked for one reason.
type Gap struct {
	Title, Why, Do string
	Devices        []Line
}

// A Line is a name and what is said of it.
type Line struct{ Name, Words string }

// How is how we looked, and what was sent.
type How struct {
	Title      string
	Paragraphs []string
	Sent       string // the heading over Sums
	Sums       []Line
}

// Sources are where facts come from, by numbers from 1.
type Sources struct {
	Title string
	Lines []string
}

// A task is a job as everybody may read it who comes by the fridge.
type task struct {
	Number              int
	Icon                string // of the device
	Line, Sticker, Time string // as in Job
}

// A Fridge is the sheet for the fridge.
type Fridge struct {
	Kind         string // "For the fridge"
	Date         string // when the home was looked at
	Title        string // how much there is to do
	Jobs         []task // at most three
	Who, When    string // before lines to write on
	More         string // how many more there are; "" for none
	Steps        string // where the steps are
	Keep         string // the heading over Habits
	Habits       []string
	Stuck, Phone string // before lines to write on
	Never        string
}
