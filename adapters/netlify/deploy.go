package netlify

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"sitegen.dev/core/adapter"
	"sitegen.dev/core/diag"
	"sitegen.dev/core/manifest"
)

// The variables that a deploy reads; they are those of Netlify's own command line.
const (
	envToken    = "NETLIFY_AUTH_TOKEN"
	envSite     = "NETLIFY_SITE_ID"
	envAPI      = "NETLIFY_API_URL"
	envRegistry = "npm_config_registry"
)

// Deploy sends the output to Netlify: a list of what there is, by digest, then what Netlify does not have, then it waits.
// Files go by SHA-1 and functions by the SHA-256 of their archive. The list of calls is that of Netlify's own command line;
// a test compares the two.
func (Adapter) Deploy(ctx context.Context, d *adapter.Deployment) (*adapter.Deployed, error) {
	client := &http.Client{Timeout: 10 * time.Minute}
	return (&deployer{
		Deployment: d,
		api: api{base: strings.TrimSuffix(cmp.Or(d.Getenv(envAPI), defaultAPI), "/"), token: d.Getenv(envToken), agent: "sitegen",
			http: client, pause: sleep, busy: func(text string) { d.Note("Netlify: " + text) }},
		functions: functionsAPI{version: functionsVersion, integrity: functionsIntegrity,
			registry: d.Getenv(envRegistry), http: client},
		poll: time.Second,
	}).run(ctx)
}

// deployer is one deploy.
type deployer struct {
	*adapter.Deployment
	api       api
	functions functionsAPI
	poll      time.Duration // between two looks at what Netlify is doing

	files     map[string]deployFile // by path
	archives  []*archive
	generator string
}

// deployFile is a file of a deploy: one of the output, or one made for it.
type deployFile struct {
	from   string // of the machine; "" where data is it
	data   []byte
	size   int64
	digest string // SHA-1, in hexadecimal
}

func problem(code diag.Code, message, hint string) error {
	var list diag.List
	list.Error(code, diag.Range{}, message, hint)
	return list.Err()
}

