package config

// siteKeys is everything that site.yaml may say. The loader, the JSON Schema, the environment variables and the list of
// origins are all read from it; the defaults are those of the function defaults.
//
// Only what works is here. A key for something that is still to come is in laterKeys: an error is better than silence.
var siteKeys = []key{
	{name: "site", env: "SITEGEN_SITE", was: []string{"url", "baseURL", "siteUrl", "origin"},
		doc:  "Public origin of the site, for absolute URLs: https://example.com",
		rule: text{into: func(c *Config) *string { return &c.Site }, pattern: originPattern, check: checkOrigin}},
	{name: "base", env: "SITEGEN_BASE", was: []string{"basePath", "pathPrefix"},
		doc:  "Path that the whole site lives below, when it is not the root: /docs",
		rule: text{into: func(c *Config) *string { return &c.Base }, pattern: basePattern, check: checkBase}},
	{name: "output", env: "SITEGEN_OUTPUT", was: []string{"mode"},
		doc:  "Whether pages are prerendered (static) or rendered on demand (server) unless they say otherwise",
		rule: text{into: func(c *Config) *string { return &c.Output }, enum: []string{"static", "server"}}},
	{name: "adapter", env: "SITEGEN_ADAPTER",
		doc:  "The platform to build for: a name, or a mapping with the name and the adapter's own options",
		rule: adapterRule{}},
	{name: "src", env: "SITEGEN_SRC", was: []string{"srcDir", "sourceDir"},
		doc:  "Folder of the sources, with pages in it",
		rule: text{into: func(c *Config) *string { return &c.Src }, pattern: folderPattern, check: checkFolder}},
	{name: "public", env: "SITEGEN_PUBLIC", was: []string{"publicDir", "static", "staticDir"},
		doc:  "Folder of files that are copied as they are",
		rule: text{into: func(c *Config) *string { return &c.Public }, pattern: folderPattern, check: checkFolder}},
	{name: "out", env: "SITEGEN_OUT", was: []string{"outDir", "dist", "destination", "publishDir"},
		doc:  "Folder that the build writes; everything else in it is removed",
		rule: text{into: func(c *Config) *string { return &c.Out }, pattern: folderPattern, check: checkFolder}},
	{name: "trailingSlash", env: "SITEGEN_TRAILING_SLASH",
		doc:  "Whether the path of a page ends in a slash: the other form is redirected (always, never) or answers too (ignore)",
		rule: text{into: func(c *Config) *string { return &c.TrailingSlash }, enum: []string{"always", "never", "ignore"}}},
	{name: "build", doc: "How files are written", rule: object{keys: []key{
		{name: "format", env: "SITEGEN_BUILD_FORMAT",
			doc:  "File of the page /about: about/index.html (directory), about.html (file), or as its source lies (preserve)",
			rule: text{into: func(c *Config) *string { return &c.Build.Format }, enum: []string{"directory", "file", "preserve"}}},
		{name: "assets", env: "SITEGEN_BUILD_ASSETS", was: []string{"assetsDir"},
			doc:  "Folder of the stylesheets, scripts and images that carry a hash in their name, below base",
			rule: text{into: func(c *Config) *string { return &c.Build.Assets }, pattern: assetsPattern, check: checkAssets}},
		{name: "inline", env: "SITEGEN_BUILD_INLINE", was: []string{"inlineStylesheets"},
			doc:  "Whether stylesheets are written into the page: when they are small (auto), always or never",
			rule: text{into: func(c *Config) *string { return &c.Build.Inline }, enum: []string{"auto", "always", "never"}}},
		{name: "concurrency", env: "SITEGEN_BUILD_CONCURRENCY",
			doc:  "How many pages are rendered at once; 0 is one per core",
			rule: integer{into: func(c *Config) *int { return &c.Build.Concurrency }, min: 0, max: 1024}},
	}}},
	{name: "redirects", was: []string{"redirect"},
		doc:  "Redirects by path: a target, or a mapping with to and status. Parameters are written [name] and [...name]",
		rule: redirectsRule{}},
	{name: "headers", was: []string{"header"},
		doc:  "Response headers by path: /about, or /assets/* for a folder",
		rule: headersRule{}},
	{name: "server", doc: "Where the dev server, preview and a standalone server listen", rule: object{keys: []key{
		{name: "host", env: "SITEGEN_SERVER_HOST",
			doc:  "Address to listen on; 0.0.0.0 for all",
			rule: text{into: func(c *Config) *string { return &c.Server.Host }, pattern: hostPattern, check: checkHost}},
		{name: "port", env: "SITEGEN_SERVER_PORT",
			doc:  "Port to listen on; 0 for any that is free",
			rule: integer{into: func(c *Config) *int { return &c.Server.Port }, min: 0, max: 65535}},
	}}},
	// No variables for these: what CI happens to set must not weaken them.
	{name: "security", doc: "What requests are held against", rule: object{keys: []key{
		{name: "checkOrigin",
			doc:  "Whether a form post from another site is refused",
			rule: boolean{into: func(c *Config) *bool { return &c.Security.CheckOrigin }}},
		{name: "allowedHosts", was: []string{"allowedDomains"},
			doc:  "Hosts that the site answers for, and whose forwarded headers count: example.com, *.example.com, https://example.com:8443. Empty for all, with nothing forwarded believed",
			rule: list{into: func(c *Config) *[]string { return &c.Security.AllowedHosts }, pattern: hostRulePattern, check: checkHostRule}},
		{name: "bodyLimit", was: []string{"bodySizeLimit"},
			doc:  "Size above which a request body is refused, in bytes or as 512KiB, 10MB; 0 for none",
			rule: size{into: func(c *Config) *int64 { return &c.Security.BodyLimit }}},
		{name: "trustedProxies",
			doc:  "Addresses and networks of the proxies in front: 10.0.0.0/8, ::1",
			rule: list{into: func(c *Config) *[]string { return &c.Security.TrustedProxies }, pattern: networkPattern, check: checkNetwork}},
	}}},
}

// laterKeys are keys of the design whose feature does not exist yet.
var laterKeys = []string{"i18n", "image", "session", "env", "security.csp"}
