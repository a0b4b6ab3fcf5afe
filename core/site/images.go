package site

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Images is what a site with <Image> or <Picture> links beside its pages: who makes the sizes of a picture, and which
// ones. It is nil on all others.
type Images struct {
	Service   ImageService
	Own       string   // what the addresses of the site's own files with a hash begin with
	Widths    []int    // in pixels, ascending: what responsive pictures are made in, and all that a service is asked for
	Quality   int      // from 1 to 100
	Qualities []int    // all that a service is asked for, ascending
	Formats   []string // beside JPEG and PNG, what the build can write: "avif", "webp"
	Remote    []ImageSource

	once   sync.Once
	assets map[string]Asset // by URL
}

// ImageService says who makes the sizes of a picture that a page asks for.
type ImageService string

// The image services.
const (
	ImageFiles      ImageService = "files"      // the build, into files of the site; only while prerendering
	ImageEndpoint   ImageService = "endpoint"   // the standalone server, at /_image below the base
	ImageVercel     ImageService = "vercel"     // the platform, at /_vercel/image
	ImageNetlify    ImageService = "netlify"    // the platform, at /.netlify/images
	ImageCloudflare ImageService = "cloudflare" // the platform, at /cdn-cgi/image/
	ImageNone       ImageService = "none"       // nobody: pictures are sent as they are
)

// RemoteImage is an image at another address, with its dimensions in pixels, which nobody else can know: the build does
// not load it. <Image> and <Picture> show it only where site.yaml allows its host.
func RemoteImage(address string, width, height int) Image {
	return Image{Src: address, Width: width, Height: height}
}

// ImageVariants says in which sizes a picture is wanted; the props of <Image> are made of the same.
type ImageVariants struct {
	Src       Image
	Width     int       // shown, in CSS pixels; 0 for that of the image
	Height    int       // 0 for what keeps the ratio
	Widths    []int     // in pixels; nil to choose
	Densities []float64 // instead of Widths
	Sizes     string    // the attribute, beside Widths
	Format    string    // "jpeg", "png", "webp" or "avif"; "" for that of the image
	Quality   int       // 0 for the one of site.yaml
}

// ImageSet is what an element needs to show a picture in the size that fits.
type ImageSet struct {
	Src           string
	Srcset        string // "" where there is only Src
	Sizes         string
	Type          string // media type, "image/webp"; "" where the service decides
	Width, Height int    // as attributes
}

// Variant is one file that the build is to make of an imported image.
type Variant struct {
	Source  string // file below the assets directory
	Name    string // of the new file, likewise
	Width   int    // in pixels
	Format  string // "jpeg", "png", "webp" or "avif"
	Quality int    // from 1 to 100
}

const (
	maxVariants   = 32
	maxImageWidth = 16_384
	imageRecipe   = "1" // part of the names: changes when the same request gives another picture
)

// Variants gives the addresses of a picture in the sizes asked for. While a page is prerendered by the service of files, it
// also orders them from the build.
func Variants(page *Page, v ImageVariants) (ImageSet, error) {
	set, ok, err := variants(page, v)
	if err == nil && !ok {
		err = fmt.Errorf("an image cannot be shown as %s here", v.Format)
	}
	return set, imageError(err)
}

// FormatVariants is Variants for one format of several: ok is false where the picture is not to be had in it, because the
// service chooses formats itself, or has not got this one.
func FormatVariants(page *Page, v ImageVariants) (set ImageSet, ok bool, err error) {
	set, ok, err = variants(page, v)
	return set, ok, imageError(err)
}

// imageError gives an error the place of the author's tag.
func imageError(err error) error {
	if err == nil {
		return nil
	}
	file, line := caller()
	return &ValueError{File: file, Line: line, Message: err.Error(), Err: err}
}

