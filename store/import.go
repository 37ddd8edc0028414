package store

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"filippo.io/age"

	"porchlight/checks"
	"porchlight/checks/rounds"
	"porchlight/discovery"
)

// Import reads a file that Export wrote, on this computer or another, and merges it into the home that it is of: the
// same one, or one with the same router. If there is none, it makes one, for which nobody has agreed yet. What the user
// said on either side stays; of two words for one thing the one said here wins, and the other goes to the notes. Only
// what makes Porchlight more careful is taken over: devices to leave alone, refused consent and logins that were tried.
// What is open here stays open, unless they looked later and it was gone: their reason for living with it is a note.
// If anything is wrong with the file, nothing is changed: ErrPassphrase, ErrDamagedFile, ErrNewerFile. It refuses with
// ErrLocked while a round is walked.
func (s *Store) Import(ctx context.Context, r io.Reader, passphrase string) (rounds.Carried, error) {
	file, err := unseal(r, passphrase)
	if err != nil {
		return rounds.Carried{}, fmt.Errorf("import a home: %w", mapped(err))
	}
	for _, err := range file.lines() { // all of it has to be right before anything is written
		if err != nil {
			return rounds.Carried{}, fmt.Errorf("import a home: %w", err)
		}
	}
	release, err := s.LockRound(ctx)
	if err != nil {
		return rounds.Carried{}, err
	}
	defer release()
	computer, err := s.computer(ctx)
	if err != nil {
		return rounds.Carried{}, err
	}
	var out rounds.Carried
	err = s.write(ctx, "import a home", func(tx *sql.Tx) error {
		m := importer{save: save{tx: tx, at: time.Now().UTC()}, computer: computer, head: file.head}
		if err := m.begin(ctx); err != nil {
			return err
		}
		for l, err := range file.lines() {
			if err == nil {
				err = m.line(ctx, l)
			}
			if err != nil {
				return err
			}
		}
		if err := m.end(ctx); err != nil {
			return err
		}
		out = m.out
		out.Home, err = homeByID(ctx, tx, m.home)
		return err
	})
	return out, err
}

// A sealed file is one whose passphrase was right.
type sealed struct {
	file []byte
	key  age.Identity
	head carryHead
}

// unseal reads a file and its head.
func unseal(r io.Reader, passphrase string) (*sealed, error) {
	identity, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return nil, ErrPassphrase // it is empty
	}
	identity.SetMaxWorkFactor(workFactor)
	var file bytes.Buffer
	limited := io.LimitReader(r, maxFile+1)
	header, err := age.ExtractHeader(io.TeeReader(limited, &file))
	if err != nil {
		return nil, damaged("%v", err)
	}
	key, err := age.DecryptHeader(header, identity)
	if errors.Is(err, age.ErrIncorrectIdentity) {
		return nil, ErrPassphrase
	}
	if err != nil {
		return nil, damaged("%v", err)
	}
	if _, err := io.Copy(&file, limited); err != nil {
		return nil, err
	}
	if file.Len() > maxFile {
		return nil, damaged("it is larger than %d bytes", maxFile)
	}
	s := &sealed{file: file.Bytes(), key: age.NewInjectedFileKeyIdentity(key)}
	in, err := s.open()
	if err != nil {
		return nil, err
	}
	line, err := readLine(in)
	if errors.Is(err, io.EOF) {
		err = damaged("it is empty")
	}
	if err != nil {
		return nil, err
	}
	s.head, err = parseHead(line)
	return s, err
}

// open gives what is in the file.
func (s *sealed) open() (*bufio.Reader, error) {
	plain, err := age.Decrypt(bytes.NewReader(s.file), s.key)
	if err != nil {
		return nil, damaged("%v", err)
	}
	return bufio.NewReaderSize(plain, maxLine), nil
}

// lines yields all lines but the head, and ends with the first error.
func (s *sealed) lines() iter.Seq2[carryLine, error] {
	return func(yield func(carryLine, error) bool) {
		in, err := s.open()
		if err == nil {
			_, err = readLine(in) // the head
		}
		for err == nil {
			var line []byte
			if line, err = readLine(in); errors.Is(err, io.EOF) {
				return
			}
			var l carryLine
			if err == nil {
				l, err = parseLine(line)
			}
			if err == nil && !yield(l, nil) {
				return
			}
		}
		yield(carryLine{}, err)
	}
}

