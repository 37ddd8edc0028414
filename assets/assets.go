// Package assets embeds what the program carries with it: words and icons.
package assets

import "embed"

// Lang holds one catalogue per language, lang/<tag>.json.
//
//go:embed lang/*.json
var Lang embed.FS

// Icons holds the pictures, icons/<name>.svg.
//
//go:embed icons/*.svg
var Icons embed.FS
