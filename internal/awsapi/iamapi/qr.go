package iamapi

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/url"

	"github.com/boombuler/barcode/qr"

	"foyer/internal/secret"
)

// How a QR code is drawn: pixels of a module, and modules that stay free around
// it (ISO 18004).
const (
	modulePixels = 4
	quietZone    = 4
)

// pictureOf is the PNG of the QR code that sets up an authenticator app:
// otpauth://totp/<label>?secret=<seed>.
func pictureOf(label string, seed secret.Text) ([]byte, error) {
	text := "otpauth://totp/" + url.PathEscape(label) + "?" + url.Values{"secret": {seed.Reveal()}}.Encode()
	code, err := qr.Encode(text, qr.M, qr.Unicode)
	if err != nil {
		return nil, fmt.Errorf("QR code of an mfa device: %w", err)
	}
	modules := code.Bounds().Dx()
	whole := (modules + 2*quietZone) * modulePixels
	picture := image.NewPaletted(image.Rect(0, 0, whole, whole), color.Palette{color.White, color.Black})
	for y := range whole {
		for x := range whole {
			mx, my := x/modulePixels-quietZone, y/modulePixels-quietZone
			if mx < 0 || my < 0 || mx >= modules || my >= modules {
				continue
			}
			if r, _, _, _ := code.At(mx, my).RGBA(); r == 0 {
				picture.SetColorIndex(x, y, 1)
			}
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		return nil, fmt.Errorf("picture of an mfa device: %w", err)
	}
	return out.Bytes(), nil
}
