package watch

import _ "embed"

// icon is the picture of the tray. packaging/icon draws it, in the sizes that Windows takes there.
//
//go:embed tray.ico
var icon []byte
