package terminal

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

// maxSecret is how many bytes a secret may have.
const maxSecret = 1024

// secret reads what nobody else should see: the first line of a file, or of standard input for "-"; without a file, the
// answers of a person to some questions. what it is names its option too: of a passphrase it is --passphrase-file.
func (r *run) secret(what, file string, questions ...string) ([]string, error) {
	if file != "" {
		line, err := r.secretIn(what, file)
		return []string{line}, err
	}
	if !r.Interactive {
		return nil, fmt.Errorf("%w: say where the %s is with --%s-file", errUsage, what, what)
	}
	in, ask := bufio.NewReader(r.In), r.Secret
	if ask == nil {
		ask = func(question string) (string, error) {
			_, _ = fmt.Fprint(r.Err, question)
			return firstLine(what, in)
		}
	}
	var answers []string
	for _, q := range questions {
		answer, err := ask(q)
		if err != nil {
			return nil, err
		}
		answers = append(answers, answer)
	}
	return answers, nil
}

// secretIn reads a secret from a file, or from standard input for "-".
func (r *run) secretIn(what, file string) (string, error) {
	if file == "-" {
		return firstLine(what, bufio.NewReader(r.In))
	}
	f, err := os.Open(file)
	if err != nil {
		return "", fmt.Errorf("%w: --%s-file: %w", errUsage, what, err)
	}
	defer func() { _ = f.Close() }() // it was only read
	return firstLine(what, bufio.NewReader(f))
}

// firstLine reads a line. One that is too long is refused: a part of a secret opens nothing, or too much.
func firstLine(what string, in *bufio.Reader) (string, error) {
	var line []byte
	for len(line) <= maxSecret+1 { // and the end of the line
		b, err := in.ReadByte()
		if errors.Is(err, io.EOF) && len(line) > 0 || b == '\n' {
			break
		}
		if err != nil {
			return "", fmt.Errorf("%w: no %s was given", errUsage, what)
		}
		line = append(line, b)
	}
	if line = bytes.TrimRight(line, "\r"); len(line) > maxSecret {
		return "", fmt.Errorf("%w: the %s is longer than %d bytes", errUsage, what, maxSecret)
	}
	return string(line), nil
}
