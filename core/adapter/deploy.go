package adapter

import (
	"context"
	"encoding/json"

	"sitegen.dev/core/diag"
)

// A Deployer sends an output to its platform.
type Deployer interface {
	// Deploy sends what Adapt wrote and waits until it is online. Whatever was sent already, by an earlier deploy or by one
	// that broke off, is not sent again. What the author can mend is a *diag.Failure.
	Deploy(ctx context.Context, d *Deployment) (*Deployed, error)
}

// Deployment is an output on its way to its platform.
type Deployment struct {
	Dir          string                `json:"dir"`                    // the output
	Options      json.RawMessage       `json:"options,omitempty"`      // the adapter's block of site.yaml, as in Site
	OptionsAt    diag.Pos              `json:"optionsAt"`              // and where it stands
	OptionPlaces map[string]diag.Range `json:"optionPlaces,omitempty"` // and each of its options
	State        string                `json:"state"`                  // a file, which need not exist, for what the next attempt needs after one that broke off
	Cache        string                `json:"cache"`                  // a folder, which need not exist, for what can be fetched again

	Project    string `json:"project,omitempty"`    // name or id of the platform's project; "" leaves it to the environment and the options
	Production bool   `json:"production,omitempty"` // for everybody, not as a preview
	Alias      string `json:"alias,omitempty"`      // name of a preview that keeps its address; "" is one of its own for each deploy
	Message    string `json:"message,omitempty"`    // for the platform's list of deploys
	DryRun     bool   `json:"dryRun,omitempty"`     // only say what would be sent, without any network

	// Getenv gives tokens and the like, which come from the environment alone. A program of its own has them in its environment.
	Getenv func(string) string `json:"-"`
	// Note says something worth a line. Progress says how far a phase is; total is 0 where nobody knows. Both may be called
	// by several goroutines at once.
	Note     func(text string)                   `json:"-"`
	Progress func(phase string, done, total int) `json:"-"`
}

// Deployed is what became of a Deployment.
type Deployed struct {
	ID       string       `json:"id,omitempty"`       // of the deploy
	Project  string       `json:"project,omitempty"`  // of the platform
	URL      string       `json:"url,omitempty"`      // of this deploy alone
	LiveURL  string       `json:"liveUrl,omitempty"`  // of the site; "" unless Production
	AdminURL string       `json:"adminUrl,omitempty"` // where its owner looks after it
	Parts    []DeployPart `json:"parts"`              // sorted by kind and name
	Sent     int          `json:"sent"`               // how many of them had to be sent
	Bytes    int64        `json:"bytes"`              // that were sent for them
}

// DeployPart is one file, or function, of a deploy.
type DeployPart struct {
	Kind   string `json:"kind"`             // "file" or "function"
	Name   string `json:"name"`             // of a file, its path below the published folder; of a function, its name on the platform
	Size   int64  `json:"size"`             // bytes, as they are sent
	Digest string `json:"digest,omitempty"` // of the bytes, as the platform computes it
}
