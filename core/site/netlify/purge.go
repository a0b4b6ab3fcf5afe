package netlify

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// purgeURL is where caches are purged, of Netlify's public API.
var purgeURL = "https://api.netlify.com/api/v1/purge"

// Purge throws the answers with any of the tags out of Netlify's caches, or all answers of the site where there are no tags.
// page.Cache gives an answer its tags.
func Purge(ctx context.Context, tags ...string) error {
	c := from(ctx)
	if c == nil || c.PurgeToken == "" || c.Site.ID == "" {
		return ErrElsewhere
	}
	body, err := json.Marshal(struct {
		SiteID string   `json:"site_id"`
		Tags   []string `json:"cache_tags,omitempty"`
	}{c.Site.ID, tags})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, blobTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, purgeURL, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+c.PurgeToken)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("netlify: caches cannot be purged: %w", bare(err))
	}
	defer res.Body.Close()
	said, _ := io.ReadAll(io.LimitReader(res.Body, 1<<10))
	if res.StatusCode >= 300 {
		return fmt.Errorf("netlify: caches are not purged: %s %s", res.Status, said)
	}
	return nil
}
