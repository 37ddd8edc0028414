package text

import "time"

// Left says about how long something still takes, in steps that a person can bear to watch; "" for 0,
// when nobody can say.
func (c *Catalog) Left(d time.Duration) string {
	const (
		moment = 8 * time.Second  // less is not worth a number
		step   = 10 * time.Second // of the seconds
		minute = 55 * time.Second // from here on minutes are told
	)
	switch {
	case d <= 0:
		return ""
	case d < moment:
		return c.T("left.moment", nil)
	case d < minute:
		return c.T("left.seconds", Args{"n": int(d.Round(step) / time.Second)})
	}
	return c.T("left.minutes", Args{"n": int(d.Round(time.Minute) / time.Minute)})
}
