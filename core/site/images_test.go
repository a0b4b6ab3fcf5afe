package site

import (
	"strconv"
	"strings"
	"testing"
)

// imagePage is a page of a site that shows pictures by a service.
func imagePage(t *testing.T, m *Images) *Page {
	t.Helper()
	app := &App{
		Config: Config{Base: "/docs/", AssetsDir: "_assets"}, Images: m,
		Assets: map[string]Asset{
			"hero.jpg":  {URL: "/docs/_assets/hero.0123abcd.jpg", Width: 1000, Height: 500, Format: "jpeg"},
			"tiny.png":  {URL: "/docs/_assets/tiny.0123abcd.png", Width: 40, Height: 30, Format: "png"},
			"logo.svg":  {URL: "/docs/_assets/logo.0123abcd.svg", Width: 10, Height: 10, Format: "svg"},
			"moves.gif": {URL: "/docs/_assets/moves.0123abcd.gif", Width: 100, Height: 100, Format: "gif"},
			"moves":     {URL: "/docs/_assets/moves.0123abcd.webp", Width: 100, Height: 100, Format: "webp", Animated: true},
		},
	}
	c, err := app.compile()
	if err != nil {
		t.Fatal(err)
	}
	return &c.newExchange(t.Context()).page
}

func TestVariants(t *testing.T) {
	var (
		hero   = Image{Src: "/docs/_assets/hero.0123abcd.jpg", Width: 1000, Height: 500, Format: "jpeg"}
		tiny   = Image{Src: "/docs/_assets/tiny.0123abcd.png", Width: 40, Height: 30, Format: "png"}
		logo   = Image{Src: "/docs/_assets/logo.0123abcd.svg", Width: 10, Height: 10, Format: "svg"}
		moves  = Image{Src: "/docs/_assets/moves.0123abcd.webp", Width: 100, Height: 100, Format: "webp"}
		remote = RemoteImage("https://img.example.com/a,b.jpg?x=1", 800, 600)
	)
	sources := []ImageSource{{Scheme: "https", Host: "img.example.com"}}
	for _, tt := range []struct {
		name    string
		service ImageService
		v       ImageVariants
		want    string // src | srcset | sizes | type | width × height, /docs/_assets/ left out
	}{
		{"all widths", ImageFiles, ImageVariants{Src: hero},
			"hero.1000.jpg | hero.320.jpg 320w, hero.640.jpg 640w, hero.1000.jpg 1000w | (min-width: 1000px) 1000px, 100vw | image/jpeg | 1000 × 500"},
		{"a width", ImageFiles, ImageVariants{Src: hero, Width: 300}, "hero.300.jpg | hero.300.jpg 1x, hero.600.jpg 2x |  | image/jpeg | 300 × 150"},
		{"a width near the whole", ImageFiles, ImageVariants{Src: hero, Width: 900}, "hero.900.jpg | hero.900.jpg 1x, hero.1000.jpg 2x |  | image/jpeg | 900 × 450"},
		{"the whole width", ImageFiles, ImageVariants{Src: hero, Width: 1000}, "hero.1000.jpg |  |  | image/jpeg | 1000 × 500"},
		{"wider than it is", ImageFiles, ImageVariants{Src: tiny, Width: 80}, "tiny.40.png |  |  | image/png | 80 × 60"},
		{"a height", ImageFiles, ImageVariants{Src: hero, Height: 100, Densities: []float64{1}}, "hero.200.jpg |  |  | image/jpeg | 200 × 100"},
		{"both", ImageFiles, ImageVariants{Src: hero, Width: 100, Height: 100}, "hero.100.jpg | hero.100.jpg 1x, hero.200.jpg 2x |  | image/jpeg | 100 × 100"},
		{"widths", ImageFiles, ImageVariants{Src: hero, Widths: []int{800, 200, 5000, 4000}, Sizes: "50vw"},
			"hero.1000.jpg | hero.200.jpg 200w, hero.800.jpg 800w, hero.1000.jpg 1000w | 50vw | image/jpeg | 1000 × 500"},
		{"densities", ImageFiles, ImageVariants{Src: hero, Width: 100, Densities: []float64{3, 1, 1.5}},
			"hero.100.jpg | hero.100.jpg 1x, hero.150.jpg 1.5x, hero.300.jpg 3x |  | image/jpeg | 100 × 50"},
		{"sizes", ImageFiles, ImageVariants{Src: hero, Width: 200, Sizes: "10vw"},
			"hero.200.jpg | hero.200.jpg 200w, hero.320.jpg 320w, hero.400.jpg 400w | 10vw | image/jpeg | 200 × 100"},
		{"a format", ImageFiles, ImageVariants{Src: tiny, Format: "webp"}, "tiny.40.webp |  |  | image/webp | 40 × 30"},
		{"a drawing", ImageFiles, ImageVariants{Src: logo, Width: 20}, "logo.0123abcd.svg |  |  | image/svg+xml | 20 × 20"},
		{"an animation", ImageFiles, ImageVariants{Src: moves, Width: 50}, "moves.0123abcd.webp |  |  | image/webp | 50 × 50"},
		{"of the public folder", ImageFiles, ImageVariants{Src: Image{Src: "/docs/a.jpg", Width: 10, Height: 20, Format: "jpeg"}}, "/docs/a.jpg |  |  | image/jpeg | 10 × 20"},
		{"elsewhere", ImageFiles, ImageVariants{Src: remote}, "https://img.example.com/a,b.jpg?x=1 |  |  |  | 800 × 600"},
		{"nobody", ImageNone, ImageVariants{Src: hero, Width: 300}, "hero.0123abcd.jpg |  |  | image/jpeg | 300 × 150"},
		{"endpoint", ImageEndpoint, ImageVariants{Src: hero, Width: 300},
			"/docs/_image?src=%2Fdocs%2F_assets%2Fhero.0123abcd.jpg&w=320&q=75 | /docs/_image?src=%2Fdocs%2F_assets%2Fhero.0123abcd.jpg&w=320&q=75 1x, " +
				"/docs/_image?src=%2Fdocs%2F_assets%2Fhero.0123abcd.jpg&w=640&q=75 2x |  |  | 300 × 150"},
		{"endpoint, another quality", ImageEndpoint, ImageVariants{Src: tiny, Width: 10, Quality: 76, Format: "png"},
			"/docs/_image?src=%2Fdocs%2F_assets%2Ftiny.0123abcd.png&w=320&q=90&f=png |  |  | image/png | 10 × 8"},
		{"endpoint, elsewhere", ImageEndpoint, ImageVariants{Src: remote, Width: 1000},
			"/docs/_image?src=https%3A%2F%2Fimg.example.com%2Fa%2Cb.jpg%3Fx%3D1&w=1280&q=75 |  |  |  | 1000 × 750"},
		{"vercel", ImageVercel, ImageVariants{Src: hero, Width: 600, Densities: []float64{1}}, "/_vercel/image?url=%2Fdocs%2F_assets%2Fhero.0123abcd.jpg&w=640&q=75 |  |  |  | 600 × 300"},
		{"netlify", ImageNetlify, ImageVariants{Src: hero, Width: 600, Densities: []float64{1}, Format: "jpeg"},
			"/.netlify/images?url=%2Fdocs%2F_assets%2Fhero.0123abcd.jpg&w=640&q=75&fm=jpg |  |  | image/jpeg | 600 × 300"},
		{"cloudflare", ImageCloudflare, ImageVariants{Src: hero, Width: 600, Densities: []float64{1}},
			"/cdn-cgi/image/width=640,quality=75,format=auto/docs/_assets/hero.0123abcd.jpg |  |  |  | 600 × 300"},
		{"cloudflare, elsewhere", ImageCloudflare, ImageVariants{Src: remote, Width: 600, Densities: []float64{1}},
			"/cdn-cgi/image/width=640,quality=75,format=auto/https://img.example.com/a%2Cb.jpg?x=1 |  |  |  | 600 × 450"},
	} {
		page := imagePage(t, &Images{Service: tt.service, Widths: []int{320, 640, 1280}, Quality: 75, Qualities: []int{75, 90}, Formats: []string{"avif", "webp"}, Remote: sources})
		set, err := Variants(page, tt.v)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		got := strings.Join([]string{set.Src, set.Srcset, set.Sizes, set.Type}, " | ")
		for _, v := range page.x.variants {
			parts := strings.Split(v.Name, ".")
			got = strings.ReplaceAll(got, v.Name, strings.Join(append(parts[:2], parts[3]), "."))
		}
		if tt.service == ImageFiles || tt.service == ImageNone {
			got = strings.ReplaceAll(got, "/docs/_assets/", "")
		}
		got += " | " + itoa(set.Width) + " × " + itoa(set.Height)
		if got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

func itoa(n int) string { return strconv.Itoa(n) }

func TestVariantsRefused(t *testing.T) {
	hero := Image{Src: "/docs/_assets/hero.0123abcd.jpg", Width: 1000, Height: 500, Format: "jpeg"}
	for _, tt := range []struct {
		v    ImageVariants
		want string
	}{
		{ImageVariants{}, "the image has no address"},
		{ImageVariants{Src: hero, Width: -1}, "-1 pixels"},
		{ImageVariants{Src: hero, Widths: []int{1 << 20}}, "1048576 pixels"},
		{ImageVariants{Src: hero, Widths: make([]int, 33)}, "more than 32"},
		{ImageVariants{Src: hero, Widths: []int{1}, Densities: []float64{1}}, "either widths or densities"},
		{ImageVariants{Src: hero, Densities: []float64{0}}, "density"},
		{ImageVariants{Src: hero, Quality: 101}, "quality"},
		{ImageVariants{Src: hero, Format: "tiff"}, `not "tiff"`},
		{ImageVariants{Src: hero, Densities: []float64{1}, Sizes: "1px"}, "sizes belongs to widths"},
		{ImageVariants{Src: RemoteImage("https://other.example.com/x.jpg", 1, 1)}, "does not allow"},
		{ImageVariants{Src: RemoteImage("//img.example.com/x.jpg", 1, 1)}, "does not allow"},
		{ImageVariants{Src: RemoteImage("data:image/svg+xml,<svg/>", 1, 1)}, "does not allow"},
		{ImageVariants{Src: RemoteImage("javascript:alert(1)", 1, 1)}, "does not allow"},
		{ImageVariants{Src: RemoteImage(`\\img.example.com/x.jpg`, 1, 1)}, "does not allow"},
	} {
		page := imagePage(t, &Images{Service: ImageFiles, Widths: []int{320}, Quality: 75, Remote: []ImageSource{{Scheme: "https", Host: "img.example.com"}}})
		_, err := Variants(page, tt.v)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: %v, want %q", tt.v, err, tt.want)
		}
		if len(page.x.variants) > 0 {
			t.Errorf("%+v: orders %v", tt.v, page.x.variants)
		}
	}
}

func TestFormatVariants(t *testing.T) {
	hero := Image{Src: "/docs/_assets/hero.0123abcd.jpg", Width: 1000, Height: 500, Format: "jpeg"}
	for _, tt := range []struct {
		service ImageService
		format  string
		want    bool
	}{
		{ImageFiles, "webp", true}, {ImageFiles, "avif", false}, {ImageFiles, "png", true},
		{ImageEndpoint, "webp", false}, {ImageEndpoint, "png", true},
		{ImageVercel, "webp", false}, {ImageCloudflare, "avif", false}, {ImageNetlify, "avif", true},
		{ImageNone, "webp", false}, {ImageNone, "jpeg", true},
	} {
		page := imagePage(t, &Images{Service: tt.service, Widths: []int{320}, Quality: 75, Formats: []string{"webp"}})
		if _, ok, err := FormatVariants(page, ImageVariants{Src: hero, Format: tt.format}); ok != tt.want || err != nil {
			t.Errorf("%s as %s: %v, %v; want %v", tt.service, tt.format, ok, err, tt.want)
		}
	}
}

func TestVariantNames(t *testing.T) {
	base := Variant{Source: "hero.0123abcd.jpg", Width: 10, Format: "webp", Quality: 75}
	seen := map[string]bool{}
	for _, change := range []func(*Variant){
		func(*Variant) {}, func(v *Variant) { v.Source = "hero.0123abce.jpg" }, func(v *Variant) { v.Width = 11 },
		func(v *Variant) { v.Format = "avif" }, func(v *Variant) { v.Quality = 76 },
	} {
		v := base
		change(&v)
		name := v.name()
		if seen[name] || !strings.HasPrefix(name, "hero.") {
			t.Errorf("%+v is called %s", v, name)
		}
		seen[name] = true
	}
	if a, b := base.name(), base.name(); a != b {
		t.Errorf("%s, then %s", a, b)
	}
}
