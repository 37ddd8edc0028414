-- The names of findings became longer while this was made; those of before would never be found again.

-- +goose Up

DELETE FROM proofs WHERE length(finding) < 18;
DELETE FROM changes WHERE finding <> '' AND length(finding) < 18;
DELETE FROM findings WHERE length(id) < 18;
