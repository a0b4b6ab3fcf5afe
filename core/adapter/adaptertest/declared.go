package adaptertest

import (
	"maps"
	"path"
	"slices"
	"strings"
)

// A differs says why a platform answers cases otherwise, by the names of the cases or by name@variant. A name with * is a
// pattern of [path.Match], for a family of cases that differ for one reason: new cases of it need no declaration of their own, and
// one of them may pass after all.
type differs map[string]string

// reason is why the platform answers a case otherwise; "" means that it should not. family says that a pattern has it.
func (d differs) reason(id, variant string) (reason string, family bool) {
	for _, name := range []string{id + "@" + variant, id} {
		if d[name] != "" {
			return d[name], false
		}
	}
	for _, pattern := range slices.Sorted(maps.Keys(d)) {
		if covers(pattern, id, variant) {
			return d[pattern], true
		}
	}
	return "", false
}

// covers says whether a declaration is one of that case.
func covers(declaration, id, variant string) bool {
	name, of, limited := strings.Cut(declaration, "@")
	if limited && of != variant {
		return false
	}
	if !strings.Contains(name, "*") {
		return name == id
	}
	ok, err := path.Match(name, id)
	return ok && err == nil
}

// byInstance is a case that asks a second time for what the first request has left in memory. Where a platform runs several
// instances, which of them answers is chance, so a declaration holds though it may pass.
const byInstance = "stream/slow-reader-slows-the-producer"

// apply turns the failures that are declared into differences, and passes that are declared as such into failures.
func (d differs) apply(r *Report) {
	for i := range r.Results {
		res := &r.Results[i]
		reason, family := d.reason(res.Case, res.Variant)
		switch {
		case reason == "":
		case res.Outcome == Failed || res.Case == byInstance:
			res.Outcome, res.Reason, res.Problems = Differs, reason, nil
		case !family:
			res.Outcome, res.Problems = Failed, []string{"passes, but is declared to differ: " + reason + "; remove the declaration"}
		}
	}
}

// idle gives the declarations that excuse nothing in a whole report to which they were applied: for cases that do not exist, and for
// families of which none differs.
func (d differs) idle(r *Report) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(d)) {
		if !slices.ContainsFunc(r.Results, func(res Result) bool {
			return covers(name, res.Case, res.Variant) && (res.Outcome == Differs || !strings.Contains(name, "*"))
		}) {
			out = append(out, name)
		}
	}
	return out
}
