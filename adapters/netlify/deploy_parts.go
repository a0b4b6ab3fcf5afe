package netlify

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"sitegen.dev/core/adapter"
	"sitegen.dev/core/manifest"
)

// deployFile is a file of a deploy: one of the output, or one made for it.
type deployFile struct {
	from   string // of the machine; "" where data is it
	data   []byte
	size   int64
	digest string // SHA-1, in hexadecimal
}

func (f deployFile) open() (io.ReadCloser, error) {
	if f.from == "" {
		return io.NopCloser(strings.NewReader(string(f.data))), nil
	}
	return os.Open(f.from)
}

// gather reads everything that is to be deployed.
func (d *deployer) gather(ctx context.Context, tmp string) error {
	d.Progress("read", 0, 0)
	framework, err := findFramework(d.Dir)
	if err != nil {
		return err
	}
	data, err := os.ReadFile(filepath.Join(framework, "manifest.json"))
	if err != nil {
		return err
	}
	m, err := manifest.Decode(data)
	if err != nil {
		return err
	}
	d.generator = m.Generator
	if err := d.gatherFiles(ctx); err != nil {
		return err
	}
	if err := d.gatherSettings(framework); err != nil {
		return err
	}
	p := &packer{framework: framework, generator: d.generator, to: tmp, version: d.functions.version, runtime: d.runtimeFiles}
	d.archives, err = p.pack(ctx)
	var large *tooLarge
	if errors.As(err, &large) {
		return problem("SG6204", err.Error()+"; Netlify takes 50 MB, and 250 MB unpacked", "include fewer files, or put them into public/")
	}
	return err
}

// runtimeFiles gives what Netlify adds to functions in JavaScript. Without any network it is left out of the sizes.
func (d *deployer) runtimeFiles(ctx context.Context) (runtimeFiles, error) {
	if d.DryRun && !d.functions.cached(d.Cache) {
		d.Note("functions are shown without the 0.3 MB that Netlify's runtime adds, which the first deploy fetches from npm")
		return runtimeFiles{}, nil
	}
	d.Progress("fetch "+functionsPackage, 0, 0)
	files, err := d.functions.get(ctx, d.Cache)
	if err != nil && ctx.Err() == nil {
		return files, problem("SG6214", "what Netlify's build adds to functions cannot be fetched: "+err.Error(),
			"try again; set "+envRegistry+" to the address of npm's registry where npm is not installed or behind another address; `mode: lambda` and static sites need nothing of it")
	}
	return files, err
}

// gatherFiles lists the published folder.
func (d *deployer) gatherFiles(ctx context.Context) error {
	var names []string
	err := filepath.WalkDir(d.Dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(d.Dir, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		switch {
		case rel == ".":
		case adapter.Hidden(rel) && e.IsDir():
			return fs.SkipDir
		case !adapter.Hidden(rel) && e.Type().IsRegular():
			names = append(names, rel)
		}
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	for _, name := range names {
		if strings.ContainsAny(name, "#?") {
			return problem("SG6210", "Netlify takes no file with # or ? in its name: "+name, "rename it")
		}
	}
	d.files = map[string]deployFile{}
	var mu sync.Mutex
	return adapter.Each(ctx, names, func(name string) error {
		f := deployFile{from: filepath.Join(d.Dir, filepath.FromSlash(name))}
		in, err := os.Open(f.from)
		if err != nil {
			return err
		}
		defer in.Close()
		sum := sha1.New()
		if f.size, err = io.Copy(sum, in); err != nil {
			return err
		}
		f.digest = hex.EncodeToString(sum.Sum(nil))
		mu.Lock()
		defer mu.Unlock()
		d.files[name] = f
		return nil
	})
}

// gatherSettings adds the files by which the settings of .netlify/v1 reach Netlify: its build would read them, but there is
// none.
func (d *deployer) gatherSettings(framework string) error {
	settings, err := readSettings(framework)
	if err != nil {
		return err
	}
	if settings.Images != nil {
		var b strings.Builder
		b.WriteString("[images]\n  remote_images = [")
		for i, s := range settings.Images.RemoteImages {
			if i > 0 {
				b.WriteString(", ")
			}
			text, _ := json.Marshal(s) // a text of JSON is one of TOML
			b.Write(text)
		}
		b.WriteString("]\n")
		d.add("netlify.toml", []byte(b.String()))
	}
	data, err := os.ReadFile(filepath.Join(framework, skewFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var skew struct {
		Config skewConfig `json:"skew_protection"`
	}
	if err := json.Unmarshal(data, &skew.Config); err != nil {
		return err
	}
	if data, err = encode(skew); err != nil {
		return err
	}
	var b bytes.Buffer
	if err := json.Compact(&b, data); err != nil {
		return err
	}
	d.add(".netlify/deploy-config/deploy-config.json", b.Bytes())
	return nil
}

func (d *deployer) add(name string, data []byte) {
	sum := sha1.Sum(data)
	d.files[name] = deployFile{data: data, size: int64(len(data)), digest: hex.EncodeToString(sum[:])}
}

// parts lists what there is.
func (d *deployer) parts() []adapter.DeployPart {
	var parts []adapter.DeployPart
	for name, f := range d.files {
		parts = append(parts, adapter.DeployPart{Kind: "file", Name: name, Size: f.size, Digest: f.digest})
	}
	for _, a := range d.archives {
		parts = append(parts, a.part())
	}
	slices.SortFunc(parts, func(a, b adapter.DeployPart) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
	return parts
}

// digests is the list that is sent first.
type digests struct {
	Files           map[string]string         `json:"files,omitempty"`
	Functions       map[string]string         `json:"functions,omitempty"`
	FunctionsConfig map[string]functionDeploy `json:"functions_config,omitempty"`
	Schedules       []functionSchedule        `json:"function_schedules,omitempty"`
	Async           bool                      `json:"async"`
	Branch          string                    `json:"branch,omitempty"`
	Draft           bool                      `json:"draft"` // always false here, as Netlify's own command line has it: the first call says it
	Framework       string                    `json:"framework"`
	Version         string                    `json:"framework_version,omitempty"`
}

type functionSchedule struct {
	Name string `json:"name"`
	Cron string `json:"cron"`
}

// manyFiles is from how many files on Netlify looks for what it lacks while we wait, instead of during the call.
const manyFiles = 100

func (d *deployer) digests() digests {
	out := digests{
		Files: map[string]string{}, Async: len(d.files) > manyFiles, Branch: d.Alias,
		Framework: "sitegen", Version: strings.TrimPrefix(d.generator, "sitegen "),
	}
	for name, f := range d.files {
		out.Files[name] = f.digest
	}
	if len(d.archives) == 0 {
		return out
	}
	out.Functions, out.FunctionsConfig = map[string]string{}, map[string]functionDeploy{}
	for _, a := range d.archives {
		out.Functions[a.name], out.FunctionsConfig[a.name] = a.digest, a.config
		if a.schedule != "" {
			out.Schedules = append(out.Schedules, functionSchedule{a.name, a.schedule})
		}
	}
	return out
}
