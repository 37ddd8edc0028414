// Oui makes assets/oui/oui.txt.gz from the registries of hardware addresses, as Debian's
// package ieee-data installs them: make oui.
package main

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"porchlight/discovery"
)

const maxName = 60 // of an organisation, in bytes

func main() {
	if err := run("/usr/share/ieee-data", "assets/oui/oui.txt.gz"); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "oui:", err)
		os.Exit(1)
	}
}

func run(from, to string) error {
	names := map[string]string{} // prefix in hexadecimal -> organisation
	for _, file := range []string{"oui.csv", "mam.csv", "oui36.csv", "iab.csv"} {
		if err := read(filepath.Join(from, file), names); err != nil {
			return err
		}
	}
	lines := make([]string, 0, len(names))
	for prefix, name := range names {
		lines = append(lines, prefix+"\t"+name+"\n")
	}
	slices.SortFunc(lines, cmp.Compare)
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(z, strings.Join(lines, "")); err != nil {
		return err
	}
	return errors.Join(z.Close(), os.WriteFile(to, b.Bytes(), 0o644)) //nolint:gosec // a file of the project
}

// read adds the rows of one registry: registry, prefix, organisation, address.
func read(file string, names map[string]string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	r := csv.NewReader(f)
	r.FieldsPerRecord = -1
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read %s: %w", file, err)
		}
		if len(row) < 3 || row[0] == "Registry" || row[2] == "Private" || row[2] == "IEEE Registration Authority" {
			continue
		}
		name := discovery.Clean(row[2])
		names[strings.ToLower(row[1])] = name[:min(len(name), maxName)]
	}
}
