package ssh

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"porchlight/discovery"
)

// maxGreeting is the longest greeting that is read, in bytes.
const maxGreeting = 4 << 10

var (
	errMore  = errors.New("the greeting goes on")
	errOther = errors.New("no remote console")
)

// parseGreeting gives the name of the software in an identification, such as
// "SSH-2.0-dropbear_2020.81". Other lines may come before it (RFC 4253, section 4.2). errMore
// means that it has not come in full.
func parseGreeting(b []byte) (string, error) {
	for {
		line, rest, ok := bytes.Cut(b, []byte("\n"))
		if !ok {
			return "", errMore
		}
		if id, ok := bytes.CutPrefix(line, []byte("SSH-")); ok {
			version, software, _ := strings.Cut(string(id), "-")
			if version != "2.0" && version != "1.99" && version != "1.5" {
				return "", fmt.Errorf("version %q: %w", version[:min(len(version), 16)], errOther)
			}
			return discovery.Clean(software), nil
		}
		b = rest
	}
}
