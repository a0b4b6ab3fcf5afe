package netlify

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"sitegen.dev/core/adapter/lambdasim"
)

// The limits of a function in mode lambda: its time, its request and its answer, and how many run at once here.
const (
	lambdaTime  = 60 * time.Second
	lambdaSize  = 6 << 20
	lambdaCount = 64
)

// lambdaHandler is a running function of mode lambda.
type lambdaHandler struct {
	f     *lambdasim.Function
	blobs *previewBlobs
}

// lambdaEvent is what Netlify hands to a function.
type lambdaEvent struct {
	Path       string              `json:"path"`
	Method     string              `json:"httpMethod"`
	Query      map[string]string   `json:"queryStringParameters"`
	MultiQuery map[string][]string `json:"multiValueQueryStringParameters"`
	Headers    map[string]string   `json:"headers"`
	MultiValue map[string][]string `json:"multiValueHeaders"`
	Body       string              `json:"body"`
	IsBase64   bool                `json:"isBase64Encoded"`
	RawURL     string              `json:"rawUrl"`
	RawQuery   string              `json:"rawQuery"`
	Blobs      string              `json:"blobs"`
}

type lambdaAnswer struct {
	StatusCode int                 `json:"statusCode"`
	Headers    map[string]string   `json:"headers"`
	MultiValue map[string][]string `json:"multiValueHeaders"`
	Body       string              `json:"body"`
	IsBase64   bool                `json:"isBase64Encoded"`
}

// runLambda runs the program of mode lambda.
func runLambda(ctx context.Context, program string, blobs *previewBlobs) (http.Handler, func() error, error) {
	f, err := lambdasim.Start(ctx, lambdasim.Program{
		Path: program, Name: functionName, Env: []string{"AWS_REGION=dev"}, Log: os.Stderr, Count: lambdaCount, Timeout: lambdaTime, MaxAnswer: lambdaSize,
	})
	if err != nil {
		return nil, nil, err
	}
	return lambdaHandler{f, blobs}, f.Close, nil
}

// ServeHTTP answers a request with an event.
func (l lambdaHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, lambdaSize))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		http.Error(w, "the body is larger than 6 MB", http.StatusRequestEntityTooLarge)
		return
	case err != nil:
		http.Error(w, "400 Bad Request", http.StatusBadRequest)
		return
	}
	e := eventOf(r, body)
	e.Blobs = l.blobs.event()
	payload, err := json.Marshal(e)
	if err == nil {
		payload, err = l.f.Invoke(r.Context(), payload)
	}
	var answer lambdaAnswer
	if err == nil {
		err = json.Unmarshal(payload, &answer)
	}
	data := []byte(answer.Body)
	if err == nil && answer.IsBase64 {
		data, err = base64.StdEncoding.DecodeString(answer.Body)
	}
	if err != nil {
		if r.Context().Err() == nil {
			fmt.Fprintln(os.Stderr, err)
		}
		http.Error(w, "the function failed", http.StatusBadGateway)
		return
	}
	h := w.Header()
	h["Content-Type"] = nil
	for name, value := range answer.Headers {
		h.Set(name, value)
	}
	for name, values := range answer.MultiValue {
		h[http.CanonicalHeaderKey(name)] = values
	}
	if r.Method != http.MethodHead && answer.StatusCode != http.StatusNoContent && answer.StatusCode != http.StatusNotModified {
		h.Set("Content-Length", strconv.Itoa(len(data)))
	}
	w.WriteHeader(answer.StatusCode)
	w.Write(data)
}

// eventOf is a request as Netlify describes it. It always says base64, also without a body.
func eventOf(r *http.Request, body []byte) lambdaEvent {
	target := r.RequestURI
	if !strings.HasPrefix(target, "/") {
		target = r.URL.RequestURI() // the absolute form, or a star
	}
	path, query, _ := strings.Cut(target, "?")
	e := lambdaEvent{
		Path: path, Method: r.Method, RawQuery: query, RawURL: "http://" + r.Host + target,
		Query: map[string]string{}, MultiQuery: map[string][]string{},
		Headers: map[string]string{}, MultiValue: map[string][]string{},
		Body: base64.StdEncoding.EncodeToString(body), IsBase64: true,
	}
	values, _ := url.ParseQuery(query)
	for name, list := range values {
		e.Query[name], e.MultiQuery[name] = strings.Join(list, ", "), list
	}
	header := r.Header.Clone()
	for name := range header {
		if strings.HasPrefix(name, "X-Nf-") {
			delete(header, name)
		}
	}
	ip, _, _ := net.SplitHostPort(r.RemoteAddr)
	header.Set("Host", r.Host)
	header.Set("X-Nf-Client-Connection-Ip", ip)
	header.Set("X-Nf-Request-Id", "preview-"+strconv.FormatUint(requests.Add(1), 10))
	header.Set("X-Nf-Site-Id", previewSite)
	header.Set("X-Nf-Deploy-Context", "dev")
	header.Set("X-Nf-Geo", base64.StdEncoding.EncodeToString([]byte("{}")))
	for name, list := range header {
		name = strings.ToLower(name)
		e.Headers[name], e.MultiValue[name] = strings.Join(list, ", "), list
	}
	return e
}
