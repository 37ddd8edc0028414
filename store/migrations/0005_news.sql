-- What the user has set for the whole program, and what sources on the internet said is new.

-- +goose Up

CREATE TABLE settings (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE news (
  source  TEXT    PRIMARY KEY,
  asked   INTEGER NOT NULL,
  trouble TEXT    NOT NULL, -- why the last time gave nothing; '' for no trouble
  since   INTEGER NOT NULL, -- when that was so first; 0 for no trouble
  parts   TEXT    NOT NULL  -- JSON: what was said, and when
) STRICT;
