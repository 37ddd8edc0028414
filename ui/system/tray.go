//go:build !darwin || cgo

package system

import (
	"context"
	"sync"

	"fyne.io/systray"
)

// A Tray is a picture with a menu, beside the clock of the desktop.
type Tray struct {
	Icon []byte // PNG; on Windows ICO
	Menu []*Item

	mu    sync.Mutex // guards following
	items map[*Item]*systray.MenuItem
}

// Run shows the tray until ctx ends, also when a host for it comes later. Call it from the main goroutine, once.
func (t *Tray) Run(ctx context.Context) {
	if !trayBus() {
		<-ctx.Done()
		return
	}
	var clicks sync.WaitGroup
	stop := context.AfterFunc(ctx, systray.Quit)
	defer stop()
	systray.Run(func() {
		systray.SetTitle(name)
		systray.SetIcon(t.Icon)
		systray.SetTooltip(name)
		t.mu.Lock()
		defer t.mu.Unlock()
		t.items = map[*Item]*systray.MenuItem{}
		for _, i := range t.Menu {
			if i.Title == "" {
				systray.AddSeparator()
				continue
			}
			m := systray.AddMenuItem(i.Title, "")
			t.items[i] = m
			if i.Do == nil {
				m.Disable()
				continue
			}
			clicks.Go(func() {
				for {
					select {
					case <-m.ClickedCh:
						i.Do()
					case <-ctx.Done():
						return
					}
				}
			})
		}
	}, nil)
	clicks.Wait()
}

// Say changes the words of a line.
func (t *Tray) Say(i *Item, title string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if title == "" || title == i.Title {
		return
	}
	i.Title = title
	if m := t.items[i]; m != nil {
		m.SetTitle(title)
	}
}

// Tip changes what is said when the pointer stands over the picture.
func (t *Tray) Tip(tip string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.items != nil {
		systray.SetTooltip(tip)
	}
}
