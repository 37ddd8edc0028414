// Package assets embeds what the program carries with it: words, icons, and the font of printed pages.
package assets

import "embed"

// Lang holds one catalogue per language, lang/<tag>.json.
//
//go:embed lang/*.json
var Lang embed.FS

// Icons holds the pictures, icons/<name>.svg, and icons/app.png: what packaging/icon makes of app.svg, since drawing
// it takes longer than all else of a small window.
//
//go:embed icons/*.svg icons/app.png
var Icons embed.FS

// Fonts holds the font of printed pages, fonts/NotoSans-Regular.ttf and -Bold.ttf.
//
//go:embed fonts/*.ttf
var Fonts embed.FS