func (d *deployer) run(ctx context.Context) (*adapter.Deployed, error) {
	o, ds := decode(&adapter.Site{Options: d.Options, OptionsAt: d.OptionsAt, OptionPlaces: d.OptionPlaces})
	if len(ds) > 0 {
		var list diag.List
		list.Add(ds...)
		return nil, list.Err()
	}
	if d.api.token == "" && !d.DryRun {
		return nil, problem("SG6208", envToken+" is not set, so Netlify does not know who is deploying",
			"make a token at https://app.netlify.com/user/applications#personal-access-tokens and set "+envToken+" to it; `--dry-run` needs none")
	}
	project := d.project(o)
	if project == "" && !d.DryRun {
		return nil, problem("SG6209", "nothing says which project of Netlify this is",
			"name it: `sitegen deploy --project NAME`, `project: NAME` among the options of the adapter, or "+envSite)
	}
	tmp, err := os.MkdirTemp("", "sitegen-deploy-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(tmp)
	if err := d.gather(ctx, tmp); err != nil {
		return nil, err
	}
	result := &adapter.Deployed{Project: project, Parts: d.parts()}
	if d.DryRun {
		return result, nil
	}
	return result, d.explain(d.deploy(ctx, project, result))
}

// project is the name or the id of the site at Netlify: what the author says, then what `netlify link` has noted.
func (d *deployer) project(o Options) string {
	if p := cmp.Or(d.Project, d.Getenv(envSite), o.Project); p != "" {
		return p
	}
	framework, err := findFramework(d.Dir)
	if err != nil {
		return ""
	}
	var state struct {
		SiteID string `json:"siteId"`
	}
	data, err := os.ReadFile(filepath.Join(filepath.Dir(framework), "state.json"))
	if err != nil || json.Unmarshal(data, &state) != nil {
		return ""
	}
	return state.SiteID
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

// remoteSite and remoteDeploy are what the API says, as far as it is needed.
type remoteSite struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Published struct {
		Locked bool `json:"locked"`
	} `json:"published_deploy"`
}

type remoteDeploy struct {
	ID           string   `json:"id"`
	State        string   `json:"state"`
	ErrorMessage string   `json:"error_message"`
	Required     []string `json:"required"`
	Functions    []string `json:"required_functions"`
	URL          string   `json:"url"`
	SSLURL       string   `json:"ssl_url"`
	DeployURL    string   `json:"deploy_url"`
	DeploySSLURL string   `json:"deploy_ssl_url"`
	AdminURL     string   `json:"admin_url"`
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

// deploy does it, and fills in what became of it.
func (d *deployer) deploy(ctx context.Context, project string, result *adapter.Deployed) error {
	d.Progress("ask Netlify", 0, 0)
	site, err := d.site(ctx, project)
	if err != nil {
		return err
	}
	result.Project = cmp.Or(site.Name, site.ID)
	if d.Production && site.Published.Locked {
		return problem("SG6215", "deploys of "+result.Project+" are locked: somebody has pinned what is published",
			"unlock them at https://app.netlify.com/projects/"+result.Project+"/deploys, or deploy a preview without `--prod`")
	}
	list := d.digests()
	deploy, err := d.begin(ctx, site, list)
	if err != nil {
		return err
	}
	result.ID = deploy.ID
	if list.Async {
		if deploy, err = d.await(ctx, site, deploy.ID, "wait for Netlify to compare", "prepared", "uploading", "uploaded", "ready"); err != nil {
			return err
		}
	}
	if err := d.upload(ctx, deploy, result); err != nil {
		return err
	}
	if deploy, err = d.await(ctx, site, deploy.ID, "wait for Netlify to publish", "ready"); err != nil {
		return err
	}
	os.Remove(d.State) // there is nothing left to go on with
	result.URL, result.AdminURL = cmp.Or(deploy.DeploySSLURL, deploy.DeployURL), deploy.AdminURL
	if d.Production {
		result.LiveURL = cmp.Or(deploy.SSLURL, deploy.URL)
	}
	return nil
}

var siteID = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// site finds the site by its id, by one of its domains, or by its name.
func (d *deployer) site(ctx context.Context, project string) (remoteSite, error) {
	var site remoteSite
	if siteID.MatchString(project) || strings.Contains(project, ".") {
		err := d.api.call(ctx, http.MethodGet, "/sites/"+url.PathEscape(project), nil, &site)
		if refused(err, http.StatusNotFound) {
			err = d.unknown(project)
		}
		return site, err
	}
	var sites []remoteSite
	if err := d.api.call(ctx, http.MethodGet, "/sites?name="+url.QueryEscape(project)+"&filter=all", nil, &sites); err != nil {
		return site, err
	}
	for _, s := range sites { // the API finds parts of names too
		if s.Name == project {
			return s, nil
		}
	}
	return site, d.unknown(project)
}

func (d *deployer) unknown(project string) error {
	return problem("SG6209", "the owner of the token has no project "+project+" at Netlify", "look for its name at https://app.netlify.com, or make it there first")
}

// attempt is what is kept of a deploy until it is through.
type attempt struct {
	API        string `json:"api"`
	Site       string `json:"site"`
	Deploy     string `json:"deploy"`
	Production bool   `json:"production"`
	List       string `json:"list"` // digest of the list
}

// begin sends the list: to the deploy that broke off, if that was of the same files, or to a new one.
func (d *deployer) begin(ctx context.Context, site remoteSite, list digests) (remoteDeploy, error) {
	data, err := json.Marshal(list)
	if err != nil {
		return remoteDeploy{}, err
	}
	sum := sha256.Sum256(data)
	now := attempt{API: d.api.base, Site: site.ID, Production: d.Production, List: hex.EncodeToString(sum[:])}
	put := func(id string) (out remoteDeploy, err error) {
		err = d.api.call(ctx, http.MethodPut, "/sites/"+url.PathEscape(site.ID)+"/deploys/"+url.PathEscape(id), list, &out)
		return out, err
	}
	var last attempt
	if data, err := os.ReadFile(d.State); err == nil && json.Unmarshal(data, &last) == nil && last.Deploy != "" {
		now.Deploy = last.Deploy
		if last == now {
			deploy, err := put(last.Deploy)
			if err == nil && deploy.State != "error" {
				d.Note("going on with the deploy that broke off")
				return deploy, nil
			}
			var r *refusal
			if err != nil && !errors.As(err, &r) {
				return deploy, err
			}
		}
	}
	d.Progress("begin the deploy", 0, 0)
	var deploy remoteDeploy
	path := "/sites/" + url.PathEscape(site.ID) + "/deploys"
	if d.Message != "" {
		path += "?title=" + url.QueryEscape(d.Message)
	}
	begin := struct {
		Draft  bool   `json:"draft"`
		Branch string `json:"branch,omitempty"`
	}{!d.Production && d.Alias == "", d.Alias}
	if err := d.api.call(ctx, http.MethodPost, path, begin, &deploy); err != nil {
		return deploy, err
	}
	now.Deploy = deploy.ID
	if data, err = json.Marshal(now); err != nil {
		return deploy, err
	}
	// Without it the next attempt sends a list anew, and Netlify still has the files.
	if os.MkdirAll(filepath.Dir(d.State), 0o777) == nil {
		os.WriteFile(d.State, data, 0o666)
	}
	return put(deploy.ID)
}

// deployTimeout is how long Netlify may take for what it does by itself; its own command line waits as long.
const deployTimeout = 20 * time.Minute

// await looks at the deploy until it is in one of the states.
func (d *deployer) await(ctx context.Context, site remoteSite, id, phase string, states ...string) (remoteDeploy, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, deployTimeout, problem("SG6213", "Netlify takes longer than 20 minutes with deploy "+id,
		"look at it at https://app.netlify.com/projects/"+cmp.Or(site.Name, site.ID)+"/deploys/"+id))
	defer cancel()
	for {
		d.Progress(phase, 0, 0)
		var deploy remoteDeploy
		err := d.api.call(ctx, http.MethodGet, "/sites/"+url.PathEscape(site.ID)+"/deploys/"+url.PathEscape(id), nil, &deploy)
		switch {
		case err != nil:
		case deploy.State == "error":
			os.Remove(d.State)
			return deploy, problem("SG6213", "Netlify could not do the deploy: "+cmp.Or(deploy.ErrorMessage, "it does not say why"),
				"look at it at https://app.netlify.com/projects/"+cmp.Or(site.Name, site.ID)+"/deploys/"+id)
		case slices.Contains(states, deploy.State):
			return deploy, nil
		default:
			err = d.api.pause(ctx, d.poll)
		}
		if err != nil {
			if errors.Is(err, context.DeadlineExceeded) && context.Cause(ctx) != context.DeadlineExceeded {
				err = context.Cause(ctx)
			}
			return deploy, err
		}
	}
}

// uploads is how many files are sent at once, as many as Netlify's own command line sends.
const uploads = 5

// upload sends what Netlify asks for.
func (d *deployer) upload(ctx context.Context, deploy remoteDeploy, result *adapter.Deployed) error {
	type job struct {
		path string // of the API
		from deployFile
	}
	base := "/deploys/" + url.PathEscape(deploy.ID)
	var jobs []job
	for _, p := range result.Parts {
		switch {
		case p.Kind == "file" && slices.Contains(deploy.Required, p.Digest):
			jobs = append(jobs, job{base + "/files/" + escapeName(p.Name), d.files[p.Name]})
		case p.Kind == "function" && slices.Contains(deploy.Functions, p.Digest):
			i := slices.IndexFunc(d.archives, func(a *archive) bool { return a.name == p.Name })
			a := d.archives[i]
			query := url.Values{"runtime": {a.runtime}}
			if a.mode != "" {
				query.Set("invocation_mode", a.mode)
			}
			jobs = append(jobs, job{base + "/functions/" + url.PathEscape(p.Name) + "?" + query.Encode(), deployFile{from: a.file, size: a.size}})
		}
	}
	var done atomic.Int64
	var sent atomic.Int64
	d.Progress("upload", 0, len(jobs))
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan job)
	var wg sync.WaitGroup
	for range min(uploads, len(jobs)) {
		wg.Go(func() {
			for j := range next {
				if err := d.api.send(ctx, http.MethodPut, j.path, "application/octet-stream", j.from.size, j.from.open, nil); err != nil {
					cancel(err)
					return
				}
				sent.Add(j.from.size)
				d.Progress("upload", int(done.Add(1)), len(jobs))
			}
		})
	}
feed:
	for _, j := range jobs {
		select {
		case next <- j:
		case <-ctx.Done():
			break feed
		}
	}
	close(next)
	wg.Wait()
	result.Sent, result.Bytes = int(done.Load()), sent.Load()
	return context.Cause(ctx)
}

