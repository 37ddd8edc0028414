package system

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/godbus/dbus/v5"
)

// busTimeout is how long the bus may take to answer.
const busTimeout = 3 * time.Second

// errNoBus means that this session has no bus.
var errNoBus = errors.New("there is no session bus")

// hasBus reports whether the session has a bus. Without it the library would start one.
func hasBus() bool {
	if os.Getenv("DBUS_SESSION_BUS_ADDRESS") != "" {
		return true
	}
	dir := os.Getenv("XDG_RUNTIME_DIR")
	_, err := os.Stat(filepath.Join(dir, "bus"))
	return dir != "" && err == nil
}

// sessionBus connects to the bus of the session. The caller must close the connection.
func sessionBus() (*dbus.Conn, error) {
	if !hasBus() {
		return nil, errNoBus
	}
	return dbus.ConnectSessionBus()
}

// systemBus connects to the bus of the system, for as long as ctx lasts. The caller must close the connection.
func systemBus(ctx context.Context) (*dbus.Conn, error) {
	return dbus.ConnectSystemBus(dbus.WithContext(ctx))
}

// TrayHost reports whether the desktop shows trays, as far as it tells.
func TrayHost(ctx context.Context) bool {
	conn, err := sessionBus()
	if err != nil {
		return false
	}
	defer func() { _ = conn.Close() }()
	ctx, cancel := context.WithTimeout(ctx, busTimeout)
	defer cancel()
	var has bool
	err = conn.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.NameHasOwner", 0, "org.kde.StatusNotifierWatcher").Store(&has)
	return err == nil && has
}
