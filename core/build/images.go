package build

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"

	"sitegen.dev/core/assets"
	"sitegen.dev/core/codegen"
	"sitegen.dev/core/diag"
	"sitegen.dev/core/internal/cachedir"
	"sitegen.dev/core/prerender/runtime/wire"
)

// imageCache holds the pictures that builds have made, each below the hash of all it depends on.
const imageCache = workDir + "/cache/images"

// ImageReport says who makes the pictures of <Image> and <Picture>, and how many the build made.
type ImageReport struct {
	Used        bool   // the site has <Image> or <Picture>
	Prerendered string // the service of pages that the build renders: "files", "none" or a platform's
	OnDemand    string // and of those that are rendered per request
	Files       int    // made for this build
	Cached      int    // of them, taken from the cache
	Bytes       int64
}

// images describes the image service to the code generator; nil where no page shows pictures in several sizes.
func (b *builder) images() *codegen.Images {
	used := b.shownPictures()
	for _, c := range b.pages {
		used = used || c.UsesImages()
	}
	if !used {
		return nil
	}
	cfg := b.Config.Image
	out := &codegen.Images{Own: b.publicPath(), Widths: cfg.Widths, Quality: cfg.Quality, Formats: assets.PictureFormats}
	out.Qualities = append(slices.Clone(cfg.Qualities), cfg.Quality)
	slices.Sort(out.Qualities)
	out.Qualities = slices.Compact(out.Qualities)
	for _, s := range cfg.Sources() {
		out.Remote = append(out.Remote, codegen.ImageSource(s))
	}
	platform := b.Options.Images
	if platform == "" {
		platform = "none"
	}
	switch cfg.Service {
	case "build":
		out.Prerendered, out.OnDemand = "files", platform
	case "platform":
		out.Prerendered, out.OnDemand = platform, platform
		if platform == "none" && b.gen != devGenDir { // the development server shows pictures as they are
			b.list.Warn("SG5033", b.Config.At("image.service"), "image.service is platform, and nothing that this site is built for has an image service",
				"choose an adapter, or write `service: build`; until then pictures are sent as they are")
		}
	default:
		out.Prerendered, out.OnDemand = "none", "none"
	}
	b.site.Images = ImageReport{Used: true, Prerendered: out.Prerendered, OnDemand: out.OnDemand}
	return out
}

// emitFrom keeps a file for the assets directory by its place on disk, so that a thousand photographs are never in memory
// together.
func (b *builder) emitFrom(name string, a codegen.AssetImport, data []byte) {
	if slices.ContainsFunc(b.emitted, func(e file) bool { return e.name == name }) {
		return
	}
	from := a.Path
	if !filepath.IsAbs(from) {
		from = b.Layout.abs(from)
	}
	sum := sha256.Sum256(data)
	b.emitted = append(b.emitted, file{name: name, from: from, sum: hex.EncodeToString(sum[:len(digest{})])})
}

// variants makes the sizes of pictures that the prerendered pages have ordered, into dir. What the cache has is copied.
// Files are made on all cores, the sizes of one picture by the one that has decoded it; what is decoded at a time is
// bounded by pictureBudget.
func (b *builder) variants(ctx context.Context, dir string) error {
	if b.site.Pages == nil {
		return nil
	}
	bySource := map[string][]wire.Image{}
	var sources []string
	for _, v := range b.site.Pages.Images {
		if bySource[v.Source] == nil {
			sources = append(sources, v.Source)
		}
		bySource[v.Source] = append(bySource[v.Source], v)
	}
	slices.Sort(sources)
	made := make([][]Asset, len(sources))
	problems := make([][]diag.Diagnostic, len(sources))
	var cached atomic.Int64
	var budget pictureBudget
	err := each(ctx, len(sources), func(i int) error {
		name := sources[i]
		at := slices.IndexFunc(b.emitted, func(f file) bool { return f.name == name })
		if at < 0 {
			return fmt.Errorf("a page shows the image %s, which the build has not emitted", name)
		}
		p := pictures{b: b, dir: dir, source: b.emitted[at], budget: &budget}
		defer p.close()
		for _, v := range bySource[name] {
			if err := ctx.Err(); err != nil {
				return err
			}
			size, hit, err := p.variant(v)
			var bad *pictureError
			if errors.As(err, &bad) {
				problems[i] = append(problems[i], bad.diagnostic(b, p.source))
				return nil
			}
			if err != nil {
				return err
			}
			if hit {
				cached.Add(1)
			}
			made[i] = append(made[i], Asset{Name: v.Name, Size: size})
		}
		return nil
	})
	for i := range sources {
		b.list.Add(problems[i]...)
		b.site.Assets = append(b.site.Assets, made[i]...)
		for _, a := range made[i] {
			b.site.Images.Files++
			b.site.Images.Bytes += a.Size
		}
	}
	b.site.Images.Cached = int(cached.Load())
	return err
}

