-- The history of all homes. Times are unix milliseconds in UTC, 0 for "never". No password
-- and no body is kept anywhere.

-- +goose Up

CREATE TABLE homes (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  key       TEXT    NOT NULL, -- MAC of the gateway, or prefix of the network
  practice  INTEGER NOT NULL,
  name      TEXT    NOT NULL,
  consented INTEGER NOT NULL DEFAULT 0,
  network   TEXT    NOT NULL DEFAULT '', -- JSON; of the latest round
  outcomes  TEXT    NOT NULL DEFAULT '', -- JSON; of the latest round
  UNIQUE (key, practice)
) STRICT;

-- One small row for every round, for ever.
CREATE TABLE rounds (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  home           INTEGER NOT NULL REFERENCES homes (id) ON DELETE CASCADE,
  started        INTEGER NOT NULL,
  finished       INTEGER NOT NULL,
  complete       INTEGER NOT NULL,
  devices        INTEGER NOT NULL, -- present
  open           INTEGER NOT NULL, -- findings that ask for something
  packets        INTEGER NOT NULL,
  connections    INTEGER NOT NULL,
  bytes_sent     INTEGER NOT NULL,
  bytes_received INTEGER NOT NULL,
  login_attempts INTEGER NOT NULL,
  login_failures INTEGER NOT NULL
) STRICT;

CREATE TABLE devices (
  home       INTEGER NOT NULL REFERENCES homes (id) ON DELETE CASCADE,
  id         TEXT    NOT NULL,
  -- what a round always writes
  last_seen  INTEGER NOT NULL DEFAULT 0,
  last_round INTEGER NOT NULL DEFAULT 0,
  present    INTEGER NOT NULL DEFAULT 0,
  heard      INTEGER NOT NULL DEFAULT 0, -- nanoseconds from the start of the round; 0 if unseen
  found_by   TEXT    NOT NULL DEFAULT '', -- JSON list of sources; '' if unseen
  -- what a round writes only if it differs
  first_seen INTEGER NOT NULL,
  name       TEXT    NOT NULL,
  vendor     TEXT    NOT NULL,
  model      TEXT    NOT NULL,
  firmware   TEXT    NOT NULL,
  kind       TEXT    NOT NULL,
  family     TEXT    NOT NULL,
  mac        TEXT    NOT NULL,
  details    TEXT    NOT NULL, -- JSON: addrs, keys, services, facts, evidence
  PRIMARY KEY (home, id)
) STRICT;

-- What the user said about a device; no round overrules it.
CREATE TABLE choices (
  home        INTEGER NOT NULL REFERENCES homes (id) ON DELETE CASCADE,
  device      TEXT    NOT NULL,
  consent     INTEGER NOT NULL DEFAULT 0,
  leave_alone INTEGER, -- NULL: the user never said
  PRIMARY KEY (home, device)
) STRICT, WITHOUT ROWID;

CREATE TABLE findings (
  home       INTEGER NOT NULL REFERENCES homes (id) ON DELETE CASCADE,
  id         TEXT    NOT NULL,
  first      INTEGER NOT NULL,
  last       INTEGER NOT NULL,
  fixed      INTEGER NOT NULL,
  came_back  INTEGER NOT NULL,
  accepted   TEXT    NOT NULL,
  kind       TEXT    NOT NULL,
  check_id   TEXT    NOT NULL,
  device     TEXT    NOT NULL,
  port       INTEGER NOT NULL,
  severity   TEXT    NOT NULL, -- the word of the scan schema
  confidence TEXT    NOT NULL,
  args       TEXT    NOT NULL, -- JSON
  evidence   TEXT    NOT NULL, -- JSON
  PRIMARY KEY (home, id)
) STRICT;

-- What was said to each device, in the latest rounds of each home only.
CREATE TABLE ledgers (
  home    INTEGER NOT NULL REFERENCES homes (id) ON DELETE CASCADE,
  round   INTEGER NOT NULL,
  device  TEXT    NOT NULL, -- '' for what was said to nobody in particular
  traffic TEXT    NOT NULL, -- JSON
  PRIMARY KEY (home, round, device)
) STRICT, WITHOUT ROWID;

CREATE TABLE changes (
  id      INTEGER PRIMARY KEY,
  home    INTEGER NOT NULL REFERENCES homes (id) ON DELETE CASCADE,
  round   INTEGER NOT NULL,
  at      INTEGER NOT NULL,
  what    TEXT    NOT NULL,
  device  TEXT    NOT NULL,
  finding TEXT    NOT NULL,
  old     TEXT    NOT NULL,
  new     TEXT    NOT NULL
) STRICT;

CREATE TABLE proofs (
  id      INTEGER PRIMARY KEY,
  home    INTEGER NOT NULL REFERENCES homes (id) ON DELETE CASCADE,
  finding TEXT    NOT NULL,
  at      INTEGER NOT NULL,
  before  INTEGER NOT NULL,
  after   INTEGER NOT NULL
) STRICT;
CREATE INDEX proofs_finding ON proofs (finding);

-- A login that was tried, and every name of the device it was tried on; for all homes.
CREATE TABLE tries (
  id     INTEGER PRIMARY KEY,
  at     INTEGER NOT NULL,
  failed INTEGER NOT NULL
) STRICT;
CREATE TABLE try_names (
  name TEXT    NOT NULL,
  try  INTEGER NOT NULL REFERENCES tries (id) ON DELETE CASCADE,
  PRIMARY KEY (name, try)
) STRICT, WITHOUT ROWID;
CREATE INDEX try_names_try ON try_names (try);
