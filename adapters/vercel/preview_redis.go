package vercel

import (
	"crypto/subtle"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"
)

// redis plays the database that sessions are kept in, as far as the running half asks it: GET, SET with EX, and DEL over HTTP.
type redis struct {
	server *http.Server
	url    string
	token  string

	mu     sync.Mutex
	values map[string]redisValue
}

type redisValue struct {
	text  string
	until time.Time // zero: for good
}

// maxValues is how many sessions a preview keeps.
const maxValues = 10_000

// startRedis runs one, unless the environment names a real one, which gives nil.
func startRedis() (*redis, error) {
	if os.Getenv("KV_REST_API_URL") != "" || os.Getenv("UPSTASH_REDIS_REST_URL") != "" {
		return nil, nil
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	d := &redis{url: "http://" + l.Addr().String(), token: randomID() + randomID(), values: map[string]redisValue{}}
	d.server = &http.Server{Handler: d, ReadHeaderTimeout: 10 * time.Second}
	go d.server.Serve(l)
	return d, nil
}

// env is what tells a function of the database.
func (d *redis) env() []string {
	if d == nil {
		return nil
	}
	return []string{"KV_REST_API_URL=" + d.url, "KV_REST_API_TOKEN=" + d.token}
}

func (d *redis) stop() error {
	if d == nil {
		return nil
	}
	return d.server.Close()
}

// ServeHTTP runs one command.
func (d *redis) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer := func(status int, v map[string]any) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		json.NewEncoder(w).Encode(v)
	}
	if subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), []byte("Bearer "+d.token)) != 1 {
		answer(http.StatusUnauthorized, map[string]any{"error": "WRONGPASS invalid http auth token"})
		return
	}
	var c []string
	if json.NewDecoder(http.MaxBytesReader(w, r.Body, 8<<20)).Decode(&c) != nil || len(c) < 2 {
		answer(http.StatusBadRequest, map[string]any{"error": "ERR syntax error"})
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	old, found := d.values[c[1]]
	if found && !old.until.IsZero() && time.Now().After(old.until) {
		delete(d.values, c[1])
		found = false
	}
	switch {
	case c[0] == "GET" && found:
		answer(http.StatusOK, map[string]any{"result": old.text})
	case c[0] == "GET":
		answer(http.StatusOK, map[string]any{"result": nil})
	case c[0] == "SET" && (len(c) == 3 || len(c) == 5 && c[3] == "EX"):
		v := redisValue{text: c[2]}
		if len(c) == 5 {
			n, _ := strconv.Atoi(c[4])
			v.until = time.Now().Add(time.Duration(n) * time.Second)
		}
		if !found && len(d.values) >= maxValues {
			answer(http.StatusBadRequest, map[string]any{"error": "OOM command not allowed"})
			return
		}
		d.values[c[1]] = v
		answer(http.StatusOK, map[string]any{"result": "OK"})
	case c[0] == "DEL":
		delete(d.values, c[1])
		answer(http.StatusOK, map[string]any{"result": 1})
	default:
		answer(http.StatusBadRequest, map[string]any{"error": "ERR unknown command"})
	}
}
