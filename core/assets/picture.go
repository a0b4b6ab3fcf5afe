package assets

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"sync"
	_ "unsafe" // for go:linkname

	avifcodec "github.com/gen2brain/avif"
	webpcodec "github.com/gen2brain/webp"
	"golang.org/x/image/webp"

	"sitegen.dev/core/site/raster"
)

// PictureFormats are what Picture can write beside JPEG and PNG. Both encoders are the reference ones, libwebp and libaom,
// compiled to WebAssembly: the same bytes on every machine, and nothing that a machine has to have installed.
var PictureFormats = []string{"avif", "webp"}

// PictureRecipe is part of what cached pictures are known by: it changes when an encoder or a setting does.
const PictureRecipe = "2 webp 0.5.5 method 4, avif 0.4.4 speed 8"

// The two packages prefer the system's own library where there is one, which would make the output depend on the
// machine. Their switch is a build tag, which `go install` does not set. This can go when they have one at run time.
//
//go:linkname webpDynamic github.com/gen2brain/webp.dynamic
var webpDynamic bool

//go:linkname avifDynamic github.com/gen2brain/avif.dynamic
var avifDynamic bool

func init() { webpDynamic, avifDynamic = false, false }

// A Picture is a decoded image that files in several sizes and formats are made of.
type Picture struct {
	pixels      image.Image
	orientation int
	lossless    bool   // the source is
	png         []byte // the source, where it can be shown as it is: upright and without a tale to tell
}

// PictureLimits are what a file may claim before it is decoded.
var PictureLimits = raster.DefaultLimits

// OpenPicture decodes a JPEG, PNG or WebP file. What the header says is held against PictureLimits first.
func OpenPicture(data []byte) (p *Picture, err error) {
	defer func() {
		if v := recover(); v != nil { // decoders of others have panicked on damaged files before
			p, err = nil, fmt.Errorf("the image is damaged: %v", v)
		}
	}()
	w, h, format, err := ImageInfo(data)
	if err != nil {
		return nil, err
	}
	if err := PictureLimits.Check(int64(len(data)), w, h); err != nil {
		return nil, err
	}
	p = &Picture{orientation: raster.Orientation(data)}
	switch format {
	case "jpeg", "png":
		if p.lossless = format == "png"; p.lossless && p.orientation < 2 && !bytes.Contains(data, []byte("eXIf")) {
			p.png = data
		}
		p.pixels, err = raster.Decode(data, PictureLimits)
	case "webp":
		p.lossless = hasAt(data, 12, "VP8L")
		p.pixels, err = webp.Decode(bytes.NewReader(data))
		if err != nil {
			err = fmt.Errorf("the image is damaged: %w", err)
		}
		if err == nil && raster.Sideways(p.orientation) {
			w, h = h, w // ImageInfo has turned it
		}
		if err == nil && (p.pixels.Bounds().Dx() != w || p.pixels.Bounds().Dy() != h) {
			err = errors.New("the image is damaged: it has other dimensions than its header states")
		}
	default:
		err = fmt.Errorf("sitegen cannot decode %s images", format)
	}
	if err != nil {
		return nil, err
	}
	return p, nil
}

// avifs is one at a time: the encoder alone takes about 250 bytes for each pixel.
var avifs sync.Mutex

// Write gives the picture upright in a width of at most its own, as "jpeg", "png", "webp" or "avif". A WebP of a lossless
// picture is lossless.
func (p *Picture) Write(width int, format string, quality int) ([]byte, error) {
	m := raster.Fit(p.pixels, p.orientation, width)
	var out bytes.Buffer
	var err error
	switch format {
	case "webp":
		err = webpcodec.Encode(&out, m, webpcodec.Options{Quality: quality, Lossless: p.lossless, Method: 4})
	case "avif":
		avifs.Lock()
		defer avifs.Unlock()
		err = avifcodec.Encode(&out, m, avifcodec.Options{Quality: quality, QualityAlpha: quality, Speed: 8, ChromaSubsampling: image.YCbCrSubsampleRatio420})
	default:
		err = raster.Encode(&out, m, format, quality)
	}
	if format == "png" && p.png != nil && out.Len() >= len(p.png) {
		return p.png, err // of few colours, more of which come with other sizes
	}
	return out.Bytes(), err
}
