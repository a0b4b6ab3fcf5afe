package adaptertest

// Source is where a case comes from, as the head of the case has it, and what that is about.
type Source struct{ Name, About string }

// Sources lists what cases may come from: the parts of what a site does, and the classes of attacks that it stands.
func Sources() []Source {
	return []Source{
		{"behaviour 1", "routing, slashes, base"},
		{"behaviour 2", "prerendered pages beside pages on demand"},
		{"behaviour 3", "the request"},
		{"behaviour 4", "the response"},
		{"behaviour 5", "redirects and rewrites"},
		{"behaviour 6", "cookies"},
		{"behaviour 7", "endpoints"},
		{"behaviour 8", "streaming"},
		{"behaviour 9", "middleware and locals"},
		{"behaviour 10", "error pages"},
		{"behaviour 11", "form posts from elsewhere, hidden files, Content-Security-Policy"},
		{"behaviour 12", "server islands"},
		{"behaviour 13", "sessions"},
		{"behaviour 15", "languages"},
		{"behaviour 16", "files, assets, conditions and ranges"},
		{"behaviour 17", "connections"},
		{"security C1", "open redirects"},
		{"security C2", "header injection"},
		{"security C3", "one canonical path for router, guards and files"},
		{"security C4", "Host and forwarded headers"},
		{"security C5", "requests of the server to itself"},
		{"security C8", "paths out of the client folder"},
		{"security C9", "internal headers and parameters sent by visitors"},
		{"security C10", "cross-site request forgery"},
		{"security C11", "escaping of output"},
		{"security C12", "forged requests for islands"},
		{"security C13", "poisoned caches"},
		{"security C14", "internals in answers"},
		{"security C15", "limits of size and time"},
		{"security C16", "malformed HTTP"},
		{"security C17", "input that costs too much time"},
		{"security C18", "names that come from a body"},
		{"security C19", "state shared between requests"},
		{"security C22", "sessions, and attributes of cookies"},
		{"security C24", "error pages that show what they were asked for"},
	}
}

func findSource(name string) bool {
	for _, s := range Sources() {
		if s.Name == name {
			return true
		}
	}
	return false
}