// pictures makes the sizes of one picture.
type pictures struct {
	b      *builder
	dir    string
	source file
	budget *pictureBudget
	open   *assets.Picture
	held   int64 // of the budget
}

// pictureError says that a file cannot be decoded.
type pictureError struct{ err error }

func (e *pictureError) Error() string { return e.err.Error() }

func (e *pictureError) diagnostic(b *builder, source file) diag.Diagnostic {
	return diag.Diagnostic{Severity: diag.Error, Code: "SG5031", Range: diag.Range{Pos: diag.Pos{File: b.Layout.Rel(source.from)}},
		Message: e.Error(), Hint: "replace the file, or show it as it is with <img src={image.Src}>"}
}

// variant makes one file and gives its size.
func (p *pictures) variant(v wire.Image) (size int64, hit bool, err error) {
	key := fmt.Sprintf("%s\n%s\n%d %s %d\n", assets.PictureRecipe, p.source.sum, v.Width, v.Format, v.Quality)
	cache := cachedir.Dir(p.b.Layout.abs(imageCache))
	to := filepath.Join(p.dir, filepath.FromSlash(v.Name))
	hash := sha256.Sum256([]byte(key))
	name, sum := path.Join(p.b.Config.Build.Assets, v.Name), digest(hash[:len(digest{})])
	if p.b.before.keeps(name, sum) {
		cache.Used(key)
		return p.b.before.files[name].size, true, nil
	}
	p.b.before.made(name, sum)
	if data, ok := cache.Get(key); ok {
		return int64(len(data)), true, writeNew(to, data)
	}
	if p.open == nil {
		if err := p.decode(); err != nil {
			return 0, false, err
		}
	}
	data, err := p.open.Write(v.Width, v.Format, v.Quality)
	if err != nil {
		return 0, false, &pictureError{err}
	}
	cache.Put(key, data) // a cache that cannot be written costs time in the next build, nothing else
	return int64(len(data)), false, writeNew(to, data)
}

func (p *pictures) decode() error {
	data, err := os.ReadFile(p.source.from)
	if err != nil {
		return err
	}
	if sum := digestOf(data); hex.EncodeToString(sum[:]) != p.source.sum {
		return &pictureError{errors.New("the file has changed while the site was built")}
	}
	w, h, _, err := assets.ImageInfo(data)
	if err != nil {
		return &pictureError{err}
	}
	if err := assets.PictureLimits.Check(int64(len(data)), w, h); err != nil {
		return &pictureError{err}
	}
	p.held = int64(w) * int64(h)
	p.budget.take(p.held)
	if p.open, err = assets.OpenPicture(data); err != nil {
		return &pictureError{err}
	}
	return nil
}

func (p *pictures) close() {
	p.open = nil
	p.budget.give(p.held)
}

// pictureBudget bounds the pixels that are decoded at a time to those of the largest picture that there may be, or of one
// for each core where they are small. A pixel takes up to 16 bytes while it is decoded.
type pictureBudget struct {
	mu   sync.Mutex
	free sync.Cond
	used int64
}

func (p *pictureBudget) take(n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.free.L == nil {
		p.free.L = &p.mu
	}
	for p.used > 0 && p.used+n > assets.PictureLimits.Pixels {
		p.free.Wait()
	}
	p.used += n
}

func (p *pictureBudget) give(n int64) {
	if n == 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.used -= n
	p.free.Broadcast()
}

// writeNew writes a file of the stage.
func writeNew(name string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return err
	}
	return os.WriteFile(name, data, 0o666)
}
