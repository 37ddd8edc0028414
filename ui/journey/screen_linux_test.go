package journey

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"porchlight/discovery/testhome"
)

// The tests run in a network of their own, so that their practice home meets no other.
func TestMain(m *testing.M) { os.Exit(testhome.Isolated(m.Run)) }

// patience is how long a slow computer may take for something that must happen.
const patience = 2 * time.Minute

// A screen is an X server without a monitor. Its pictures lie in a file that anybody may read at any time.
type screen struct {
	t       *testing.T
	display string
	file    string
}

// newScreen starts a screen that nobody else uses. Where its programs are missing the test is skipped, but not with CI=true.
func newScreen(t *testing.T) *screen {
	t.Helper()
	for _, tool := range []string{"Xvfb", "xdotool", "go"} {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatal(err)
			}
			t.Skipf("%v; packaging/debian-deps.sh test brings it", err)
		}
	}
	dir := t.TempDir()
	number, theirs, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	x := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "1280x900x24", "-nolisten", "tcp", "-noreset", "-fbdir", dir)
	x.ExtraFiles = []*os.File{theirs}
	var said bytes.Buffer
	x.Stdout, x.Stderr = &said, &said
	if err := x.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = x.Process.Kill()
		_ = x.Wait()
	})
	_ = theirs.Close()
	line := make([]byte, 16)
	_ = number.SetReadDeadline(time.Now().Add(patience))
	n, err := number.Read(line)
	if err != nil {
		t.Fatalf("Xvfb: %v: %s", err, &said)
	}
	return &screen{t: t, display: ":" + strings.TrimSpace(string(line[:n])), file: filepath.Join(dir, "Xvfb_screen0")}
}

// raw reads what is on the screen, as it is.
func (s *screen) raw() []byte {
	s.t.Helper()
	b, err := os.ReadFile(s.file)
	if err != nil {
		s.t.Fatal(err)
	}
	return b
}

// blinking is how many pixels change where a cursor blinks, and no more.
const blinking = 120

// differ tells whether two pictures differ by more than a cursor that blinks.
func differ(a, b []byte) bool {
	const run = 4 << 10
	n := 0
	for from := 0; from < len(a); from += run {
		x, y := a[from:min(from+run, len(a))], b[from:min(from+run, len(b))]
		if bytes.Equal(x, y) {
			continue
		}
		for i := 0; i+4 <= len(x); i += 4 {
			if !bytes.Equal(x[i:i+4], y[i:i+4]) {
				n++
			}
		}
	}
	return n > blinking
}

// errPicture means that the file of the screen is not as XWDFile.h describes it.
var errPicture = errors.New("not a picture of 32 bits a pixel")

// picture gives what is on the screen.
func (s *screen) picture() (image.Image, error) {
	b := s.raw()
	field := func(i int) int { return int(binary.BigEndian.Uint32(b[4*i:])) }
	// XWDFile.h: the size of the header is the first field; then width is the 5th, height the 6th, the order of the bytes the
	// 8th, bits a pixel the 12th, bytes a line the 13th and the number of colours, of twelve bytes each, the 20th.
	width, height, line, from := field(4), field(5), field(12), field(0)+12*field(19)
	if field(7) != 0 || field(11) != 32 || len(b) < from+line*height {
		return nil, errPicture
	}
	out := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			p := b[from+y*line+4*x:]
			out.SetNRGBA(x, y, color.NRGBA{R: p[2], G: p[1], B: p[0], A: 255})
		}
	}
	return out, nil
}

// still waits until the picture has stayed as it is for a moment, and tells when it last changed.
func (s *screen) still(for_ time.Duration) time.Time {
	s.t.Helper()
	end := time.Now().Add(patience)
	last, since := s.raw(), time.Now()
	for time.Since(since) < for_ {
		if time.Now().After(end) {
			s.t.Fatal("the picture never stands still")
		}
		time.Sleep(15 * time.Millisecond)
		if now := s.raw(); differ(last, now) {
			last, since = now, time.Now()
		}
	}
	return since
}

// calm is how long a picture stands still that has nothing more to show.
const calm = 600 * time.Millisecond

// press presses keys, one after the other. Each has to change something that can be seen.
func (s *screen) press(keys ...string) {
	s.t.Helper()
	for _, key := range keys {
		before := s.raw()
		s.tool("key", key)
		s.until("nothing shows that "+key+" was pressed", func() bool { return differ(before, s.raw()) })
		s.still(calm)
	}
}

// until waits for something.
func (s *screen) until(otherwise string, done func() bool) {
	s.t.Helper()
	end := time.Now().Add(patience)
	for !done() {
		if time.Now().After(end) {
			s.keep("failed")
			s.t.Fatal(otherwise)
		}
		time.Sleep(30 * time.Millisecond)
	}
}

// tool runs xdotool.
func (s *screen) tool(args ...string) string {
	s.t.Helper()
	ctx, stop := context.WithTimeout(s.t.Context(), patience)
	defer stop()
	c := exec.CommandContext(ctx, "xdotool", args...)
	c.Env = append(os.Environ(), "DISPLAY="+s.display)
	out, err := c.Output()
	if err != nil && args[0] != "search" { // it finds nothing yet
		s.t.Fatalf("xdotool %s: %v", args, err)
	}
	return strings.TrimSpace(string(out))
}

