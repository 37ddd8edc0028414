package system

import (
	"os"
	"slices"
	"testing"
)

func TestOnlyWhatNobodyWroteIsGivenBack(t *testing.T) {
	t.Parallel()
	const smaps = `00400000-00403000 r--p 00000000 fe:00 101                           /usr/bin/porch
Size:                 12 kB
Anonymous:             0 kB
Swap:                  0 kB
VmFlags: rd mr mw me sd
00403000-010cf000 r-xp 00003000 fe:00 101                           /usr/bin/porch
Rss:               13104 kB
Anonymous:             0 kB
01eb9000-01ebc000 r--p 01ab9000 fe:00 101                           /usr/bin/porch
Private_Dirty:         4 kB
Anonymous:             4 kB
01ebc000-026d6000 rw-p 01abc000 fe:00 101                           /usr/bin/porch
Anonymous:             0 kB
026d6000-026d7000 r--p 01abc000 fe:00 101                           /usr/bin/porch
Swap:                  8 kB
7f0000000000-7f0000001000 r-xp 00000000 fe:00 7                     /usr/lib/libc.so.6
Anonymous:             0 kB
7f0000002000-7f0000003000 r-xp 00000000 fe:00 101                   /usr/bin/porch (deleted)
Anonymous:             0 kB
7ffd00000000-7ffd00001000 rw-p 00000000 00:00 0
Anonymous:             8 kB
`
	want := []mapping{{0x400000, 0x403000}, {0x403000, 0x10cf000}}
	if got := unwritten([]byte(smaps), "/usr/bin/porch"); !slices.Equal(got, want) {
		t.Errorf("got %x, want %x", got, want)
	}
	if got := unwritten([]byte("zz-1 r-xp 0 0 0 /x\n2-1 r-xp 0 0 0 /x\n"), "/x"); got != nil {
		t.Errorf("got %x", got)
	}
}

func TestTheProgramGoesOnAfterItGaveMemoryBack(t *testing.T) {
	before, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		t.Skip(err)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if len(unwritten(before, exe)) == 0 {
		t.Error("there is nothing to give back")
	}
	for range 3 {
		GiveBack()
	}
}
