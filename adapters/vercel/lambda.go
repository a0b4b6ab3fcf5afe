package vercel

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"sitegen.dev/core/adapter/lambdasim"
)

// lambdaFunction is a running function of mode lambda.
type lambdaFunction struct{ f *lambdasim.Function }

// lambdaCount is how many events a preview answers at once; a page may ask for others of its own site meanwhile.
const lambdaCount = 8

// invokeTimeout is how long an event may take.
var invokeTimeout = 60 * time.Second

func startLambda(dir, handler string, env []string, log io.Writer) (lambdaFunction, error) {
	f, err := lambdasim.Start(context.Background(), lambdasim.Program{
		Path: filepath.Join(dir, handler), Dir: dir, Name: renderName, Env: append([]string{"VERCEL=1", "VERCEL_REGION=dev1"}, env...), Log: log,
		Count: lambdaCount, Timeout: invokeTimeout,
	})
	return lambdaFunction{f}, err
}

// ServeHTTP makes an event of a request.
func (l lambdaFunction) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, "the body is broken", http.StatusBadRequest)
		return
	}
	h := r.Header.Clone()
	platformHeaders(r, h)
	h.Set("Host", r.Host)
	headers := map[string]any{}
	for name, values := range h {
		if len(values) == 1 {
			headers[strings.ToLower(name)] = values[0]
			continue
		}
		headers[strings.ToLower(name)] = values
	}
	call, err := json.Marshal(map[string]any{"method": r.Method, "host": r.Host, "path": r.RequestURI, "headers": headers,
		"encoding": "base64", "body": base64.StdEncoding.EncodeToString(body)})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	event, _ := json.Marshal(map[string]string{"Action": "Invoke", "body": string(call)}) // texts always can be
	data, err := l.f.Invoke(r.Context(), event)
	var a struct {
		StatusCode int            `json:"statusCode"`
		Headers    map[string]any `json:"headers"`
		Encoding   string         `json:"encoding"`
		Body       string         `json:"body"`
	}
	if err == nil {
		err = json.Unmarshal(data, &a)
	}
	out := []byte(a.Body)
	if err == nil && a.Encoding == "base64" {
		out, err = base64.StdEncoding.DecodeString(a.Body)
	}
	if errors.Is(err, lambdasim.ErrTimeout) {
		http.Error(w, "An error occurred with your deployment\n\nFUNCTION_INVOCATION_TIMEOUT", http.StatusGatewayTimeout)
		return
	}
	if err != nil || a.StatusCode < 200 {
		http.Error(w, "A server error has occurred\n\nFUNCTION_INVOCATION_FAILED", http.StatusInternalServerError)
		return
	}
	for name, v := range a.Headers {
		switch v := v.(type) {
		case string:
			w.Header().Add(name, v)
		case []any:
			for _, line := range v {
				w.Header().Add(name, fmt.Sprint(line))
			}
		}
	}
	if w.Header().Get("Content-Type") == "" {
		w.Header()["Content-Type"] = nil
	}
	w.WriteHeader(a.StatusCode)
	w.Write(out)
}

func (l lambdaFunction) stop() error { return l.f.Close() }