// readLine reads up to the next newline; io.EOF where the file ends as it should.
func readLine(in *bufio.Reader) ([]byte, error) {
	line, err := in.ReadSlice('\n')
	switch {
	case errors.Is(err, io.EOF) && len(line) == 0:
		return nil, io.EOF
	case err != nil: // also a line that is too long, and one that does not end
		return nil, damaged("%v", err)
	}
	return line, nil
}

// clocksDiffer is how far two clocks may be apart that are both believed.
const clocksDiffer = 24 * time.Hour

// An importer merges one file into one home.
type importer struct {
	save     // its changes stay empty: what others saw is no news
	head     carryHead
	computer string
	out      rounds.Carried

	newer    bool // the file tells of now, better than what is here
	here     []discovery.Device
	seen     map[discovery.DeviceID]time.Time          // since when the devices of here were known before
	moved    map[discovery.DeviceID]discovery.DeviceID // devices of the file that have another ID here
	findings map[string]checks.Finding                 // of here
	found    map[string]time.Time                      // since when they were known before
	open     map[string]bool                           // whether they were before
	renamed  map[string]string                         // findings of the file that have another ID here
	outcomes []checks.Outcome
	origins  map[string]bool // computers of whose rounds the file knows more
	replaced map[string]bool // of these, those whose rounds have made room
}

// begin finds the home, or makes it.
func (m *importer) begin(ctx context.Context) error {
	if err := m.find(ctx); err != nil {
		return err
	}
	home, err := homeByID(ctx, m.tx, m.home)
	if err != nil {
		return err
	}
	for _, n := range m.head.Networks {
		there, err := homeOn(ctx, m.tx, n.Key, false)
		if err != nil {
			return err
		}
		// Who has agreed to look around in a home has not agreed to networks that a file adds to it.
		if (there == m.home || (there == 0 && home.Consented.IsZero())) && unique(n.Key) {
			if err := addNetwork(ctx, m.tx, home, n); err != nil {
				return err
			}
		}
	}
	var latest time.Time
	err = m.tx.QueryRowContext(ctx, `SELECT coalesce((SELECT max(finished, started) FROM rounds WHERE id = latest), 0) FROM homes WHERE id = ?`, m.home).Scan(millis{&latest})
	if err != nil {
		return err
	}
	m.newer = m.head.Latest.After(latest) && !m.wrong(m.head.Latest)
	if m.here, err = devices(ctx, m.tx, m.home); err != nil {
		return err
	}
	list, err := findings(ctx, m.tx, m.home)
	if err != nil {
		return err
	}
	m.seen, m.moved = map[discovery.DeviceID]time.Time{}, map[discovery.DeviceID]discovery.DeviceID{}
	for i := range m.here {
		m.seen[m.here[i].ID] = m.here[i].FirstSeen
	}
	m.findings, m.found, m.renamed = map[string]checks.Finding{}, map[string]time.Time{}, map[string]string{}
	m.open = map[string]bool{}
	for _, f := range list {
		m.findings[f.ID], m.found[f.ID] = f, f.First
		m.open[f.ID] = f.Fixed.IsZero() && f.Accepted == ""
	}
	return m.takeOrigins(ctx)
}

// wrong reports whether a time can only be from a clock that was wrong.
func (m *importer) wrong(t time.Time) bool { return t.After(m.at.Add(clocksDiffer)) }

// past puts times that are still to come to now.
func (m *importer) past(times ...*time.Time) {
	for _, t := range times {
		if t.After(m.at) {
			*t = m.at
		}
	}
}

// unique reports whether a network has a key that no other has: the MAC of its gateway.
func unique(key string) bool { return strings.HasPrefix(key, rounds.GatewayKey) }

