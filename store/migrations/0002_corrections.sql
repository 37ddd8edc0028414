-- The user's own words about a device: its name, what it is, its room and so on.

-- +goose Up

ALTER TABLE choices ADD COLUMN correction TEXT NOT NULL DEFAULT ''; -- JSON; '': the user never said