func variants(page *Page, v ImageVariants) (ImageSet, bool, error) {
	if err := v.check(); err != nil {
		return ImageSet{}, false, err
	}
	r := imageRequest{ImageVariants: v, images: &Images{Service: ImageNone}}
	if page.x != nil && page.x.app.app.Images != nil {
		r.x, r.images = page.x, page.x.app.app.Images
		r.base = page.x.app.base.enc
	}
	return r.set()
}

func (v *ImageVariants) check() error {
	for _, w := range append([]int{v.Width, v.Height}, v.Widths...) {
		if w < 0 || w > maxImageWidth {
			return fmt.Errorf("an image cannot be %d pixels wide or high", w)
		}
	}
	for _, d := range v.Densities {
		if !(d > 0 && d <= 8) {
			return fmt.Errorf("the density of an image is from 0 to 8, not %v", d)
		}
	}
	switch {
	case v.Src.Src == "":
		return errors.New("the image has no address: src is the zero site.Image")
	case len(v.Widths) > maxVariants || len(v.Densities) > maxVariants:
		return fmt.Errorf("an image in more than %d sizes is a mistake", maxVariants)
	case len(v.Widths) > 0 && len(v.Densities) > 0:
		return errors.New("an image has either widths or densities")
	case v.Quality < 0 || v.Quality > 100:
		return fmt.Errorf("the quality of an image is from 1 to 100, not %d", v.Quality)
	case v.Format != "" && imageType(v.Format) == "":
		return fmt.Errorf("the format of an image is jpeg, png, webp or avif, not %s", quoteShort(v.Format))
	case v.Sizes != "" && len(v.Densities) > 0:
		return errors.New("sizes belongs to widths, not to densities")
	}
	return nil
}

func imageType(format string) string {
	switch format {
	case "jpeg", "png", "webp", "avif", "gif":
		return "image/" + format
	case "svg":
		return "image/svg+xml"
	}
	return ""
}

// imageRequest is an ImageVariants on its way to a set.
type imageRequest struct {
	ImageVariants
	images *Images
	x      *exchange
	base   string
}

// candidateWidth is one size: what is asked for, and what is said about it.
type candidateWidth struct {
	ask        int
	real       int
	descriptor string
}

func (r *imageRequest) set() (ImageSet, bool, error) {
	remote := !r.own(r.Src.Src) && isRemote(r.Src.Src) // also where a CDN serves the site's own files
	if remote {
		address, ok := allowedImage(r.images.Remote, r.Src.Src)
		if !ok {
			return ImageSet{}, false, fmt.Errorf("the image %s is on a host that site.yaml does not allow; add it to image.domains", quoteShort(r.Src.Src))
		}
		r.Src.Src = address
	}
	set := ImageSet{Src: r.Src.Src, Width: cmp.Or(r.Width, r.Src.Width), Height: r.Height}
	if set.Height == 0 {
		set.Height = scaled(set.Width, r.Src.Height, r.Src.Width)
	}
	if r.Width == 0 && r.Height > 0 && r.Src.Height > 0 {
		set.Width = scaled(r.Height, r.Src.Width, r.Src.Height)
	}
	format, can := r.format(remote)
	if !can {
		set.Type = imageType(r.Src.Format)
		return set, r.Format == "" || r.Format == r.Src.Format, nil
	}
	set.Type = imageType(format)
	list, sizes := r.candidates(set.Width)
	var srcset strings.Builder
	for i, c := range list {
		address, err := r.address(c.ask, format, remote)
		if err != nil {
			return ImageSet{}, false, err
		}
		if i > 0 {
			srcset.WriteString(", ")
		}
		srcset.WriteString(address + " " + c.descriptor)
		if i == 0 || c.real <= set.Width {
			set.Src = address // for browsers without srcset, that of the size shown
		}
	}
	if len(list) > 1 {
		set.Srcset, set.Sizes = srcset.String(), sizes
	}
	return set, true, nil
}

