package browser

import (
	"fmt"
	"html/template"
	"strings"

	"github.com/boombuler/barcode/qr"

	"foyer/internal/secret"
)

// quietZone is how many modules are left free around a QR code, ISO 18004.
const quietZone = 4

// picture draws a text as a QR code: SVG, since the pages' policy allows pictures
// of ours only and no data: URLs. It is black on white in every scheme, because
// not every camera reads the inverse.
func picture(text secret.Text) (template.HTML, error) {
	code, err := qr.Encode(text.Reveal(), qr.M, qr.Unicode)
	if err != nil {
		return "", fmt.Errorf("QR code: %w", err)
	}
	size := code.Bounds().Dx()
	var path strings.Builder
	for y := range size {
		for x := range size {
			if r, _, _, _ := code.At(x, y).RGBA(); r == 0 {
				fmt.Fprintf(&path, "M%d %dh1v1h-1z", x+quietZone, y+quietZone)
			}
		}
	}
	whole := size + 2*quietZone
	return template.HTML(fmt.Sprintf( //nolint:gosec // numbers of ours only
		`<svg class="qr" role="img" aria-label="QR code for your authenticator app" viewBox="0 0 %d %d" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h%dv%dH0z"/><path fill="#000" d="%s"/></svg>`,
		whole, whole, whole, whole, path.String())), nil
}
