package rounds

import "time"

// Settings are what the user has set for the whole program, not for one home. The zero value is what a
// new history begins with. They are stored as JSON, so the words never change.
type Settings struct {
	Language string `json:"language,omitempty"`  // a tag, such as "pt-BR"; "" asks the system
	Theme    string `json:"theme,omitempty"`     // "light" or "dark"; "" asks the system
	TextSize int    `json:"text_size,omitempty"` // percent of the usual one; 0 is 100
	Contrast bool   `json:"contrast,omitempty"`  // black on white, or white on black

	// Rounds in the background.
	Every        string    `json:"every,omitempty"`          // "daily" or "weekly"; "" never
	Hour         int       `json:"hour,omitempty"`           // of the day from which one is due
	OnBattery    bool      `json:"on_battery,omitempty"`     // also on battery
	OnMetered    bool      `json:"on_metered,omitempty"`     // also where the internet costs by volume
	Paused       time.Time `json:"paused,omitzero"`          // until then
	StartAtLogin string    `json:"start_at_login,omitempty"` // "yes" or "no"; "" if nobody was asked

	// Notifications.
	Mute       []string `json:"mute,omitempty"`        // the sorts that are switched off
	QuietFrom  int      `json:"quiet_from,omitempty"`  // minutes after midnight; the same as QuietUntil for no quiet time
	QuietUntil int      `json:"quiet_until,omitempty"` // may be before QuietFrom: the next morning

	Networks []string `json:"networks,omitempty"` // which was meant where there were several, the latest choice first

	Passwords string   `json:"passwords,omitempty"` // factory passwords: PasswordsNever; "" asks for each device
	Also      []string `json:"also,omitempty"`      // what is looked for besides: AlsoDNS, AlsoDHCP
	Keep      int      `json:"keep,omitempty"`      // for how many months the history is kept; 0 for ever

	Paper   string `json:"paper,omitempty"`   // "a4" or "letter"; "" for that of the country
	Reports string `json:"reports,omitempty"` // the folder in which a report is kept after rounds in the background; "" for none
}

// PasswordsNever is the word of Settings.Passwords for a home in which no factory password is ever tried.
const PasswordsNever = "none"

// Words of Settings.Paper.
const (
	PaperA4     = "a4"
	PaperLetter = "letter"
)

// Words of Settings.Also, which ask outside of the home, or everybody in it.
const (
	AlsoDNS  = "dns"  // whether the router leads elsewhere than two public name servers
	AlsoDHCP = "dhcp" // whether a second box hands out addresses
)

// Words of Settings.Mute: the sorts of notifications.
const (
	NoticeNew    = "new"    // a device that was never seen before
	NoticeToday  = "today"  // something new to fix today
	NoticeBack   = "back"   // what was fixed came back
	NoticeRemind = "remind" // a reminder that the user asked for
	NoticeFailed = "failed" // nothing could be looked at for a week
)

// Notices lists the sorts of notifications, in the order in which they are shown.
func Notices() []string {
	return []string{NoticeNew, NoticeToday, NoticeBack, NoticeRemind, NoticeFailed}
}
