package news

import (
	"strconv"
	"strings"
	"time"
)

// mikrotik is what RouterOS itself asks: one line for each channel, version and time.
type mikrotik struct{}

func (mikrotik) Name() string { return "mikrotik" }
func (mikrotik) Host() string { return "upgrade.mikrotik.com" }

func (mikrotik) Requests(home []Product) []Request {
	if !has(home, "MikroTik") {
		return nil
	}
	return []Request{
		{Path: "/routeros/NEWESTa7.stable"},
		{Path: "/routeros/NEWESTa7.long-term"}, // who runs its newest is not behind
		{Path: "/routeros/LATEST.6"},           // version 6 gets repairs of its own
	}
}

func (m mikrotik) Parse(r Request, body []byte) (Answer, error) {
	fields := strings.Fields(string(body))
	if len(fields) != 2 || !isDotted.MatchString(fields[0]) {
		return Answer{}, odd("line", nil)
	}
	at, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil || at <= 0 {
		return Answer{}, odd("time", err)
	}
	line, _, _ := strings.Cut(fields[0], ".")
	if line != "7" && line != "6" || (line == "6") != strings.HasSuffix(r.Path, ".6") {
		return Answer{}, odd("version of another line", nil)
	}
	return Answer{News: []News{{
		Maker: "MikroTik", Family: "routeros", Line: line, Version: fields[0], Date: time.Unix(at, 0).UTC(), Page: page(m, r),
	}}}, nil
}
