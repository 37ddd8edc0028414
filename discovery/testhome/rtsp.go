package testhome

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"strings"
)

// maxRTSPBytes caps what one RTSP connection may send.
const maxRTSPBytes = 64 << 10

// RTSP answers like a camera with a password (RFC 2326): 401 to every method, with the
// server's name. With open set it is a camera without one: OPTIONS and DESCRIBE succeed.
func RTSP(server string, open bool) Talk {
	return func(_ context.Context, d *Device, c net.Conn) {
		in := textproto.NewReader(bufio.NewReader(io.LimitReader(c, maxRTSPBytes)))
		for {
			line, err := in.ReadLine()
			if err != nil {
				return
			}
			head, err := in.ReadMIMEHeader()
			if err != nil {
				return
			}
			method, rest, _ := strings.Cut(line, " ")
			uri, _, _ := strings.Cut(rest, " ")
			d.request(portOf(c), method+" "+uri)
			if _, err := io.WriteString(c, rtspAnswer(d.fill(server), head.Get("CSeq"), method, open)); err != nil {
				return
			}
		}
	}
}

func rtspAnswer(server, seq, method string, open bool) string {
	const sdp = "v=0\r\ns=live\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
	status, more := "401 Unauthorized", "WWW-Authenticate: Digest realm=\"BC Streaming Media\", nonce=\"5f8b2c1d\"\r\n\r\n"
	switch {
	case open && method == "OPTIONS":
		status, more = "200 OK", "Public: OPTIONS, DESCRIBE, SETUP, TEARDOWN, PLAY\r\n\r\n"
	case open && method == "DESCRIBE":
		status, more = "200 OK", fmt.Sprintf("Content-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s", len(sdp), sdp)
	}
	return fmt.Sprintf("RTSP/1.0 %s\r\nCSeq: %s\r\nServer: %s\r\n%s", status, seq, server, more)
}

func portOf(c net.Conn) uint16 {
	if tcp, ok := c.LocalAddr().(*net.TCPAddr); ok {
		return tcp.AddrPort().Port()
	}
	return 0
}