// scaled gives n·to/from, rounded, and 0 where one is not known.
func scaled(n, to, from int) int {
	if n == 0 || to == 0 || from == 0 {
		return 0
	}
	return max(int(math.Round(float64(n)*float64(to)/float64(from))), 1)
}

// format chooses what the variants are. can is false where the image is shown as it is: drawings, which are never turned
// into pixels, animations, and what nobody can make.
func (r *imageRequest) format(remote bool) (format string, can bool) {
	switch r.Src.Format {
	case "svg", "gif":
		return "", false
	case "":
		if r.own(r.Src.Src) { // of a kind that is not made smaller
			return "", false
		}
	}
	switch r.images.Service {
	case ImageFiles:
		if remote || r.Src.Width == 0 || r.Src.Format == "avif" || !r.imported() {
			return "", false // not ours to make smaller, or nothing that the build can decode
		}
		pick := r.Format
		if pick == "" {
			pick = r.Src.Format
		}
		return pick, pick == "jpeg" || pick == "png" || slices.Contains(r.images.Formats, pick)
	case ImageEndpoint:
		switch r.Src.Format {
		case "webp", "avif":
			return "", false // its program has no decoder for them
		}
		switch r.Format {
		case "", "jpeg", "png":
			return r.Format, true
		}
		return "", false
	case ImageNetlify:
		return r.Format, true
	case ImageVercel, ImageCloudflare:
		return "", r.Format == "" // they look at what the browser accepts
	}
	return "", false
}

func (r *imageRequest) imported() bool {
	if a, ok := r.images.asset(r.x, r.Src.Src); ok {
		return !a.Animated
	}
	return r.own(r.Src.Src)
}

// own says whether an address is that of a file of the site that carries a hash: one that a component imports, or that the
// content names.
func (r *imageRequest) own(address string) bool {
	if _, ok := r.images.asset(r.x, address); ok {
		return true
	}
	name, ok := strings.CutPrefix(address, r.images.Own)
	return ok && r.images.Own != "" && !strings.ContainsAny(name, "/?#")
}

func (m *Images) asset(x *exchange, address string) (Asset, bool) {
	if x == nil {
		return Asset{}, false
	}
	m.once.Do(func() {
		m.assets = map[string]Asset{}
		for _, a := range x.app.app.Assets {
			if a.Width > 0 {
				m.assets[a.URL] = a
			}
		}
	})
	a, ok := m.assets[address]
	return a, ok
}

// candidates chooses the sizes, narrowest first, and the attribute sizes that goes with them.
func (r *imageRequest) candidates(shown int) ([]candidateWidth, string) {
	limit := r.Src.Width
	if limit == 0 {
		limit = maxImageWidth
	}
	var list []candidateWidth
	add := func(width int, descriptor string) {
		ask := r.ask(min(max(width, 1), limit))
		c := candidateWidth{ask: ask, real: min(ask, limit), descriptor: descriptor}
		if descriptor == "" {
			c.descriptor = strconv.Itoa(c.real) + "w"
		}
		if !slices.ContainsFunc(list, func(have candidateWidth) bool { return have.real == c.real }) {
			list = append(list, c)
		}
	}
	densities := r.Densities
	sizes := r.Sizes
	switch {
	case len(r.Widths) > 0:
		for _, w := range slices.Sorted(slices.Values(r.Widths)) {
			add(w, "")
		}
	case len(densities) == 0 && r.Width > 0 && sizes == "":
		densities = []float64{1, 2}
		fallthrough
	case len(densities) > 0:
		for _, d := range slices.Sorted(slices.Values(densities)) {
			add(int(math.Round(float64(shown)*d)), strconv.FormatFloat(d, 'f', -1, 64)+"x")
		}
		return list, ""
	default:
		full := shown
		if full == 0 {
			full = limit
		}
		for _, w := range r.images.Widths {
			if w < 2*full && w < limit {
				add(w, "")
			}
		}
		add(full, "")
		add(2*full, "")
	}
	if sizes == "" {
		sizes = "100vw"
		if shown > 0 {
			sizes = fmt.Sprintf("(min-width: %dpx) %dpx, 100vw", shown, shown)
		}
	}
	slices.SortFunc(list, func(a, b candidateWidth) int { return a.real - b.real })
	return list, sizes
}