// find looks for the home of the file: by its key, then by its routers.
func (m *importer) find(ctx context.Context) error {
	err := m.tx.QueryRowContext(ctx, `SELECT id FROM homes WHERE key = ? AND NOT practice`, m.head.Key).Scan(&m.home)
	if err == nil || !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	for _, n := range m.head.Networks {
		if !unique(n.Key) {
			continue
		}
		if m.home, err = homeOn(ctx, m.tx, n.Key, false); err != nil || m.home != 0 {
			return err
		}
	}
	m.out.New = true
	name, err := m.freeName(ctx)
	if err != nil {
		return err
	}
	r, err := m.tx.ExecContext(ctx, `INSERT INTO homes (key, practice, name) VALUES (?, 0, ?)`, m.head.Key, name)
	if err != nil {
		return err
	}
	id, err := r.LastInsertId()
	m.home = rounds.HomeID(id)
	return err
}

// freeName gives the name of the home, with a number behind it if there is one of that name.
func (m *importer) freeName(ctx context.Context) (string, error) {
	name := m.head.Name
	for n := 2; ; n++ {
		taken := false
		err := m.tx.QueryRowContext(ctx, `SELECT count(*) FROM homes WHERE name = ?`, name).Scan(&taken)
		if err != nil || !taken {
			return name, err
		}
		name = m.head.Name + " " + strconv.Itoa(n)
	}
}

// takeOrigins notes of the rounds of which computers the file knows more.
func (m *importer) takeOrigins(ctx context.Context) error {
	m.origins, m.replaced = map[string]bool{}, map[string]bool{}
	for origin, last := range m.head.Origins {
		own := "" // of its own rounds no computer is told
		if origin != m.computer {
			own = origin
		}
		var known int64
		err := m.tx.QueryRowContext(ctx, `SELECT coalesce(max(last), 0) FROM rounds WHERE home = ? AND origin IN (?, ?)`, m.home, origin, own).Scan(&known)
		if err != nil {
			return err
		}
		if origin == m.computer && known > 0 {
			continue
		}
		m.origins[origin] = last > known
	}
	return nil
}

func (m *importer) line(ctx context.Context, l carryLine) error {
	switch {
	case l.Device != nil:
		return m.mergeDevice(ctx, l.Device)
	case l.Choice != nil:
		return m.mergeChoice(ctx, l.Choice)
	case l.Outcome != nil:
		o := l.Outcome
		m.outcomes = append(m.outcomes, checks.Outcome{Check: o.Check, Device: m.local(o.Device), Result: o.Result, Reason: o.Reason, Took: o.Took})
		return nil
	case l.Finding != nil:
		return m.mergeFinding(ctx, l.Finding)
	case l.Proof != nil:
		p := l.Proof
		if p.At.After(m.at) {
			return nil
		}
		return m.exec(ctx, `INSERT INTO proofs (home, finding, at, before, after) SELECT ?1, ?2, ?3, ?4, ?5 WHERE NOT EXISTS
			(SELECT 1 FROM proofs WHERE home = ?1 AND finding = ?2 AND at = ?3 AND before = ?4 AND after = ?5)`,
			m.home, m.named(p.Finding), millis{&p.At}, p.Before, p.After)
	case l.Change != nil:
		return m.mergeChange(ctx, l.Change)
	case l.Rounds != nil:
		return m.addRounds(ctx, l.Rounds)
	}
	return m.addTry(ctx, l.Try)
}

// local gives the ID that a device of the file has here.
func (m *importer) local(id discovery.DeviceID) discovery.DeviceID {
	if here, ok := m.moved[id]; ok {
		return here
	}
	return id
}

// named gives the ID that a finding of the file has here.
func (m *importer) named(id string) string {
	if here, ok := m.renamed[id]; ok {
		return here
	}
	return id
}

// known finds the device that one of the file is here; nil if it is new.
func (m *importer) known(d *carryDevice) *discovery.Device {
	for _, same := range []func(*discovery.Device) bool{
		func(h *discovery.Device) bool { return h.ID == d.ID },
		func(h *discovery.Device) bool { return !d.MAC.IsZero() && !d.MAC.Private() && h.MAC == d.MAC },
		func(h *discovery.Device) bool { return alike(h, d) },
	} {
		for i := range m.here {
			if same(&m.here[i]) {
				return &m.here[i]
			}
		}
	}
	return nil
}

// alike reports whether two devices share what survives a change of address. Different hardware addresses speak
// against it, unless one is made up: as discovery/scan puts observations together.
func alike(h *discovery.Device, d *carryDevice) bool {
	shared := 0
	for _, k := range d.Keys {
		if !strings.HasPrefix(k, "weak:") && slices.Contains(h.Keys, k) {
			shared++
		}
	}
	if h.MAC.IsZero() || d.MAC.IsZero() || h.MAC == d.MAC || h.MAC.Private() || d.MAC.Private() {
		return shared > 0
	}
	return shared >= 2
}

