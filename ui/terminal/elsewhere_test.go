package terminal

import (
	"bytes"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// nobodyAt is an address of this computer where nobody listens.
func nobodyAt(t *testing.T) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	return l.Addr().String()
}

func TestSomebodyElseIsToldFromTheTerminal(t *testing.T) {
	h := newHistory(t)
	told := 0
	hook := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { told++ }))
	defer hook.Close()
	file := filepath.Join(t.TempDir(), "address")
	h.ok(os.WriteFile(file, []byte(hook.URL+"/api/webhook/only-for-mia\n"), 0o600))
	secret := []string{"only-for-mia", "swordfish"}
	h.says("nobody yet", ExitDone, []string{"Whom may we tell? Nobody"}, nil, "elsewhere")
	h.says("whose address?", ExitUsage, []string{"--secret-file"}, nil, "elsewhere", "webhook")
	h.says("a webhook", ExitDone, []string{"A webhook (" + hook.URL + "/…)", "Told last: "}, secret, "elsewhere", "webhook", "--secret-file="+file)
	if told != 1 {
		t.Errorf("it was told %d times, want once", told)
	}
	h.says("still the webhook", ExitDone, []string{"A webhook (" + hook.URL + "/…)", "Told last: "}, secret, "elsewhere")
	away := nobodyAt(t)
	h.says("nobody there", ExitCannot, []string{"An MQTT broker (" + away + ")", "Nobody answers there."}, secret, "elsewhere", "mqtt://"+away)
	h.says("why it failed", ExitDone, []string{"Tried last: ", "Nobody answers there."}, secret, "elsewhere")
	h.says("outside, in plain", ExitUsage, []string{"has to be encrypted", "mqtts://"}, secret, "elsewhere", "mqtt://192.0.2.1")
	h.says("a password to see", ExitUsage, []string{"asked for"}, secret, "elsewhere", "mqtt://mia:swordfish@127.0.0.1")
	h.says("an address to see", ExitUsage, []string{"asked for"}, secret, "elsewhere", hook.URL+"/api/webhook/only-for-mia")
	h.says("an address beside it", ExitUsage, []string{"asked for"}, secret, "elsewhere", "webhook", hook.URL+"/api/webhook/only-for-mia")
	h.says("a password of nobody", ExitUsage, []string{"a name: mqtt://NAME@HOST"}, nil, "elsewhere", "mqtt://"+away, "--secret-file="+file)
	h.ok(os.WriteFile(file, []byte(strings.Repeat("x", maxSecret+1)+"\n"), 0o600))
	h.says("too long", ExitUsage, []string{"longer"}, []string{"xx"}, "elsewhere", "webhook", "--secret-file="+file)
	h.says("nobody again", ExitDone, []string{"Whom may we tell? Nobody"}, nil, "elsewhere", "off")
	h.says("a secret of nobody", ExitUsage, []string{"--secret-file"}, nil, "elsewhere", "off", "--secret-file="+file)
	if told != 1 {
		t.Errorf("it was told %d times, want once", told)
	}
}

func TestThereIsNothingToTellYet(t *testing.T) {
	status, out, errOut := command(t, strings.NewReader(""), t.TempDir(), "elsewhere", "mqtt://"+nobodyAt(t))
	if status != ExitDone || !strings.Contains(out, "There is nothing to tell yet.") {
		t.Errorf("got %d, %s%s", status, out, errOut)
	}
}

func TestThePasswordOfABrokerIsAskedFor(t *testing.T) {
	h := newHistory(t)
	var o, e bytes.Buffer
	var asked []string
	tt := Terminal{In: strings.NewReader(""), Out: &o, Err: &e, Languages: []string{"en"}, Interactive: true, Secret: func(question string) (string, error) {
		asked = append(asked, question)
		return "swordfish", nil
	}}
	status := tt.Run(t.Context(), []string{"--data", h.dir, "elsewhere", "mqtt://mia@" + nobodyAt(t)})
	if said := o.String() + e.String(); status != ExitCannot || len(asked) != 1 || !strings.HasPrefix(asked[0], "Password") || strings.Contains(said, "swordfish") {
		t.Errorf("got %d after %s\n%s", status, strconv.Quote(strings.Join(asked, ", ")), said)
	}
}
