// Package smb looks at how a device shares its folders: whether it still speaks the first version
// of the protocol, and whether a folder opens without a name. Nothing is listed, opened or read.
package smb

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"

	"porchlight/checks"
	"porchlight/discovery"
)

// port is where folders are shared without NetBIOS (MS-SMB2, section 2.1). The older port 139
// leads to the same programs.
const port = 445

func meant(s discovery.Service) bool {
	return s.Transport == "tcp" && s.Protocol == "smb" && s.Port == port
}

// send writes one message with its length before it (MS-SMB2, section 2.1).
func send(c net.Conn, message []byte) error {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(message))) //nolint:gosec // some hundred bytes
	if _, err := c.Write(append(b, message...)); err != nil {
		return checks.Unclear(fmt.Errorf("send a message: %w", err))
	}
	return nil
}

// receive reads one message.
func receive(r io.Reader) ([]byte, error) {
	b, err := checks.ReadExactly(r, 4, 4)
	if err != nil {
		return nil, err
	}
	// The first byte is zero; any other makes it longer than allowed.
	n := binary.BigEndian.Uint32(b)
	return checks.ReadExactly(r, int(min(n, maxMessage+1)), maxMessage)
}
