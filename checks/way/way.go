// Package way makes the way to one device that a check gets, out of discovery/lan.
package way

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"porchlight/checks"
	"porchlight/discovery/lan"
)

// To leads to a device without a login: lines that carry one are refused.
func To(h *lan.Home, a netip.Addr, p lan.Pace) checks.Way {
	w := withLogin(h, a, p)
	dial, exchange := w.Dial, w.Exchange
	w.Dial = func(ctx context.Context, port uint16, line string) (net.Conn, error) {
		if strings.HasSuffix(line, lan.WithLogin) {
			return nil, fmt.Errorf("%s: %w", line, lan.ErrNotReading)
		}
		return dial(ctx, port, line)
	}
	w.Exchange = func(ctx context.Context, port uint16, payload []byte, line string) ([]byte, error) {
		if strings.HasSuffix(line, lan.WithLogin) {
			return nil, fmt.Errorf("%s: %w", line, lan.ErrNotReading)
		}
		return exchange(ctx, port, payload, line)
	}
	w.HTTP = h.HTTP(a, p)
	return w
}

// WithLogin leads to a device for one documented login.
func WithLogin(h *lan.Home, a netip.Addr, p lan.Pace) checks.Way {
	w := withLogin(h, a, p)
	w.HTTP = h.LoginHTTP(a, p)
	return w
}

func withLogin(h *lan.Home, a netip.Addr, p lan.Pace) checks.Way {
	return checks.Way{
		Dial: func(ctx context.Context, port uint16, line string) (net.Conn, error) {
			return h.Dial(ctx, netip.AddrPortFrom(a, port), p, line)
		},
		Exchange: func(ctx context.Context, port uint16, payload []byte, line string) ([]byte, error) {
			return h.Exchange(ctx, netip.AddrPortFrom(a, port), payload, line)
		},
	}
}
