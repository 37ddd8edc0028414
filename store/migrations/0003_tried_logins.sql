-- Which documented login was tried: its ID in the maker files, never what was typed.

-- +goose Up

ALTER TABLE tries ADD COLUMN login TEXT NOT NULL DEFAULT '';
