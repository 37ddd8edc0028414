-- When the user wants to be reminded of a finding, and when they were told that it waits.
-- came_back was yes or no, and is now the time of the latest return.

-- +goose Up

ALTER TABLE findings ADD COLUMN remind INTEGER NOT NULL DEFAULT 0; -- when the day begins; 0 for none
ALTER TABLE findings ADD COLUMN told INTEGER NOT NULL DEFAULT 0; -- 0: not told
UPDATE findings SET came_back = coalesce((SELECT max(at) FROM changes c
  WHERE c.home = findings.home AND c.finding = findings.id AND c.what = 'finding-back'), last) WHERE came_back;
