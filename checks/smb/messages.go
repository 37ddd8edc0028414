package smb

import (
	"encoding/binary"
	"unicode/utf16"
)

// Commands (MS-SMB2, section 2.2.1.2).
const (
	agree      = 0 // NEGOTIATE
	login      = 1 // SESSION_SETUP
	logoff     = 2
	connect    = 3 // TREE_CONNECT
	disconnect = 4 // TREE_DISCONNECT
)

var le = binary.LittleEndian

// header writes the header of a message (MS-SMB2, section 2.2.1.2). It asks for one credit, which
// the next message needs.
func header(command uint16, id uint64, tree uint32, session uint64) []byte {
	b := append([]byte("\xfeSMB"), header2Bytes, 0, 0, 0, 0, 0, 0, 0)
	b = le.AppendUint16(b, command)
	b = append(b, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0) // credits, flags, no other message behind it
	b = le.AppendUint64(b, id)
	b = append(b, 0, 0, 0, 0)
	b = le.AppendUint32(b, tree)
	b = le.AppendUint64(b, session)
	return append(b, make([]byte, 16)...) // no signature
}

// endBody ends a connection to a folder, or a session (MS-SMB2, sections 2.2.7 and 2.2.11).
var endBody = []byte{4, 0, 0, 0}

// agreeBody offers the versions 2.0.2, 2.1, 3.0 and 3.0.2, and to sign if it has to be (MS-SMB2, section 2.2.3). The
// name of the client has 16 bytes.
func agreeBody() []byte {
	b := []byte{36, 0, 4, 0, 1, 0, 0, 0, 0, 0, 0, 0}
	b = append(b, "Porchlight      "...)
	b = append(b, make([]byte, 8)...)
	return append(b, 0x02, 0x02, 0x10, 0x02, 0x00, 0x03, 0x02, 0x03)
}

// loginBody carries one step of a login (MS-SMB2, section 2.2.5).
func loginBody(token []byte) []byte {
	const fixed = 24
	b := []byte{fixed + 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, header2Bytes + fixed, 0}
	b = le.AppendUint16(b, uint16(len(token))) //nolint:gosec // at most 65
	b = append(b, make([]byte, 8)...)
	return append(b, token...)
}

// Flags of NTLM (MS-NLMP, section 2.2.2.5): Unicode, the server's name, NTLM, always sign, the newer session security, and
// 128 and 56 bits; the last one is only said with nobody's name.
const (
	ntlmFlags     = 0xa0088205
	ntlmAnonymous = 0x00000800
)

// ntlmHello begins a login (MS-NLMP, section 2.2.1.1).
func ntlmHello() []byte {
	b := append([]byte("NTLMSSP\x00"), 1, 0, 0, 0)
	b = le.AppendUint32(b, ntlmFlags)
	return append(b, make([]byte, 16)...)
}

// ntlmNobody is the login of nobody: no name, no password, and one zero byte in the place of the
// older answer (MS-NLMP, sections 2.2.1.3 and 3.2.5.1.2). It is no try of an account.
func ntlmNobody() []byte {
	const fixed = 64
	b := append([]byte("NTLMSSP\x00"), 3, 0, 0, 0)
	for i := range uint32(6) { // two answers, domain, user, workstation, session key
		n, at := uint16(0), uint32(fixed+1)
		if i == 0 {
			n, at = 1, fixed
		}
		b = le.AppendUint16(le.AppendUint16(b, n), n)
		b = le.AppendUint32(b, at)
	}
	b = le.AppendUint32(b, ntlmFlags|ntlmAnonymous)
	return append(b, 0)
}

// connectBody names a folder, such as \\192.168.1.9\public (MS-SMB2, section 2.2.9).
func connectBody(server, name string) []byte {
	const fixed = 8
	path := utf16.Encode([]rune(`\\` + server + `\` + name))
	b := []byte{fixed + 1, 0, 0, 0, header2Bytes + fixed, 0}
	b = le.AppendUint16(b, uint16(2*len(path))) //nolint:gosec // an address and a short name
	for _, r := range path {
		b = le.AppendUint16(b, r)
	}
	return b
}
