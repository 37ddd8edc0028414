-- What a history of many years needs: rounds that saw the same share a row, what changed is found by index, and a
-- home may have several networks.

-- +goose Up

ALTER TABLE rounds ADD COLUMN last INTEGER NOT NULL DEFAULT 0; -- id of the newest round in this row, as its computer counts
ALTER TABLE rounds ADD COLUMN walked INTEGER NOT NULL DEFAULT 1; -- how many rounds are in this row
ALTER TABLE rounds ADD COLUMN origin TEXT NOT NULL DEFAULT ''; -- the computer that walked them; '' for this one
UPDATE rounds SET last = id;
CREATE INDEX rounds_home ON rounds (home, origin);
CREATE INDEX rounds_started ON rounds (home, started);

CREATE INDEX changes_what ON changes (home, what, at);
CREATE INDEX changes_device ON changes (home, device, what, at);
CREATE INDEX changes_finding ON changes (home, finding) WHERE finding <> '';

DROP INDEX proofs_finding;
CREATE INDEX proofs_finding ON proofs (home, finding);

CREATE TABLE networks (
  key      TEXT    NOT NULL, -- MAC of the gateway, or prefix of the network
  practice INTEGER NOT NULL,
  home     INTEGER NOT NULL REFERENCES homes (id) ON DELETE CASCADE,
  name     TEXT    NOT NULL DEFAULT '', -- of its Wi-Fi; '' if unknown
  PRIMARY KEY (key, practice)
) STRICT, WITHOUT ROWID;
CREATE INDEX networks_home ON networks (home);
INSERT INTO networks (key, practice, home) SELECT key, practice, id FROM homes;

-- From here on the key of a home names it and not its network. It is the same on every computer that the home is
-- carried to.
ALTER TABLE homes ADD COLUMN latest INTEGER NOT NULL DEFAULT 0; -- the row in rounds that tells of now; 0 if there is none
UPDATE homes SET key = lower(hex(randomblob(16))), latest = coalesce((SELECT max(id) FROM rounds WHERE home = homes.id), 0);
