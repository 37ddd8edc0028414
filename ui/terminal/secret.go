package terminal

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// maxSecret is how many bytes of a file are read for a secret.
const maxSecret = 4096

// secret reads what nobody else should see: the first line of a file, or of standard input for "-"; without a file, the
// answers of a person to some questions. option is what it is, and how its option begins.
func (r *run) secret(option, file string, questions ...string) ([]string, error) {
	in := bufio.NewReader(io.LimitReader(r.In, maxSecret))
	from := in
	switch {
	case file == "-":
	case file != "":
		f, err := os.Open(file)
		if err != nil {
			return nil, fmt.Errorf("%w: --%s-file: %w", errUsage, option, err)
		}
		defer func() { _ = f.Close() }() // it was only read
		from = bufio.NewReader(io.LimitReader(f, maxSecret))
	case !r.Interactive:
		return nil, fmt.Errorf("%w: say where the %s is with --%s-file", errUsage, option, option)
	default:
		var answers []string
		for _, q := range questions {
			ask := r.Secret
			if ask == nil {
				ask = func(question string) (string, error) {
					_, _ = fmt.Fprint(r.Err, question)
					return firstLine(option, in)
				}
			}
			answer, err := ask(q)
			if err != nil {
				return nil, err
			}
			answers = append(answers, answer)
		}
		return answers, nil
	}
	line, err := firstLine(option, from)
	return []string{line}, err
}

func firstLine(what string, in *bufio.Reader) (string, error) {
	line, err := in.ReadString('\n')
	if errors.Is(err, io.EOF) && line != "" {
		err = nil
	}
	if err != nil {
		return "", fmt.Errorf("%w: no %s was given", errUsage, what)
	}
	return strings.TrimRight(line, "\r\n"), nil
}
