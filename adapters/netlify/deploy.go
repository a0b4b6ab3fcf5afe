package netlify

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"sitegen.dev/core/adapter"
	"sitegen.dev/core/diag"
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
	base := strings.TrimSuffix(cmp.Or(d.Getenv(envAPI), defaultAPI), "/")
	if u, err := url.Parse(base); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, problem("SG6211", fmt.Sprintf("Netlify cannot be reached: %s is no address: %q", envAPI, base), "leave it out, or set it to one such as "+defaultAPI)
	}
	client := &http.Client{Timeout: 10 * time.Minute}
	return (&deployer{
		Deployment: d,
		api: api{base: base, token: strings.TrimSpace(d.Getenv(envToken)), agent: "sitegen",
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
	if strings.ContainsFunc(d.api.token, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return nil, problem("SG6208", "what "+envToken+" is set to cannot be a token: it holds blanks or letters that none has", "copy it once more from where it was made")
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