// mergeDevice merges one device: who saw it last says what it is.
func (m *importer) mergeDevice(ctx context.Context, d *carryDevice) error {
	wrong := m.wrong(d.LastSeen)
	m.past(&d.FirstSeen, &d.LastSeen)
	there := discovery.Device{
		ID: d.ID, FirstSeen: d.FirstSeen, LastSeen: d.LastSeen, Present: d.Present && m.newer, Name: d.Name, Vendor: d.Vendor, Model: d.Model,
		Firmware: d.Firmware, Kind: d.Kind, Family: d.Family, MAC: d.MAC, Addrs: d.Addrs, Keys: d.Keys, Services: d.Services,
		Facts: d.Facts, Evidence: d.Evidence,
	}
	here := m.known(d)
	if here == nil {
		m.out.Devices++
		return m.put(ctx, &there)
	}
	m.moved[d.ID] = here.ID
	now := *here
	if d.LastSeen.After(here.LastSeen) && !wrong {
		now = there
		now.ID = here.ID
	}
	if now.FirstSeen = here.FirstSeen; d.FirstSeen.Before(here.FirstSeen) {
		now.FirstSeen = d.FirstSeen
	}
	if now.Present = here.Present; m.newer {
		now.Present = d.Present
	}
	now.Keys = slices.Concat(here.Keys, d.Keys)
	slices.Sort(now.Keys)
	now.Keys = slices.Compact(now.Keys)
	now.Keys = now.Keys[:min(len(now.Keys), maxOfDevice)]
	*here = now
	return m.put(ctx, here)
}

func (m *importer) put(ctx context.Context, d *discovery.Device) error {
	row, err := rowOf(d)
	if err != nil {
		return err
	}
	return m.exec(ctx, `INSERT INTO devices (home, id, first_seen, last_seen, present, name, vendor, model, firmware, kind, family, mac, details)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (home, id) DO UPDATE SET first_seen = excluded.first_seen, last_seen = excluded.last_seen, present = excluded.present,
			name = excluded.name, vendor = excluded.vendor, model = excluded.model, firmware = excluded.firmware, kind = excluded.kind,
			family = excluded.family, mac = excluded.mac, details = excluded.details`,
		m.home, d.ID, millis{&d.FirstSeen}, millis{&d.LastSeen}, d.Present, row.name, row.vendor, row.model, row.firmware, row.kind, row.family, row.mac, row.lists)
}

// mergeChoice merges what the user said about a device. Only the more careful word of two is taken.
func (m *importer) mergeChoice(ctx context.Context, c *carryChoice) error {
	device := m.local(c.Device)
	said, err := correction(ctx, m.tx, m.home, device)
	if err != nil {
		return err
	}
	if both := bothWords(said, c.Correction); both != said {
		if err := correct(ctx, m.tx, m.home, device, both); err != nil {
			return err
		}
	}
	consent := rounds.ConsentUnknown
	if c.Refused {
		consent = rounds.ConsentRefused
	}
	return m.exec(ctx, `INSERT INTO choices (home, device, consent, leave_alone) VALUES (?, ?, ?, ?)
		ON CONFLICT (home, device) DO UPDATE SET consent = max(consent, excluded.consent),
			leave_alone = coalesce(max(leave_alone, excluded.leave_alone), leave_alone, excluded.leave_alone)`, m.home, device, consent, c.LeaveAlone)
}

// bothWords puts two corrections of one device into one. What loses stands in the notes, so nobody's word is lost.
func bothWords(mine, theirs discovery.Correction) discovery.Correction {
	both := mine.Or(theirs)
	var lost []string
	for _, w := range [][2]string{
		{both.Name, theirs.Name},
		{string(both.Kind), string(theirs.Kind)},
		{both.Vendor, theirs.Vendor},
		{both.Model, theirs.Model},
		{both.Room, theirs.Room},
		{both.Owner, theirs.Owner},
	} {
		if w[1] != "" && w[1] != w[0] {
			lost = append(lost, w[1])
		}
	}
	both.Notes = bothTexts(both.Notes, theirs.Notes)
	both.Notes = bothTexts(both.Notes, strings.Join(lost, ", "))
	return both.Clean()
}

