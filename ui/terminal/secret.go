package terminal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

// maxSecret is how many bytes a secret may have.
const maxSecret = 1024

// secret reads what nobody else should see: the first line of a file, or of standard input for "-"; without a file, the
// answer of a person to a question. what it is names its option too: of a passphrase it is --passphrase-file.
func (r *run) secret(what, file, question string) (string, error) {
	switch {
	case file == "-":
		return firstLine(what, r.In)
	case file != "":
		f, err := os.Open(file)
		if err != nil {
			return "", fmt.Errorf("%w: --%s-file: %w", errUsage, what, err)
		}
		defer func() { _ = f.Close() }() // it was only read
		return firstLine(what, f)
	case !r.Interactive:
		return "", fmt.Errorf("%w: say where the %s is with --%s-file", errUsage, what, what)
	case r.Secret != nil:
		return r.Secret(question)
	}
	_, _ = fmt.Fprint(r.Err, question)
	return firstLine(what, r.In)
}

// firstLine reads a line, and nothing behind it. One that is too long is refused: a part of a secret opens nothing, or too
// much.
func firstLine(what string, in io.Reader) (string, error) {
	var line []byte
	for b := make([]byte, 1); len(line) <= maxSecret+1; line = append(line, b...) { // and the end of the line
		_, err := io.ReadFull(in, b)
		if errors.Is(err, io.EOF) && len(line) > 0 || err == nil && b[0] == '\n' {
			break
		}
		if err != nil {
			return "", fmt.Errorf("%w: no %s was given", errUsage, what)
		}
	}
	if line = bytes.TrimRight(line, "\r"); len(line) > maxSecret {
		return "", fmt.Errorf("%w: the %s is longer than %d bytes", errUsage, what, maxSecret)
	}
	return string(line), nil
}
