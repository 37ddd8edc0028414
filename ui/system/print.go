package system

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// ErrNoPrinter means that nothing here prints a page or shows it.
var ErrNoPrinter = errors.New("nothing prints or shows pages here")

const (
	// printFolder begins the name of each folder with a page to print.
	printFolder = "porchlight-print-"
	// printStays is how long such a folder stays for the program that shows the page: nobody tells when that is done.
	printStays = 12 * time.Hour
)

// Print prints a PDF the way that the system prints. name is a safe name for its file, without the end. false means that no
// printer took it, and that it is open in the program that shows such files, which can print.
func Print(ctx context.Context, name string, pdf []byte) (printed bool, err error) {
	SweepPrints()
	dir, err := os.MkdirTemp("", printFolder+"*") // for this user alone
	if err != nil {
		return false, fmt.Errorf("print: %w", err)
	}
	file := filepath.Join(dir, name+".pdf")
	keep := false
	if err = os.WriteFile(file, pdf, 0o600); err == nil {
		printed, keep, err = printFile(ctx, name, file)
	}
	if !keep || err != nil {
		_ = os.RemoveAll(dir) // or SweepPrints does
	}
	if err != nil {
		return false, fmt.Errorf("print: %w", err)
	}
	return printed, nil
}

// SweepPrints takes away pages that were shown to be printed, and that nobody reads any more.
func SweepPrints() {
	removePrints(func(since time.Duration) bool { return since > printStays })
}

// ErasePrints takes away all pages that were shown to be printed.
func ErasePrints() { removePrints(func(time.Duration) bool { return true }) }

// removePrints takes away the pages that were shown so long ago.
func removePrints(ago func(time.Duration) bool) {
	all, err := filepath.Glob(filepath.Join(os.TempDir(), printFolder+"*"))
	if err != nil {
		return
	}
	for _, dir := range all {
		if info, err := os.Lstat(dir); err == nil && info.IsDir() && ago(time.Since(info.ModTime())) {
			_ = os.RemoveAll(dir)
		}
	}
}
