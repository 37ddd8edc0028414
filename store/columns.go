package store

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"
)

// A millis stores a time as unix milliseconds, and the zero time as 0. It both writes and
// reads the time that it points at.
type millis struct{ t *time.Time }

// Value implements driver.Valuer.
func (m millis) Value() (driver.Value, error) {
	if m.t.IsZero() {
		return int64(0), nil
	}
	return m.t.UnixMilli(), nil
}

// Scan implements sql.Scanner.
func (m millis) Scan(stored any) error {
	ms, ok := stored.(int64)
	if !ok {
		return fmt.Errorf("time is stored as %T", stored)
	}
	*m.t = time.Time{}
	if ms != 0 {
		*m.t = time.UnixMilli(ms).UTC()
	}
	return nil
}

// An inJSON stores v as JSON, and reads it into what v points at. It reads "" as nothing.
type inJSON struct{ v any }

// Value implements driver.Valuer.
func (j inJSON) Value() (driver.Value, error) {
	b, err := json.Marshal(j.v)
	return string(b), err
}

// Scan implements sql.Scanner.
func (j inJSON) Scan(stored any) error {
	s, ok := stored.(string)
	if !ok {
		return fmt.Errorf("JSON is stored as %T", stored)
	}
	if s == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(s), j.v); err != nil {
		return fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	return nil
}
