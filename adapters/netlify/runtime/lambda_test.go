package netlify

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/google/go-cmp/cmp"
)

// The generated program hands a Function to this module, which the running half does not import.
var _ lambda.Handler = (*Function)(nil)

func newFunction(log *lockedBuffer) *Function {
	env := map[string]string{"SITE_ID": "env-site", "SITE_NAME": "demo", "URL": "https://demo.example", "AWS_REGION": "eu-central-1"}
	return &Function{newTestHandler(log), func(name string) string { return env[name] }}
}

func invoke(t *testing.T, ctx context.Context, f *Function, event string) answer {
	t.Helper()
	data, err := f.Invoke(ctx, []byte(event))
	if err != nil {
		t.Fatal(err)
	}
	var a answer
	if err := json.Unmarshal(data, &a); err != nil {
		t.Fatal(err)
	}
	return a
}

// eventOf is an event as Netlify makes it.
func eventOf(method, target, body string, more string) string {
	return fmt.Sprintf(`{"path":"/wrong","httpMethod":%q,"rawUrl":"https://example.com%s","rawQuery":"",
		"queryStringParameters":{"a":"1, 2"},"resource":"","requestContext":{},"blobs":"e30=","route":null,
		"headers":{"host":"evil.example","accept":"*/*","x-forwarded-for":"6.6.6.6","x-nf-client-connection-ip":"203.0.113.9"},
		"multiValueHeaders":{"host":["evil.example"],"accept":["text/html","*/*"],"x-forwarded-for":["6.6.6.6"],"x-nf-client-connection-ip":[null]%s},
		"body":%q,"isBase64Encoded":true}`, method, target, more, base64.StdEncoding.EncodeToString([]byte(body)))
}

func TestLambdaRequests(t *testing.T) {
	f := newFunction(&lockedBuffer{})
	geo := base64.StdEncoding.EncodeToString([]byte(`{"city":"Köln","country":{"code":"DE","name":"Germany"},"subdivision":{"code":"NW"},"timezone":"Europe/Berlin","postal_code":"50667","latitude":50.9,"longitude":6.9}`))
	said := fmt.Sprintf(`,"x-nf-geo":[%q],"x-nf-request-id":["r1"],"x-nf-account-id":["a1"],"x-nf-deploy-id":["d1"],"x-nf-deploy-context":["production"]`, geo)
	for _, tt := range []struct{ name, event, want string }{
		{"get", eventOf("GET", "/?b=2&a=1&a=%202", "", ""), `GET https://example.com/?b=2&a=1&a=%202 203.0.113.9 ""`},
		{"post", eventOf("POST", "/", "x\x00y", `,"content-type":["application/json"]`), `POST https://example.com/ 203.0.113.9 "x\x00y"`},
		{"headers", eventOf("GET", "/headers", "", said), "accept=text/html\naccept=*/*\nHost=example.com\n"},
		{"platform", eventOf("GET", "/platform", "", said), "r1 DE Germany NW Köln 50667 Europe/Berlin 50.9 6.9 a1 env-site demo https://demo.example d1 production eu-central-1"},
		{"old form", `{"path":"/","httpMethod":"POST","rawQuery":"a=1","headers":{"Host":"example.com","content-type":"application/json"},"body":"plain","isBase64Encoded":false}`,
			`POST https://example.com/?a=1  "plain"`},
		{"no slash", strings.Replace(eventOf("GET", "", "", ""), "example.com", "example.com?a=1", 1), `GET https://example.com/?a=1 203.0.113.9 ""`},
	} {
		if diff := cmp.Diff(tt.want, invoke(t, t.Context(), f, tt.event).Body); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.name, diff)
		}
	}
	for _, bad := range []string{"", "[]", `{"httpMethod":"POST","rawUrl":"https://example.com/","body":"!","isBase64Encoded":true}`} {
		if out, err := f.Invoke(t.Context(), []byte(bad)); err == nil {
			t.Errorf("%q is answered with %s", bad, out)
		}
	}
}

func TestLambdaAnswers(t *testing.T) {
	log := &lockedBuffer{}
	f := newFunction(log)
	a := invoke(t, t.Context(), f, eventOf("GET", "/cookies", "", ""))
	if got := a.Headers["Set-Cookie"]; len(got) != 2 || a.IsBase64 || a.Body != "set" {
		t.Errorf("cookies: %+v", a)
	}
	if a = invoke(t, t.Context(), f, eventOf("GET", "/bytes", "", "")); !a.IsBase64 || a.Body != "/wAB" {
		t.Errorf("bytes: %+v", a)
	}
	if a = invoke(t, t.Context(), f, eventOf("HEAD", "/page", "", "")); a.StatusCode != 200 || a.Body != "" || a.Headers["Content-Length"][0] != "11" {
		t.Errorf("HEAD: %+v", a)
	}
	if a = invoke(t, t.Context(), f, eventOf("GET", "/stream", "", "")); a.Body != "<p>0</p><p>1</p><p>2</p>" {
		t.Errorf("a stream: %+v", a)
	}
	if a = invoke(t, t.Context(), f, eventOf("GET", "/broken", "", "")); a.StatusCode != 500 || strings.Contains(a.Body, "half") {
		t.Errorf("a page that fails: %+v", a)
	}
	if a = invoke(t, t.Context(), f, eventOf("GET", "/endless", "", "")); a.StatusCode != 500 || !strings.Contains(log.String(), "use mode shim") {
		t.Errorf("a page without end: %+v\n%s", a, log)
	}
}

func TestLambdaWaits(t *testing.T) {
	f := newFunction(&lockedBuffer{})
	invoke(t, t.Context(), f, eventOf("GET", "/later", "", ""))
	if len(done) != 1 || <-done != "done" {
		t.Error("the function answered before the work behind the page was done")
	}
	ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(lastMoment+30*time.Millisecond))
	defer cancel()
	begin := time.Now()
	if a := invoke(t, ctx, f, eventOf("GET", "/later", "", "")); a.StatusCode != 200 || time.Since(begin) > lastMoment {
		t.Errorf("near the end of its time: %+v after %v", a, time.Since(begin))
	}
	<-done
}

func FuzzEvent(f *testing.F) {
	f.Add([]byte(eventOf("GET", "/?a=1", "", "")))
	f.Add([]byte(eventOf("POST", "//evil.example/%2e%2e/", "x", "")))
	f.Add([]byte(`{"httpMethod":"GET","rawUrl":"https:///","multiValueHeaders":{"host":[null]},"headers":null}`))
	fn := newFunction(&lockedBuffer{})
	f.Fuzz(func(t *testing.T, data []byte) {
		var e event
		if json.Unmarshal(data, &e) != nil || strings.Contains(e.RawURL+e.Path, "/endless") || strings.Contains(e.RawURL+e.Path, "/later") {
			return
		}
		out, err := fn.Invoke(t.Context(), data)
		if err != nil {
			return
		}
		var a answer
		if err := json.Unmarshal(out, &a); err != nil || a.StatusCode < 200 || a.StatusCode > 599 {
			t.Errorf("%s: %s, %v", data, out, err)
		}
		for name := range a.Headers {
			if isInternal(name) {
				t.Errorf("%s: the answer has %s", data, name)
			}
		}
	})
}
