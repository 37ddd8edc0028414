package testhome

import (
	"fmt"
	"html"
	"io"
	"net/http"
)

// A Login is what a device asks for: BehindLogin by HTTP Basic, others in their own way.
type Login struct {
	Realm, User, Password string
	// LockAfter is how many failures lock the pages for everybody, answered by 503; 0 is never.
	LockAfter int
}

// SetPassword changes the password that BehindLogin wants, and forgets past failures.
func (d *Device) SetPassword(password string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.Login != nil {
		d.Login = &Login{Realm: d.Login.Realm, User: d.Login.User, Password: password, LockAfter: d.Login.LockAfter}
	}
	d.failures = 0
}

// Page answers every path with one web page. body is HTML; without a title there is no
// title element.
func Page(title, body string) Web {
	if title != "" {
		title = "<title>" + html.EscapeString(title) + "</title>"
	}
	page := "<!DOCTYPE html>\n<html><head>" + title + "</head><body>" + body + "</body></html>\n"
	return Text("text/html; charset=utf-8", page)
}

// Text answers every path with one text.
func Text(contentType, text string) Web {
	return func(d *Device, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		_, _ = io.WriteString(w, d.fill(text))
	}
}

// Paths answers each path by its own Web and all others by 404.
func Paths(pages map[string]Web) Web {
	return func(d *Device, w http.ResponseWriter, r *http.Request) {
		page, ok := pages[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		page(d, w, r)
	}
}

// Refused answers every path by 401 and a challenge, such as `Digest realm="x"`.
func Refused(challenge string) Web {
	return func(_ *Device, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("WWW-Authenticate", challenge)
		http.Error(w, "401 Unauthorized", http.StatusUnauthorized)
	}
}

// BehindLogin answers like next for whoever brings the device's login, and counts who does not.
func BehindLogin(next Web) Web {
	return func(d *Device, w http.ResponseWriter, r *http.Request) {
		user, password, carries := r.BasicAuth()
		ok, locked, realm := d.logIn(carries, func(l Login) bool { return user == l.User && password == l.Password })
		switch {
		case locked:
			http.Error(w, "locked: too many failed logins", http.StatusServiceUnavailable)
		case !ok:
			Refused(fmt.Sprintf("Basic realm=%q", realm))(d, w, r)
		default:
			next(d, w, r)
		}
	}
}

// LogIn counts a login, by whatever protocol, and reports whether it opens the device; right looks
// at what was sent. A device that is locked says no to everybody.
func (d *Device) LogIn(right func(Login) bool) (ok, locked bool) {
	ok, locked, _ = d.logIn(true, right)
	return ok, locked
}

func (d *Device) logIn(carries bool, right func(Login) bool) (ok, locked bool, realm string) {
	d.note(func(c *Counts) { // under the device's lock
		if d.Login == nil {
			return
		}
		realm = d.Login.Realm
		isLocked := func() bool { return d.Login.LockAfter > 0 && d.failures >= d.Login.LockAfter }
		locked = isLocked()
		if !carries {
			return
		}
		c.LoginAttempts++
		if ok = !locked && right(*d.Login); !ok {
			c.LoginFailures++
			d.failures++
			locked = isLocked()
		}
	})
	return ok, locked, realm
}
