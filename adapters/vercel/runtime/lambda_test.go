package vercel

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
)

// invoke sends one request as an event, and reads the answer as the platform does.
func invoke(t *testing.T, h *handler, request string) (status int, headers map[string]any, body string) {
	t.Helper()
	e, err := json.Marshal(event{Action: "Invoke", Body: request})
	if err != nil {
		t.Fatal(err)
	}
	a, err := h.call(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	var out struct {
		StatusCode int            `json:"statusCode"`
		Headers    map[string]any `json:"headers"`
		Encoding   string         `json:"encoding"`
		Body       string         `json:"body"`
	}
	if err := json.Unmarshal(data, &out); err != nil || out.Encoding != "base64" {
		t.Fatalf("%s: %v", data, err)
	}
	text, err := base64.StdEncoding.DecodeString(out.Body)
	if err != nil {
		t.Fatal(err)
	}
	return out.StatusCode, out.Headers, string(text)
}

func TestLambda(t *testing.T) {
	h := testHandler(t)
	for _, tt := range []struct {
		request, want string
		status        int
	}{
		{`{"method":"GET","host":"a.example","path":"/kept/x?q=1","headers":{"x-vercel-forwarded-for":"9.9.9.9","x-many":["1","2"],"x-vercel-internal-secret":"s"}}`, "GET /kept/x q=1 a.example 9.9.9.9 1, 2 ", 200},
		{`{"method":"POST","host":"a.example","path":"/kept/x","headers":{"content-type":"application/json"},"encoding":"base64","body":"AP8="}`, "POST /kept/x  a.example   \x00\xff", 200},
		{`{"method":"POST","host":"a.example","path":"/kept/x","headers":{"content-type":"application/json"},"body":"plain"}`, "POST /kept/x  a.example   plain", 200},
		{`{"method":"HEAD","host":"a.example","path":"/kept/x","headers":{}}`, "", 200},
		{`{"method":"GET","host":"a.example","path":"/none","headers":{}}`, "404", 404},
		{`{"method":"GET","host":"a.example","path":"/panic","headers":{}}`, "", 500},
		{`{"method":"GET","host":"a b","path":"/kept/x","headers":{}}`, "400", 400},
		{`{"method":"GET","host":"a.example","path":"/%zz","headers":{}}`, "400", 400},
		{`{"method":"GET","host":"a.example","path":"/large","headers":{}}`, "the answer is too large", 500},
	} {
		status, headers, body := invoke(t, h, tt.request)
		if status != tt.status || !strings.Contains(body, tt.want) {
			t.Errorf("%s: %d %.200q; want %d %q", tt.request, status, body, tt.status, tt.want)
		}
		if strings.Contains(tt.request, "/kept/") && status == 200 {
			if lines, ok := headers["set-cookie"].([]any); !ok || len(lines) != 2 {
				t.Errorf("%s: set-cookie is %v; want two lines", tt.request, headers["set-cookie"])
			}
		}
	}
	// An answer for everybody sets no cookies.
	if _, headers, body := invoke(t, h, `{"method":"GET","host":"a","path":"/_isr/kept?__sg_path=/kept/y&__sg_token=token","headers":{}}`); headers["set-cookie"] != nil || !strings.Contains(body, "GET /kept/y ") {
		t.Errorf("%v %q", headers, body)
	}
	for _, bad := range []string{`[]`, `{"body":"no request"}`, `{"body":"{\"headers\":{\"a\":1}}"}`, `{"body":"{\"encoding\":\"base64\",\"body\":\"*\"}"}`, ``} {
		if _, err := h.call(t.Context(), json.RawMessage(bad)); err == nil {
			t.Errorf("the event %q is taken", bad)
		}
	}
}
