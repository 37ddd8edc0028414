// Sign makes the key of a maintainer, and signs files of knowledge with it:
//
//	go run ./packaging/sign key KEYFILE
//	go run ./packaging/sign file KEYFILE knowledge.json signed.json
//
// The key stays with the maintainer; the line that is printed belongs in checks/news/keys.txt.
package main

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"

	"porchlight/checks/news"
)

var errUsage = errors.New("want: key KEYFILE, or file KEYFILE KNOWLEDGE SIGNED")

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "sign:", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	if len(args) == 2 && args[0] == "key" {
		return makeKey(args[1], out)
	}
	if len(args) == 4 && args[0] == "file" {
		return sign([3]string(args[1:]))
	}
	return errUsage
}

// makeKey never overwrites a key: what it signed could not be followed by anything newer.
func makeKey(file string, out io.Writer) error {
	public, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.WriteString(f, base64.StdEncoding.EncodeToString(key.Seed())+"\n")
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, base64.StdEncoding.EncodeToString(public))
	return err
}

// sign takes the files with the key and with the knowledge, and the one to write.
func sign(files [3]string) error {
	keyFile, knowledge, signed := files[0], files[1], files[2]
	line, err := os.ReadFile(keyFile)
	if err != nil {
		return err
	}
	seed := make([]byte, ed25519.SeedSize)
	if n, err := base64.StdEncoding.Decode(seed, line[:min(len(line), base64.StdEncoding.EncodedLen(ed25519.SeedSize))]); err != nil || n != ed25519.SeedSize {
		return fmt.Errorf("%s holds no key", keyFile)
	}
	b, err := os.ReadFile(knowledge)
	if err != nil {
		return err
	}
	file, err := news.Sign(ed25519.NewKeyFromSeed(seed), b)
	if err != nil {
		return err
	}
	return os.WriteFile(signed, file, 0o644) //nolint:gosec // made to be handed out
}