// window waits for a window of that name and gives it the keyboard.
func (s *screen) window(name string) {
	s.t.Helper()
	id := ""
	s.until("there is no window "+name, func() bool {
		id = s.tool("search", "--onlyvisible", "--name", "^"+name+"$")
		return id != ""
	})
	s.tool("mousemove", "1279", "899") // it would mark what lies below it
	s.tool("windowfocus", "--sync", id)
	s.until("nothing is on the window", func() bool { return s.colours() >= something })
}

// album is where pictures of the screen are kept, for people.
func album(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", "..", "dist", "journey"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// something is how many colours a picture has at least that shows something.
const something = 50

// colours counts those that are on the screen, roughly.
func (s *screen) colours() int {
	s.t.Helper()
	seen := map[uint32]bool{}
	b := s.raw()
	for i := len(b) % 4; i < len(b); i += 3 * 4 {
		seen[binary.BigEndian.Uint32(b[i:])] = true
	}
	return len(seen)
}

// strokes counts in a part of the screen how often something dark follows something light on a line: words on paper.
func (s *screen) strokes(in image.Rectangle) int {
	s.t.Helper()
	pic, err := s.picture()
	if err != nil {
		s.t.Fatal(err)
	}
	n := 0
	for y := in.Min.Y; y < in.Max.Y; y++ {
		light := false
		for x := in.Min.X; x < in.Max.X; x++ {
			switch r, _, _, _ := pic.At(x, y).RGBA(); {
			case r > 0xc000:
				light = true
			case light && r < 0x9000:
				light = false
				n++
			}
		}
	}
	return n
}

// keep keeps a picture of the screen for people, and fails for one with nothing on it.
func (s *screen) keep(name string) {
	s.t.Helper()
	if n := s.colours(); n < something {
		s.t.Errorf("the picture %s has %d colours: nothing is on it", name, n)
	}
	pic, err := s.picture()
	if err != nil {
		s.t.Fatal(err)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, pic); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(album(s.t), name+".png"), b.Bytes(), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

// A program is one that shows a window on a screen.
type program struct {
	*exec.Cmd
	env  []string
	said bytes.Buffer
	done chan error
	why  error // why it was of no use in the terminal, the last time
}

// start starts a program with a folder of its own for all that it keeps.
func (s *screen) start(dir, path string, args ...string) *program {
	s.t.Helper()
	p := &program{Cmd: exec.Command(path, args...), done: make(chan error, 1)}
	for _, name := range []string{"home", "run"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o700); err != nil {
			s.t.Fatal(err)
		}
	}
	p.env = []string{
		"DISPLAY=" + s.display, "PATH=" + os.Getenv("PATH"), "LANG=en_GB.UTF-8", "TZ=UTC", "HOME=" + filepath.Join(dir, "home"),
		"XDG_DATA_HOME=" + filepath.Join(dir, "data"), "XDG_CONFIG_HOME=" + filepath.Join(dir, "config"),
		"XDG_CACHE_HOME=" + filepath.Join(dir, "cache"), "XDG_RUNTIME_DIR=" + filepath.Join(dir, "run"),
	}
	p.Env, p.Stdout, p.Stderr = p.env, &p.said, &p.said
	if err := p.Start(); err != nil {
		s.t.Fatal(err)
	}
	go func() { p.done <- p.Wait() }()
	s.t.Cleanup(func() {
		_ = p.Process.Kill()
		if s.t.Failed() && (p.said.Len() > 0 || p.why != nil) {
			s.t.Logf("%s said: %s", filepath.Base(path), p.said.String())
			s.t.Logf("in the terminal: %v", p.why)
		}
	})
	return p
}

// ends waits until the program has ended, and gives what was wrong with it.
func (p *program) ends() error {
	select {
	case err := <-p.done:
		p.done <- err
		return err
	case <-time.After(patience):
		return fmt.Errorf("%s does not end", p.Path)
	}
}

// ask runs the program once more in the terminal, beside its window.
func (p *program) ask(args ...string) (string, error) {
	c := exec.Command(p.Path, args...)
	c.Env = p.env
	var trouble bytes.Buffer
	c.Stderr = &trouble
	out, err := c.Output()
	if err != nil {
		err = fmt.Errorf("%w: %s%s", err, out, &trouble)
	}
	return string(out), err
}

// build builds a program of ours as it is shipped, with the toolkit's C parts.
func build(t *testing.T, folder, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	c := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", path, folder)
	c.Dir = filepath.Join("..", "..")
	if out, err := c.CombinedOutput(); err != nil {
		if os.Getenv("CI") != "true" {
			t.Skipf("%v; packaging/debian-deps.sh build brings what is needed: %s", err, out)
		}
		t.Fatalf("build %s: %v: %s", folder, err, out)
	}
	return path
}

// emptyPreferences is what the toolkit says now and then when it ends: it writes its own preferences, in which nothing of
// ours is, and its watcher reads the file before anything stands in it (app/preferences.go of the toolkit, 2.8.1).
var emptyPreferences = regexp.MustCompile(`(?m)^.*Fyne error:  Preferences load error:\n.*Cause: EOF\n.*At: .*app/preferences\.go:\d+\n`)

// complaints gives what a program that has ended said, such as "Error in Fyne call thread".
func (p *program) complaints() string {
	return emptyPreferences.ReplaceAllString(p.said.String(), "")
}
