package defaultlogin

import (
	"context"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // the UsernameToken asks for it
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"
	"time"

	"porchlight/checks"
	"porchlight/discovery"
)

// What a camera is asked, by the names of discovery/lan.
const (
	askClock  = "GetSystemDateAndTime"
	askDevice = "GetDeviceInformation"
)

// asksONVIF looks whether a camera answers there, which tells everybody its clock, and wants a login
// before it says what it is.
func asksONVIF(ctx context.Context, w checks.Way, d *door) error {
	clock, err := askCamera(ctx, w.HTTP, d, askClock, "")
	if err != nil {
		return err
	}
	if clock.time.IsZero() {
		return errNotAsked
	}
	d.ahead = time.Until(clock.time)
	return refusesONVIF(ctx, w, d)
}

// refusesONVIF looks whether the camera wants a login before it says what it is.
func refusesONVIF(ctx context.Context, w checks.Way, d *door) error {
	a, err := askCamera(ctx, w.HTTP, d, askDevice, "")
	if err != nil {
		return err
	}
	if !a.refused {
		return errNotAsked
	}
	d.says = discovery.Fact{}
	return nil
}

// tryONVIF asks once with the login, dated by the clock of the camera: one that is behind or
// ahead would refuse any (OASIS WS-Security UsernameToken Profile 1.0, section 3.1).
func tryONVIF(ctx context.Context, w checks.Way, d *door) (bool, error) {
	a, err := askCamera(ctx, w.HTTP, d, askDevice, usernameToken(d, time.Now().Add(d.ahead)))
	switch {
	case err != nil:
		return false, broken(err)
	case a.wait:
		return false, later("status %d", a.status)
	case a.device:
		return true, nil
	case a.refused:
		return false, nil
	}
	return false, unclear("status %d", a.status)
}

// usernameToken writes a login: the password goes as a digest with a number that is used once.
func usernameToken(d *door, at time.Time) string {
	var nonce [16]byte
	_, _ = rand.Read(nonce[:]) // never fails
	created := at.UTC().Format("2006-01-02T15:04:05Z")
	sum := sha1.Sum(append(nonce[:], created+d.l.Password...)) //nolint:gosec // see above
	var user strings.Builder
	_ = xml.EscapeText(&user, []byte(d.l.User))
	const (
		ext  = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
		util = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
		hash = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest"
		b64  = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary"
	)
	return `<s:Header><w:Security xmlns:w="` + ext + `" s:mustUnderstand="1"><w:UsernameToken><w:Username>` + user.String() + `</w:Username>` +
		`<w:Password Type="` + hash + `">` + base64.StdEncoding.EncodeToString(sum[:]) + `</w:Password>` +
		`<w:Nonce EncodingType="` + b64 + `">` + base64.StdEncoding.EncodeToString(nonce[:]) + `</w:Nonce>` +
		`<u:Created xmlns:u="` + util + `">` + created + `</u:Created></w:UsernameToken></w:Security></s:Header>`
}

func askCamera(ctx context.Context, client *http.Client, d *door, question, header string) (cameraAnswer, error) {
	body := `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope">` + header +
		`<s:Body><` + question + ` xmlns="http://www.onvif.org/ver10/device/wsdl"/></s:Body></s:Envelope>`
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, d.url(d.l.Path), strings.NewReader(body))
	if err != nil {
		return cameraAnswer{}, fmt.Errorf("ask the camera: %w", err)
	}
	req.Header.Set("Content-Type", "application/soap+xml; charset=utf-8")
	p, err := ask(client, req)
	if err != nil {
		return cameraAnswer{}, err
	}
	return parseCamera(p), nil
}
