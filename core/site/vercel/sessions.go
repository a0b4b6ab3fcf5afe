package vercel

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"sitegen.dev/core/site"
)

// Sessions keeps sessions in a Redis database that is asked over HTTP, as Upstash offers it, also through Vercel's marketplace:
// a command is a JSON list that is posted, and the answer has a result or an error (upstash.com/docs/redis/features/restapi).
type Sessions struct {
	URL    string // KV_REST_API_URL
	Token  string // KV_REST_API_TOKEN
	Prefix string // in front of the ids
}

var _ site.SessionDriver = Sessions{}

// maxSession is how large an answer of the database may be, in bytes.
const maxSession = 4 << 20

// Load gives the bytes of a session, nil where there is none.
func (s Sessions) Load(ctx context.Context, id string) ([]byte, error) {
	text, err := s.do(ctx, "GET", s.Prefix+id)
	if err != nil || text == nil {
		return nil, err
	}
	data, err := base64.StdEncoding.DecodeString(*text)
	if err != nil {
		return nil, errors.New("vercel: the database holds something else under the id of a session")
	}
	return data, nil
}

// Save writes a session, which the database forgets at its end.
func (s Sessions) Save(ctx context.Context, id string, data []byte, end time.Time) error {
	command := []string{"SET", s.Prefix + id, base64.StdEncoding.EncodeToString(data)}
	if !end.IsZero() {
		command = append(command, "EX", strconv.FormatInt(max(1, int64((time.Until(end)+time.Second-1)/time.Second)), 10))
	}
	_, err := s.do(ctx, command...)
	return err
}

// Delete removes a session.
func (s Sessions) Delete(ctx context.Context, id string) error {
	_, err := s.do(ctx, "DEL", s.Prefix+id)
	return err
}

// do runs one command. Its result is nil where the database has nothing, and where it is no text.
func (s Sessions) do(ctx context.Context, command ...string) (*string, error) {
	if s.URL == "" || s.Token == "" {
		return nil, errors.New("vercel: sessions need a Redis database: connect one to the project, which sets KV_REST_API_URL and KV_REST_API_TOKEN")
	}
	body, err := json.Marshal(command)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL, bytes.NewReader(body))
	if err != nil {
		return nil, errors.New("vercel: KV_REST_API_URL is no URL")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+s.Token)
	res, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("vercel: the database of the sessions cannot be reached: %w", bare(err))
	}
	defer res.Body.Close()
	var said struct {
		Result json.RawMessage `json:"result"`
		Error  string          `json:"error"`
	}
	err = json.NewDecoder(io.LimitReader(res.Body, maxSession)).Decode(&said)
	if res.StatusCode != http.StatusOK || err != nil || said.Error != "" {
		return nil, fmt.Errorf("vercel: the database of the sessions answers %s %s", res.Status, said.Error)
	}
	var text *string
	if json.Unmarshal(said.Result, &text) != nil {
		return nil, nil
	}
	return text, nil
}
