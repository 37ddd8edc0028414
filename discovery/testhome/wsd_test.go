package testhome

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
)

func TestCamerasAnswerAProbe(t *testing.T) {
	t.Parallel()
	p := newPlan()
	cam := &Device{Name: "Camera", Addr: p.host(10), WSD: &WSD{
		UUID: "0d6f0000-0000-4000-8000-000000000010", Types: "dn:NetworkVideoTransmitter", Scopes: []string{"onvif://www.onvif.org/name/Hall"}, XAddr: "http://{addr}/onvif/device_service",
	}}
	Run(t, cam, &Device{Name: "Lamp", Addr: p.host(11)})
	a := ask(t, p)
	for i, tt := range []struct {
		types string
		want  int
	}{{"", 1}, {"dn:NetworkVideoTransmitter", 1}, {"wsdp:Device", 0}} {
		id := fmt.Sprintf("urn:uuid:5a8f1d20-0a11-11e5-8d2c-00000000000%d", i)
		a.send(t, wsdGroup, []byte(`<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery">`+
			`<s:Header><a:MessageID>`+id+`</a:MessageID></s:Header><s:Body><d:Probe><d:Types>`+tt.types+`</d:Types></d:Probe></s:Body></s:Envelope>`))
		got := a.answers(tt.want)[netip.AddrPortFrom(cam.Addr, 3702)]
		if len(got) != tt.want {
			t.Errorf("%q: got %d answers, want %d", tt.types, len(got), tt.want)
		}
		for _, said := range got {
			for _, want := range []string{"<a:RelatesTo>" + id + "</a:RelatesTo>", "<d:XAddrs>http://" + cam.Addr.String() + "/onvif/device_service</d:XAddrs>"} {
				if !strings.Contains(said, want) {
					t.Errorf("%q: %q is not in %s", tt.types, want, said)
				}
			}
		}
	}
	a.send(t, wsdGroup, []byte("<s:Envelope>"))
	if got := a.answers(0); len(got) > 0 {
		t.Errorf("half a question was answered: %q", got)
	}
	if n := cam.Counts().Datagrams[3702]; n != 4 {
		t.Errorf("the camera heard %d questions, want 4", n)
	}
}