// ask gives the width that is asked of the service for one that is wanted: the next of the closed set.
func (r *imageRequest) ask(width int) int {
	if r.images.Service == ImageFiles || len(r.images.Widths) == 0 {
		return width
	}
	return nextOf(r.images.Widths, width)
}

// nextOf gives the first of an ascending list that is at least n, else the last.
func nextOf(list []int, n int) int {
	for _, v := range list {
		if v >= n {
			return v
		}
	}
	return list[len(list)-1]
}

func (r *imageRequest) quality(format string) int {
	q := cmp.Or(r.Quality, r.images.Quality)
	if r.Quality == 0 && format == "avif" {
		q = q * 4 / 5 // the scales of the two differ by about that
	}
	if r.images.Service != ImageFiles && len(r.images.Qualities) > 0 {
		q = nextOf(r.images.Qualities, q)
	}
	return q
}

// address gives the URL of a variant.
func (r *imageRequest) address(width int, format string, remote bool) (string, error) {
	w, q := strconv.Itoa(width), strconv.Itoa(r.quality(format))
	source := r.Src.Src
	switch r.images.Service {
	case ImageFiles:
		i := strings.LastIndexByte(source, '/') + 1
		v := Variant{Source: source[i:], Width: width, Format: format, Quality: r.quality(format)}
		if v.Format == "png" {
			v.Quality = 0 // there is none
		}
		v.Name = v.name()
		r.x.order(v)
		return source[:i] + v.Name, nil
	case ImageNone:
		return source, nil
	}
	if r.own(source) { // services look for it here, wherever visitors find it
		source = r.base + r.x.app.cfg.AssetsDir + source[strings.LastIndexByte(source, '/'):]
	}
	switch r.images.Service {
	case ImageEndpoint:
		if format != "" {
			q += "&f=" + format
		}
		return r.base + "_image?src=" + url.QueryEscape(source) + "&w=" + w + "&q=" + q, nil
	case ImageVercel:
		return "/_vercel/image?url=" + url.QueryEscape(source) + "&w=" + w + "&q=" + q, nil
	case ImageNetlify:
		if format != "" {
			q += "&fm=" + strings.Replace(format, "jpeg", "jpg", 1)
		}
		return "/.netlify/images?url=" + url.QueryEscape(source) + "&w=" + w + "&q=" + q, nil
	case ImageCloudflare:
		if !remote {
			source = strings.TrimPrefix(source, "/")
		}
		return "/cdn-cgi/image/width=" + w + ",quality=" + q + ",format=auto/" + strings.ReplaceAll(source, ",", "%2C"), nil
	}
	return source, nil
}

// name gives the file of a variant: readable, and different for whatever makes a different picture.
func (v *Variant) name() string {
	base, _, _ := strings.Cut(v.Source, ".")
	h := uint64(14695981039346656037) // FNV-1a, 64 bits
	for _, s := range []string{imageRecipe, v.Source, strconv.Itoa(v.Width), v.Format, strconv.Itoa(v.Quality)} {
		for i := range len(s) {
			h = (h ^ uint64(s[i])) * 1099511628211
		}
		h = (h ^ 0xff) * 1099511628211
	}
	ext := v.Format
	if ext == "jpeg" {
		ext = "jpg"
	}
	return base + "." + strconv.Itoa(v.Width) + "." + fmt.Sprintf("%016x", h)[:10] + "." + ext
}

// order notes a variant for the build.
func (x *exchange) order(v Variant) {
	x.once.mu.Lock()
	defer x.once.mu.Unlock()
	if !slices.Contains(x.variants, v) {
		x.variants = append(x.variants, v)
	}
}
