package system

// trayBus reports whether there is a bus on which a tray could be shown. Without it the library would start one.
func trayBus() bool { return hasBus() }
