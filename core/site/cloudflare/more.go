package cloudflare

import (
	"context"
	"encoding/json"
)

// Secret is one of the account's Secrets Store ("secrets_store_secrets" in wrangler.jsonc). The secrets of the Worker
// itself are in its environment, where os.Getenv finds them.
type Secret string

// Get reads the secret.
func (s Secret) Get(ctx context.Context) (string, error) {
	value, _, err := call(ctx, "secret.get", nil, string(s))
	return string(value), err
}

// RateLimit counts per key ("ratelimits" in wrangler.jsonc), in each data centre for itself.
type RateLimit string

// Allow counts one for key and says whether that is within the limit.
func (r RateLimit) Allow(ctx context.Context, key string) (bool, error) {
	_, found, err := call(ctx, "ratelimit.limit", nil, string(r), key)
	return found, err
}

// Analytics is a data set of the Analytics Engine ("analytics_engine_datasets" in wrangler.jsonc).
type Analytics string

// Write adds a data point: the index that samples are taken by, up to 20 texts and 20 numbers.
func (a Analytics) Write(ctx context.Context, index string, blobs []string, doubles []float64) error {
	data, err := json.Marshal(struct {
		Indexes []string  `json:"indexes"`
		Blobs   []string  `json:"blobs,omitempty"`
		Doubles []float64 `json:"doubles,omitempty"`
	}{[]string{index}, blobs, doubles})
	if err != nil {
		return err
	}
	_, _, err = call(ctx, "analytics.write", data, string(a))
	return err
}

// Properties reads what Cloudflare says about the request ("cf" in its documentation) into a pointer to a struct or a map,
// by the names of JSON. What most pages want of it is among the methods of page.Platform.
func Properties(ctx context.Context, into any) error {
	return callJSON(ctx, into, "cf", nil, "")
}
