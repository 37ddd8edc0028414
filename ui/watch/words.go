package watch

import (
	"porchlight/assets/text"
	"porchlight/checks/rounds"
)

// most is how many things one notice names; the rest is counted.
const most = 4

// Say puts a notice into words: a title, and lines. Names in it come from devices.
func (n Notice) Say(words *text.Catalog, s *rounds.Snapshot) (title string, body []string) {
	if len(n.Items) == 1 {
		title, line := n.Items[0].say(words, s)
		return title, []string{line}
	}
	for i, item := range n.Items {
		if i == most {
			body = append(body, words.T("notice.more", text.Args{"n": len(n.Items) - most}))
			break
		}
		sort, line := item.say(words, s)
		body = append(body, sort+": "+line)
	}
	return words.T("notice.several", text.Args{"n": len(n.Items)}), body
}

// say puts one thing into words: what sort it is, and what it is about.
func (i Item) say(words *text.Catalog, s *rounds.Snapshot) (sort, line string) {
	sort = words.T("notice."+i.Sort, nil)
	d, _ := s.Device(i.Device)
	switch i.Sort {
	case rounds.NoticeNew:
		return sort, words.T("notice.new.text", text.Args{"device": words.DeviceName(&d)})
	case rounds.NoticeFailed:
		return sort, words.T("notice.failed.text", nil)
	}
	for _, f := range s.Findings {
		if f.ID == i.Finding {
			return sort, words.Finding(&f, &d, text.At(&f, s.Devices)).Title
		}
	}
	return sort, words.DeviceName(&d)
}