// bothTexts adds the lines of theirs that are not in mine.
func bothTexts(mine, theirs string) string {
	out := strings.Split(mine, "\n")
	for l := range strings.SplitSeq(theirs, "\n") {
		if !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return strings.TrimSpace(strings.Join(out, "\n"))
}

// mergeFinding merges one finding with its life.
func (m *importer) mergeFinding(ctx context.Context, c *carryFinding) error {
	f := checks.Finding{
		ID: c.ID, Kind: c.Kind, Check: c.Check, Device: c.Device, Port: c.Port, Severity: c.Severity, Confidence: c.Confidence, Args: c.Args,
		Evidence: c.Evidence, First: c.First, Last: c.Last, Fixed: c.Fixed, CameBack: c.CameBack, Accepted: c.Accepted, Remind: c.Remind, Told: c.Told,
	}
	if inner := f.Args[checks.ArgInnerDevice]; inner != "" {
		f.Args[checks.ArgInnerDevice] = string(m.local(discovery.DeviceID(inner)))
	}
	f.MoveTo(m.local(c.Device))
	m.renamed[c.ID] = f.ID
	wrong := m.wrong(said(&f))
	m.past(&f.First, &f.Last, &f.Fixed, &f.CameBack, &f.Told)
	here, ok := m.findings[f.ID]
	if !ok {
		m.findings[f.ID] = f
		return m.saveFinding(ctx, &f)
	}
	if here.Kind != f.Kind || here.Check != f.Check {
		return damaged("a finding of kind %q has the ID of another", f.Kind)
	}
	reopened, err := lastChange(ctx, m.tx, m.home, f.ID, rounds.FindingReopened)
	if err != nil {
		return err
	}
	if here.Accepted == "" && reopened.After(c.AcceptedAt) { // the user took it back here
		f.Accepted = ""
	}
	if m.open[f.ID] {
		if err := m.note(ctx, f.Device, f.Accepted); err != nil {
			return err
		}
		f.Accepted, f.Remind, f.Told = "", time.Time{}, time.Time{}
		if here.Args[checks.ArgWithin] == "" {
			delete(f.Args, checks.ArgWithin)
		}
	}
	if wrong { // how it stands is what is known here
		theirs := f
		f = here
		f.First, f.Accepted, f.Remind = theirs.First, theirs.Accepted, theirs.Remind
	}
	f = bothLives(here, f)
	m.findings[f.ID] = f
	return m.saveFinding(ctx, &f)
}

// note keeps what the other side said among the notes of a device.
func (m *importer) note(ctx context.Context, device discovery.DeviceID, words string) error {
	mine, err := correction(ctx, m.tx, m.home, device)
	if err != nil {
		return err
	}
	noted := mine
	noted.Notes = bothTexts(mine.Notes, words)
	if noted = noted.Clean(); noted == mine {
		return nil
	}
	return correct(ctx, m.tx, m.home, device, noted)
}

// bothLives gives one life to a finding that two computers saw: who looked last says how it stands.
func bothLives(mine, theirs checks.Finding) checks.Finding {
	f := mine
	if said(&theirs).After(said(&mine)) {
		f = theirs
		if !mine.Fixed.IsZero() && f.Fixed.IsZero() && f.CameBack.Before(mine.Fixed) {
			f.CameBack = theirs.Last // nobody saw when
		}
	}
	if f.First = mine.First; theirs.First.Before(mine.First) {
		f.First = theirs.First
	}
	f.Last = later(mine.Last, theirs.Last)
	f.CameBack, f.Told = later(f.CameBack, later(mine.CameBack, theirs.CameBack)), later(mine.Told, theirs.Told)
	f.Accepted = bothTexts(mine.Accepted, theirs.Accepted)
	if f.Remind = mine.Remind; f.Remind.IsZero() {
		f.Remind = theirs.Remind
	}
	if !f.Open() {
		f.Remind = time.Time{}
	}
	return f
}

// said gives when somebody last knew how a finding stands.
func said(f *checks.Finding) time.Time { return later(f.Last, f.Fixed) }

// mergeChange keeps one change, if it is not here and not still to come. That something was seen for the first time is no
// news if it was known, and what is open here was accepted elsewhere only.
func (m *importer) mergeChange(ctx context.Context, c *carryChange) error {
	device, finding := m.local(c.Device), m.named(c.Finding)
	if c.At.After(m.at) {
		return nil
	}
	switch c.What {
	case rounds.FindingAccepted:
		if m.open[finding] {
			return nil
		}
	case rounds.DeviceNew:
		if since, known := m.seen[device]; known && since.Before(c.At) {
			return nil
		}
	case rounds.FindingNew:
		if since, known := m.found[finding]; known && since.Before(c.At) {
			return nil
		}
	}
	r, err := m.tx.ExecContext(ctx, `INSERT INTO changes (home, round, at, what, device, finding, old, new) SELECT ?1, 0, ?2, ?3, ?4, ?5, ?6, ?7 WHERE NOT EXISTS
		(SELECT 1 FROM changes WHERE home = ?1 AND device = ?4 AND what = ?3 AND at = ?2 AND finding = ?5 AND old = ?6 AND new = ?7)`,
		m.home, millis{&c.At}, c.What, device, finding, c.Old, c.New)
	if err != nil {
		return err
	}
	n, err := r.RowsAffected()
	m.out.Changes += int(n)
	return err
}

func (m *importer) addRounds(ctx context.Context, r *carryRounds) error {
	if !m.origins[r.Origin] || r.Started.After(m.at) {
		return nil
	}
	if !m.replaced[r.Origin] { // they come in order: what the file holds is told anew, what is older stays
		m.replaced[r.Origin] = true
		if err := m.exec(ctx, `DELETE FROM rounds WHERE home = ? AND origin = ? AND started >= ?`, m.home, r.Origin, millis{&r.Started}); err != nil {
			return err
		}
	}
	return m.exec(ctx, `INSERT INTO rounds (home, started, finished, complete, devices, open, packets, connections, bytes_sent, bytes_received,
		login_attempts, login_failures, last, walked, origin) VALUES (?, ?, ?, ?, ?, ?, 0, 0, 0, 0, 0, 0, ?, ?, ?)`,
		m.home, millis{&r.Started}, millis{&r.Finished}, r.Complete, r.Devices, r.Open, r.Last, r.Rounds, r.Origin)
}

// addTry keeps a login that was tried elsewhere. One that is still to come is from a clock that was wrong.
func (m *importer) addTry(ctx context.Context, t *carryTry) error {
	encoded, err := encode(t.Names)
	if err != nil || t.At.After(m.at) {
		return err
	}
	r, err := m.tx.ExecContext(ctx, `INSERT INTO tries (at, login, failed) SELECT ?1, ?2, ?3 WHERE NOT EXISTS (SELECT 1 FROM tries JOIN try_names ON try = id
		WHERE at = ?1 AND login = ?2 AND name IN (SELECT value FROM json_each(?4)))`, millis{&t.At}, t.Login, t.Failed, encoded)
	if err != nil {
		return err
	}
	if n, err := r.RowsAffected(); err != nil || n == 0 {
		return err
	}
	id, err := r.LastInsertId()
	if err != nil {
		return err
	}
	return m.exec(ctx, `INSERT INTO try_names (name, try) SELECT DISTINCT value, ? FROM json_each(?)`, id, encoded)
}

// end says which round tells of now, and what was looked at in it.
func (m *importer) end(ctx context.Context) error {
	if m.newer {
		if err := m.saveOutcomes(ctx, m.outcomes); err != nil {
			return err
		}
		network := discovery.Network{Prefix: m.head.Prefix, Gateway: m.head.Gateway}
		if err := m.exec(ctx, `UPDATE homes SET network = ? WHERE id = ?`, inJSON{network}, m.home); err != nil {
			return err
		}
	}
	return m.exec(ctx, `UPDATE homes SET latest = coalesce((SELECT id FROM rounds WHERE home = ?1 AND started <= ?2 ORDER BY started DESC, id DESC LIMIT 1), 0)
		WHERE id = ?1 AND (?3 OR latest NOT IN (SELECT id FROM rounds WHERE home = ?1))`, m.home, millis{&m.at}, m.newer)
}
