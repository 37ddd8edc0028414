package smb

import (
	"errors"
	"fmt"
)

const (
	// maxMessage is the longest answer that is read, in bytes. Real ones have a few hundred.
	maxMessage = 4 << 10

	header1Bytes = 32 // MS-CIFS, section 2.2.3.1
	header2Bytes = 64 // MS-SMB2, section 2.2.1
)

var errOdd = errors.New("breaks the rules of SMB")

// A version is what a device answers in.
type version uint8

const (
	noVersion version = iota // none of those that were offered
	version1
	version2 // or a later one
)

// parseVersion reads the answer to a first message. That of version 1 has the number of the
// version in the list that was offered (MS-CIFS, section 2.2.4.52.2); 0xffff stands for none.
func parseVersion(b []byte) (version, error) {
	const negotiate, reply, response = 0x72, 0x80, 0x01
	switch {
	case len(b) >= header2Bytes+6 && string(b[:4]) == "\xfeSMB" && b[4] == header2Bytes && b[12] == 0 && b[16]&response != 0 && b[header2Bytes] == 65:
		return version2, nil
	case len(b) < header1Bytes+3 || string(b[:4]) != "\xffSMB" || b[4] != negotiate || b[9]&reply == 0:
		return noVersion, fmt.Errorf("%x: %w", b[:min(len(b), header1Bytes)], errOdd)
	}
	const oneWord, ntlm = 1, 17 // words of an answer without and with a version
	switch index := le.Uint16(b[header1Bytes+1:]); {
	case index == 0xffff && b[header1Bytes] == oneWord:
		return noVersion, nil
	case index == 0 && b[header1Bytes] == ntlm && le.Uint32(b[5:]) == 0 && len(b) >= header1Bytes+1+2*ntlm:
		return version1, nil
	}
	return noVersion, fmt.Errorf("answer of %d words: %w", b[header1Bytes], errOdd)
}

// Statuses of answers (MS-ERREF, section 2.3.1).
const (
	statusOK                 = 0
	statusPending            = 0x00000103
	statusMore               = 0xc0000016 // the next step of a login, please
	statusAccessDenied       = 0xc0000022
	statusLogonFailure       = 0xc000006d
	statusAccountRestriction = 0xc000006e
	statusAccountDisabled    = 0xc0000072
	statusBadNetworkName     = 0xc00000cc // no such folder
	statusNotFound           = 0xc0000225
)

// An answer is one message of a device, of version 2 or later.
type answer struct {
	status  uint32
	tree    uint32
	session uint64
	body    []byte
}

// parseAnswer reads the answer to one message.
func parseAnswer(b []byte, command uint16, id uint64) (answer, error) {
	const response = 1
	if len(b) < header2Bytes+2 || string(b[:4]) != "\xfeSMB" || b[4] != header2Bytes || b[16]&response == 0 {
		return answer{}, fmt.Errorf("%x: %w", b[:min(len(b), header1Bytes)], errOdd)
	}
	if le.Uint16(b[12:]) != command || le.Uint64(b[24:]) != id {
		return answer{}, fmt.Errorf("answer to another question: %w", errOdd)
	}
	return answer{status: le.Uint32(b[8:]), tree: le.Uint32(b[36:]), session: le.Uint64(b[40:]), body: b[header2Bytes:]}, nil
}

// kindDisk is a folder; there are printers and pipes too (MS-SMB2, section 2.2.10).
const kindDisk = 1

// A folder is one that could be connected to.
type folder struct {
	name   string
	kind   byte
	rights uint32
}

// parseFolder reads what a connection leads to (MS-SMB2, section 2.2.10).
func parseFolder(body []byte) (folder, error) {
	const size = 16
	if len(body) < size || body[0] != size {
		return folder{}, fmt.Errorf("folder of %d bytes: %w", len(body), errOdd)
	}
	return folder{kind: body[2], rights: le.Uint32(body[12:])}, nil
}

// may tells what guests may do at most, by the word of the device (MS-SMB2, section 2.2.13.1.1).
func (f folder) may() string {
	const writeData = 2
	if f.rights&writeData != 0 {
		return "read and write"
	}
	return "read"
}