func (f deployFile) open() (io.ReadCloser, error) {
	if f.from == "" {
		return io.NopCloser(strings.NewReader(string(f.data))), nil
	}
	return os.Open(f.from)
}

// escapeName writes the name of a file for the path of a call.
func escapeName(name string) string {
	segments := strings.Split(name, "/")
	for i, s := range segments {
		segments[i] = url.PathEscape(s)
	}
	return strings.Join(segments, "/")
}

// explain turns what went wrong on the way into what to do about it.
func (d *deployer) explain(err error) error {
	var failure *diag.Failure
	var gone *unreachable
	var r *refusal
	switch {
	case err == nil || errors.As(err, &failure):
		return err
	case errors.Is(err, context.Canceled):
		return err
	case errors.As(err, &gone):
		return problem("SG6211", "Netlify cannot be reached: "+bareCause(err), "run the same command again: it goes on where this one stopped, and sends nothing twice")
	case errors.As(err, &r) && r.Status == http.StatusUnauthorized:
		return problem("SG6208", "Netlify does not take the token in "+envToken+": "+r.Message,
			"make a new one at https://app.netlify.com/user/applications#personal-access-tokens")
	case errors.As(err, &r) && r.Status >= 500:
		return problem("SG6211", fmt.Sprintf("Netlify has trouble of its own: %s", r.Error()),
			"run the same command again a little later: it goes on where this one stopped; https://www.netlifystatus.com says more")
	case errors.As(err, &r):
		return problem("SG6212", "Netlify refuses the deploy: "+r.Error(), "")
	}
	return err
}

// bareCause is the error of a call without its address, which holds nothing that people know.
func bareCause(err error) string {
	var gone *unreachable
	if errors.As(err, &gone) {
		err = gone.err
	}
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err.Error()
	}
	return err.Error()
}
