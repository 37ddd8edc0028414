package ui

import (
	"context"
	"slices"
	"strings"

	"porchlight/assets/text"
	"porchlight/discovery"
)

// maxNamed is how many devices a question names; the others are counted.
const maxNamed = 6

// named gives the names of devices in one line.
func (w *Window) named(ids []discovery.DeviceID) string {
	names := make([]string, 0, maxNamed+1)
	for _, id := range ids[:min(maxNamed, len(ids))] {
		names = append(names, w.words.DeviceName(w.now.device[id]))
	}
	if more := len(ids) - maxNamed; more > 0 {
		names = append(names, w.words.count("notice.more", more))
	}
	return strings.Join(names, ", ")
}

// forget asks, then forgets devices with all that is known of them.
func (w *Window) forget(ids ...discovery.DeviceID) {
	say := w.words.say
	if w.now.walking { // the round would bring them back as they were
		w.question(say("trouble.title"), []string{w.words.count("forget.later", len(ids))}, nil, say("action.ok"), nil)
		return
	}
	title, lines := w.words.T("forget.title", text.Args{"device": w.named(ids)}), []string{say("forget.text"), w.words.count("forget.new", len(ids)), w.words.count("forget.final", len(ids))}
	if len(ids) > 1 {
		title, lines = w.words.count("forget.several", len(ids)), append([]string{w.named(ids)}, lines...)
	}
	w.question(title, lines, nil, say("forget.yes"), func() {
		w.inTurn(func(ctx context.Context) error { return w.program.Forget(ctx, ids...) }, func(trouble string) {
			if trouble == "" {
				w.undo.forget() // what was said of them is gone too
				if w.page == page(w.device) && slices.Contains(ids, w.device.id) {
					w.open(w.devices)
				}
			}
			w.tell(trouble)
		})
	})
}
