package rounds

import (
	"slices"
	"time"
)

// Words of Settings.Every.
const (
	Daily  = "daily"
	Weekly = "weekly"
)

// Muted reports whether the user has switched off a sort of notification.
func (s *Settings) Muted(notice string) bool { return slices.Contains(s.Mute, notice) }

// SetMuted switches a sort of notification off or on.
func (s *Settings) SetMuted(notice string, off bool) {
	s.Mute = slices.DeleteFunc(slices.Clone(s.Mute), func(m string) bool { return m == notice })
	if off {
		s.Mute = append(s.Mute, notice)
	}
}

// Quiet reports whether the user is told nothing at a moment, where the user lives.
func (s *Settings) Quiet(now time.Time) bool {
	const day = 24 * 60 // minutes
	since := func(from, at int) int { return ((at-from)%day + day) % day }
	return since(s.QuietFrom, now.Hour()*60+now.Minute()) < since(s.QuietFrom, s.QuietUntil)
}
