package system

import (
	"bufio"
	"bytes"
	"os"
	"runtime/debug"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// GiveBack gives memory back that was only needed to begin: what is free, and the parts of the program's own file that the
// system keeps mapped because they were touched once. It reads those again when they are needed.
func GiveBack() {
	debug.FreeOSMemory()
	smaps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		return
	}
	exe, err := os.Executable()
	if err != nil {
		return
	}
	for _, m := range unwritten(smaps, exe) {
		_, _, _ = unix.Syscall(unix.SYS_MADVISE, m.from, m.to-m.from, unix.MADV_DONTNEED) // at worst it stays
	}
}

// A mapping is a range of addresses.
type mapping struct{ from, to uintptr }

// unwritten lists where a file is mapped and nothing in memory differs from it, nor can: proc_pid_smaps(5). What was
// written, such as addresses that the loader has put in, would be lost.
func unwritten(smaps []byte, file string) []mapping {
	var out []mapping
	var at mapping
	ours := false
	lines := bufio.NewScanner(bytes.NewReader(smaps))
	for lines.Scan() {
		f := strings.Fields(lines.Text())
		switch {
		case len(f) >= 5 && strings.Contains(f[0], "-") && !strings.HasSuffix(f[0], ":"): // 00400000-0040b000 r-xp 00000000 fe:00 1234 /usr/bin/porchlight
			from, to, _ := strings.Cut(f[0], "-")
			a, err1 := strconv.ParseUint(from, 16, strconv.IntSize)
			b, err2 := strconv.ParseUint(to, 16, strconv.IntSize)
			at = mapping{uintptr(a), uintptr(b)}
			ours = err1 == nil && err2 == nil && a < b && len(f) == 6 && f[5] == file && (f[1] == "r-xp" || f[1] == "r--p")
			if ours {
				out = append(out, at)
			}
		case ours && len(f) == 3 && (f[0] == "Anonymous:" || f[0] == "Swap:") && f[1] != "0":
			out, ours = out[:len(out)-1], false
		}
	}
	return out
}
