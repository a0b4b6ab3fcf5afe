package cloudflare

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"sitegen.dev/core/adapter"
	"sitegen.dev/core/diag"
)

// wranglerConfig is the file of the output that wrangler deploys from.
const wranglerConfig = "wrangler.json"

// addedConfig is what Add writes beside site.yaml. What a build knows is not in it, so it never goes stale.
const addedConfig = `// The Worker of the site. "sitegen build --adapter cloudflare" adds main and assets to what stands here and writes the
// whole to wrangler.json in the output folder, which "npx wrangler deploy" then takes by itself.
{
  "$schema": "https://json.schemastore.org/wrangler.json",
  "name": %s,
  "compatibility_date": "` + testedDate + `",
  "observability": { "enabled": true }
  // Variables and bindings go here:
  // "vars": { "GREETING": "hello" },
  // "kv_namespaces": [{ "binding": "CACHE", "id": "..." }]
}
`

// Add gives wrangler.jsonc, where the project has no configuration of wrangler.
func (Adapter) Add(p adapter.Project) (map[string][]byte, error) {
	for _, name := range configNames {
		if _, err := fs.Stat(p.Files, name); err == nil {
			return nil, nil
		}
	}
	module := ""
	if data, err := fs.ReadFile(p.Files, "go.mod"); err == nil {
		if m := moduleLine.FindSubmatch(data); m != nil {
			module = string(m[1])
		}
	}
	return map[string][]byte{"wrangler.jsonc": fmt.Appendf(nil, addedConfig, quote(nameOf(module)))}, nil
}

// configNames are the files that wrangler reads, the first that exists.
var configNames = []string{"wrangler.json", "wrangler.jsonc", "wrangler.toml"}

var (
	moduleLine = regexp.MustCompile(`(?m)^module\s+"?([^\s"]+)"?`)
	badLetters = regexp.MustCompile(`[^a-z0-9]+`)
)

// nameOf makes the name of a Worker from a module path: its last element.
func nameOf(module string) string {
	name := strings.Trim(badLetters.ReplaceAllString(strings.ToLower(path.Base(module)), "-"), "-")
	if len(name) > 63 {
		name = strings.Trim(name[:63], "-")
	}
	if name == "" {
		return "site"
	}
	return name
}

func quote(s string) string {
	data, err := json.Marshal(s)
	if err != nil {
		panic(err) // a text
	}
	return string(data)
}

// loadConfig reads the project's own configuration.
func (b *builder) loadConfig() error {
	names := configNames
	if b.o.Config != "" {
		names = []string{b.o.Config}
	}
	b.config, b.configName = map[string]any{}, "wrangler.jsonc"
	defer b.sessionBinding()
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(b.projectRoot(), filepath.FromSlash(name)))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		b.configName, b.configText = name, data
		at := diag.Range{Pos: diag.Pos{File: name}}
		if strings.HasSuffix(name, ".toml") {
			b.report(diag.Error, "SG6308", at, "the adapter reads wrangler.jsonc, not wrangler.toml", "write the same as wrangler.jsonc; the keys have the same names")
			return nil
		}
		config := map[string]any{}
		if err := decodeJSONC(data, &config); err != nil {
			b.report(diag.Error, "SG6308", at, "the configuration is no JSON: "+err.Error(), "")
			return nil
		}
		b.config = b.environment(at, config)
		b.checkConfig(at, b.config)
		b.objects()
		return nil
	}
	if b.o.Config != "" {
		b.report(diag.Error, "SG6308", b.site.At("config"), "there is no file "+b.o.Config, "")
	}
	return nil
}

// separate are the keys that an environment of wrangler's does not inherit.
var separate = []string{"ai", "analytics_engine_datasets", "browser", "cloudchamber", "containers", "d1_databases", "define", "dispatch_namespaces", "durable_objects", "hyperdrive", "images",
	"kv_namespaces", "logfwdr", "media", "mtls_certificates", "pipelines", "queues", "r2_buckets", "ratelimits", "secrets_store_secrets", "send_email", "services", "tail_consumers",
	"unsafe", "vars", "vectorize", "version_metadata", "vpc_services", "worker_loaders", "workflows"}

