// Package web holds the built script and styles of Foyer's pages.
package web

import (
	"embed"
	"io/fs"
)

//go:embed dist
var dist embed.FS

// Assets returns what `make web` built: foyer.js and foyer.css. On a bare
// clone there is only a placeholder that says how to build them.
func Assets() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		return dist // cannot be: the directory is embedded above
	}
	return sub
}
