package defaultlogin

import (
	"context"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"strconv"

	"porchlight/checks"
	"porchlight/discovery"
	"porchlight/discovery/lan"
)

// asksRTSP looks whether the camera of the product asks for a login before it tells of its
// picture (RFC 2326, section 10.2).
func asksRTSP(ctx context.Context, w checks.Way, d *door) error {
	t, err := begin(ctx, w, d, "RTSP DESCRIBE "+d.l.Path)
	if err != nil {
		return err
	}
	defer func() { _ = t.Close() }()
	a, err := t.describe(d, 1, "")
	if err != nil {
		return err
	}
	return a.asks(d)
}

func (a rtspAnswer) asks(d *door) error {
	p := page{challenges: a.challenges}
	if a.status != http.StatusUnauthorized || !d.l.RealmMatch.Fits(p.anyRealm()) {
		return errNotAsked
	}
	d.says = discovery.Fact{Key: "rtsp.realm", Value: discovery.Clean(p.anyRealm())}
	return nil
}

// tryRTSP asks with the login once, by the way that the camera wants (RFC 2326, section 12.5).
// No picture is asked for.
func tryRTSP(ctx context.Context, w checks.Way, d *door) (bool, error) {
	t, err := begin(ctx, w, d, "RTSP DESCRIBE "+d.l.Path+lan.WithLogin)
	if err != nil {
		return false, err
	}
	defer func() { _ = t.Close() }()
	a, err := t.describe(d, 1, "")
	if err != nil {
		return false, err
	}
	if err := a.asks(d); err != nil {
		return false, err
	}
	said, err := answerDigest(a.challenges, "DESCRIBE", d.rtspURL(), d)
	if err != nil {
		realm, ok := page{challenges: a.challenges}.challenge("Basic")
		if !ok || !d.l.RealmMatch.Fits(realm) {
			return false, err
		}
		said = "Basic " + base64.StdEncoding.EncodeToString([]byte(d.l.User+":"+d.l.Password))
	}
	a, err = t.describe(d, 2, said)
	if err != nil {
		return false, broken(err)
	}
	switch {
	case a.status == http.StatusOK && a.sdp:
		return true, nil
	case a.status == http.StatusUnauthorized:
		return false, nil
	case a.status == http.StatusForbidden, a.status == http.StatusServiceUnavailable, a.status == http.StatusTooManyRequests, a.wait:
		return false, later("status %d", a.status)
	}
	return false, unclear("status %d", a.status)
}

func (d *door) rtspURL() string {
	return "rtsp://" + net.JoinHostPort(d.addr.WithZone("").String(), strconv.Itoa(int(d.s.Port))) + d.l.Path
}

// describe asks for the description of a picture.
func (t *talk) describe(d *door, seq int, authorization string) (rtspAnswer, error) {
	ask := fmt.Sprintf("DESCRIBE %s RTSP/1.0\r\nCSeq: %d\r\nAccept: application/sdp\r\nUser-Agent: Porchlight\r\n", d.rtspURL(), seq)
	if authorization != "" {
		ask += "Authorization: " + authorization + "\r\n"
	}
	if err := t.say(ask + "\r\n"); err != nil {
		return rtspAnswer{}, err
	}
	b, err := t.until(rtspEnd)
	if len(b) == 0 {
		return rtspAnswer{}, err
	}
	return parseRTSP(b)
}
