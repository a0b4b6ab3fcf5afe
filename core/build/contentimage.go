package build

import (
	"encoding/binary"
	"encoding/hex"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"sitegen.dev/core/assets"
	"sitegen.dev/core/content"
	"sitegen.dev/core/site/content/store"
)

// contentImage says where an image is that a text shows or front matter names, and how large. dest is relative to the file
// from, or begins with a slash and lies in the public folder. ok is false where a relative one is not there.
func (b *builder) contentImage(from, dest, tail string) (content.Target, bool) {
	public := strings.HasPrefix(dest, "/")
	name := path.Join(path.Dir(from), unescapePath(dest))
	if public {
		below := unescapePath("/" + strings.TrimPrefix(dest, b.Config.Base))
		file := filepath.Join(b.Layout.Root, filepath.FromSlash(b.Config.Public), filepath.FromSlash(path.Clean(below)))
		rel, err := filepath.Rel(b.Layout.ModuleDir, file)
		if err != nil {
			return content.Target{URL: dest + tail}, true
		}
		name = filepath.ToSlash(rel)
	}
	c := &b.contents
	c.mu.Lock()
	img := c.images[name]
	if img == nil {
		img = &contentImage{}
		c.images[name] = img
	}
	c.mu.Unlock()
	img.once.Do(func() { b.findContentImage(img, name, public) })
	to := img.target
	if public { // its address is the author's business
		to.URL = dest
	}
	to.URL += tail
	return to, img.ok || public
}

func (b *builder) findContentImage(img *contentImage, name string, public bool) {
	file := b.Layout.abs(name)
	real, err := filepath.EvalSymlinks(file)
	if err != nil || !inside(real, b.Layout.Root) {
		return
	}
	if info, err := os.Stat(real); err != nil || !info.Mode().IsRegular() {
		return
	}
	if img.digest, err = b.prints.file(name); err != nil {
		return
	}
	info, ok := b.imageInfo(img.digest, real)
	if !ok {
		return
	}
	img.ok = true
	img.target.Width, img.target.Height = info.Width, info.Height
	if ext := strings.ToLower(path.Ext(name)); info.Width == 0 && slices.Contains([]string{".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif"}, ext) {
		img.target.Problem = "is no image that sitegen can read"
	}
	if public {
		return
	}
	img.from, img.name = real, assets.HashNameOf(filepath.Base(file), img.digest[:])
	img.target.URL = b.publicPath() + img.name
	img.target.Format = info.Format
}

// imageKey names what the cache has of an image.
func imageKey(d digest) digest { return digestOf(append([]byte("image\x00"), d[:]...)) }

// imageInfo gives the dimensions of an image and, if it can be made in other sizes, its format. The cache knows those that
// an earlier build has looked into, which would else be most of what a build reads.
func (b *builder) imageInfo(d digest, file string) (store.Picture, bool) {
	var p store.Picture
	key := imageKey(d)
	if head, _, err := b.contents.pack.head(key, false); err == nil && head != nil {
		r := &reader{s: string(head)}
		p.Width, p.Height, p.Format = int(r.uint()), int(r.uint()), r.text()
		if !r.bad && r.s == "" {
			return p, true
		}
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return p, false
	}
	w, h, format, err := assets.ImageInfo(data)
	if err == nil { // one of a kind that we cannot measure is shown all the same
		p.Width, p.Height = w, h
		switch format {
		case "jpeg", "png", "webp":
			if !assets.Animated(data) && assets.PictureLimits.Check(int64(len(data)), w, h) == nil {
				p.Format = format
			}
		}
	}
	head := binary.AppendUvarint(nil, uint64(p.Width))
	head = binary.AppendUvarint(head, uint64(p.Height))
	b.contents.pack.add(key, store.AppendText(head, p.Format), nil)
	return p, true
}

// emitContentImages hands the images that were found to the assets, in the order of their names.
func (b *builder) emitContentImages() {
	var images []*contentImage
	for _, img := range b.contents.images {
		if img.ok && img.name != "" {
			images = append(images, img)
		}
	}
	slices.SortFunc(images, func(x, y *contentImage) int { return strings.Compare(x.name, y.name) })
	images = slices.CompactFunc(images, func(x, y *contentImage) bool { return x.name == y.name })
	have := map[string]bool{}
	for _, e := range b.emitted {
		have[e.name] = true
	}
	for _, img := range images {
		if !have[img.name] {
			b.emitted = append(b.emitted, file{name: img.name, from: img.from, sum: hex.EncodeToString(img.digest[:])})
		}
	}
}

// shownPictures says whether texts show, or front matter names, an image that can be made in several sizes.
func (b *builder) shownPictures() bool {
	for _, img := range b.contents.images {
		if img.ok && img.target.Format != "" {
			return true
		}
	}
	return false
}