// environment gives the configuration of one environment of wrangler's, or that of none. What is deployed knows only one.
func (b *builder) environment(at diag.Range, config map[string]any) map[string]any {
	all, _ := config["env"].(map[string]any)
	delete(config, "env")
	name, from := b.o.Environment, b.site.At("environment")
	if name == "" {
		name, from = os.Getenv("CLOUDFLARE_ENV"), at
	}
	if name == "" {
		return config
	}
	own, ok := all[name].(map[string]any)
	if !ok {
		hint := "environments are the keys of \"env\""
		if len(all) > 0 {
			hint = "there are " + strings.Join(slices.Sorted(maps.Keys(all)), ", ")
		}
		b.report(diag.Error, "SG6308", from, b.configName+" has no environment "+strconv.Quote(name), hint)
		return config
	}
	for _, key := range separate {
		delete(config, key)
	}
	top, _ := config["name"].(string)
	maps.Copy(config, own)
	if _, ok := own["name"]; !ok && top != "" {
		config["name"] = top + "-" + name
	}
	return config
}

// checkConfig says what the project's configuration asks for that the build would overrule.
func (b *builder) checkConfig(at diag.Range, config map[string]any) {
	if date, ok := config["compatibility_date"].(string); ok && date < oldestDate {
		b.report(diag.Error, "SG6308", at, "compatibility_date is "+date+", and the Worker relies on "+oldestDate+" or later", `"compatibility_date": "`+testedDate+`"`)
	}
	assets, ok := config["assets"].(map[string]any)
	if !ok {
		return
	}
	for _, key := range slices.Sorted(maps.Keys(assets)) {
		want := map[string]any{"html_handling": b.html, "not_found_handling": b.notFound()}[key]
		if want != nil && assets[key] != want {
			b.report(diag.Warning, "SG6308", at, fmt.Sprintf("assets.%s is %q, but site.yaml asks for %q, which the build takes", key, assets[key], want), "take the line out")
		}
	}
}

// notFound is what Cloudflare does where neither a file nor the Worker answers.
func (b *builder) notFound() string {
	if !b.site.OnDemand && b.list.all["404.html"] {
		return "404-page"
	}
	return "none"
}

// wrangler writes the configuration to deploy with: the project's own, and what the build knows.
func (b *builder) wrangler() error {
	config := b.config
	fill := func(key string, value any) {
		if _, ok := config[key]; !ok {
			config[key] = value
		}
	}
	if b.o.Worker != "" {
		config["name"] = b.o.Worker
	}
	fill("name", nameOf(b.site.ModulePath))
	if b.o.CompatibilityDate != "" {
		config["compatibility_date"] = b.o.CompatibilityDate
	}
	fill("compatibility_date", testedDate)
	flags, _ := config["compatibility_flags"].([]any)
	for _, f := range b.o.CompatibilityFlags {
		if !slices.Contains(flags, any(f)) {
			flags = append(flags, f)
		}
	}
	assets := map[string]any{"directory": "./" + assetsDir, "html_handling": b.html, "not_found_handling": b.notFound()}
	delete(config, "main")
	if b.site.OnDemand {
		// Without it nobody tells the program that a visitor has left.
		if !slices.Contains(flags, any(signalFlag)) {
			flags = append(flags, signalFlag)
		}
		assets["binding"] = "ASSETS"
		switch {
		case b.o.WorkerFirst == "always":
			assets["run_worker_first"] = true
		case len(b.first) > 0:
			assets["run_worker_first"] = b.first
		}
		config["main"] = "./" + workerDir + "/index.mjs"
		config["no_bundle"] = true
		config["rules"] = []any{map[string]any{"type": "ESModule", "globs": []string{"**/*.mjs", "**/*.js"}}}
	}
	if len(flags) > 0 {
		config["compatibility_flags"] = flags
	}
	config["assets"] = assets
	data, err := encode(config)
	if err != nil {
		return err
	}
	if err := b.out.Write(wranglerConfig, data, 0o644); err != nil || b.site.OutDir == "" {
		return err
	}
	return b.redirectConfig()
}

const signalFlag = "enable_request_signal"

// redirectConfig tells wrangler that the configuration to deploy with is that of the output.
func (b *builder) redirectConfig() error {
	root := b.projectRoot()
	to, err := filepath.Rel(filepath.Join(root, filepath.FromSlash(deployDir)), filepath.Join(b.site.OutDir, wranglerConfig))
	if err != nil {
		return nil // on another disk; wrangler deploy --config says where
	}
	data, err := encode(map[string]any{"configPath": filepath.ToSlash(to)})
	if err != nil {
		return err
	}
	return b.out.Write(deployDir+"/config.json", data, 0o644)
}

// encode writes JSON for people too.
func encode(v any) ([]byte, error) {
	var w bytes.Buffer
	enc := json.NewEncoder(&w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(v)
	return w.Bytes(), err
}
