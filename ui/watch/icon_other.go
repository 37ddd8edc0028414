//go:build !windows

package watch

import _ "embed"

// icon is the picture of the tray. packaging/icon draws it.
//
//go:embed tray.png
var icon []byte
