module sitegen.dev/cli

go 1.26.0

require (
	sitegen.dev/adapters/cloudflare v0.0.0
	sitegen.dev/adapters/netlify v0.0.0
	sitegen.dev/adapters/node v0.0.0
	sitegen.dev/adapters/vercel v0.0.0
	sitegen.dev/core v0.0.0
)

require (
	github.com/aymanbagabas/go-udiff v0.4.1 // indirect
	github.com/chromedp/cdproto v0.0.0-20260321001828-e3e3800016bc // indirect
	github.com/chromedp/chromedp v0.15.1 // indirect
	github.com/chromedp/sysutil v1.1.0 // indirect
	github.com/cpuguy83/go-md2man/v2 v2.0.7 // indirect
	github.com/go-json-experiment/json v0.0.0-20260623181947-01eb4420fa68 // indirect
	github.com/gobwas/httphead v0.1.0 // indirect
	github.com/gobwas/pool v0.2.1 // indirect
	github.com/gobwas/ws v1.4.0 // indirect
	github.com/google/go-cmp v0.7.0 // indirect
	github.com/mattn/go-isatty v0.0.24 // indirect
	github.com/rogpeppe/go-internal v1.16.0 // indirect
	github.com/russross/blackfriday/v2 v2.1.0 // indirect
	github.com/urfave/cli/v2 v2.27.7 // indirect
	github.com/xrash/smetrics v0.0.0-20240521201337-686a1a2994c1 // indirect
	golang.org/x/mod v0.42.0
	golang.org/x/sys v0.49.0 // indirect
)

replace (
	sitegen.dev/adapters/cloudflare => ../adapters/cloudflare
	sitegen.dev/adapters/netlify => ../adapters/netlify
	sitegen.dev/adapters/node => ../adapters/node
	sitegen.dev/adapters/vercel => ../adapters/vercel
	sitegen.dev/core => ../core
)
