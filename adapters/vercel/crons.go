package vercel

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

type cronOption struct {
	Path     string `json:"path"`
	Schedule string `json:"schedule"`
}

// maxCrons is how many a project may have.
const maxCrons = 100

// checkCrons reports paths that are none, and schedules that Vercel does not take.
func checkCrons(crons []cronOption, report func(at, problem, hint string)) {
	if len(crons) > maxCrons {
		report("crons", fmt.Sprintf("has %d entries, and Vercel takes %d", len(crons), maxCrons), "let one endpoint do several things")
	}
	for i, c := range crons {
		at := fmt.Sprintf("crons.%d", i)
		if !strings.HasPrefix(c.Path, "/") {
			report(at+".path", fmt.Sprintf("must be a path such as /api/daily, not %q", c.Path), "")
		}
		if problem, hint := checkSchedule(c.Schedule); problem != "" {
			report(at+".schedule", problem, hint)
		}
	}
}

// scheduleFields are the fields of a schedule with their bounds (vercel.com/docs/cron-jobs).
var scheduleFields = []struct {
	name     string
	min, max int
}{{"minute", 0, 59}, {"hour", 0, 23}, {"day of the month", 1, 31}, {"month", 1, 12}, {"day of the week", 0, 6}}

// scheduleShorts are what other systems take in the place of fields.
var scheduleShorts = map[string]string{"@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0", "@monthly": "0 0 1 * *",
	"@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *"}

// scheduleItem is one item of a field: a star, a number or a range, and a step.
var scheduleItem = regexp.MustCompile(`^(?:\*|([0-9]{1,2})(?:-([0-9]{1,2}))?)(?:/([0-9]{1,2}))?$`)

// checkSchedule says what is wrong with a schedule, "" for nothing.
func checkSchedule(text string) (problem, hint string) {
	if long := scheduleShorts[text]; long != "" {
		hint = "write " + long
	}
	fields := strings.Fields(text)
	if len(fields) != len(scheduleFields) || strings.Join(fields, " ") != text {
		return fmt.Sprintf("must be five fields such as 0 5 * * *, in UTC, not %q", text), hint
	}
	for i, f := range fields {
		s := scheduleFields[i]
		for item := range strings.SplitSeq(f, ",") {
			m := scheduleItem.FindStringSubmatch(item)
			if m == nil {
				return fmt.Sprintf("has %q as %s, and takes numbers from %d to %d, ranges, steps and * there", f, s.name, s.min, s.max), "names such as MON are not taken"
			}
			from, to := s.min, s.max
			if m[1] != "" {
				from, _ = strconv.Atoi(m[1])
				to = from
			}
			if m[2] != "" {
				to, _ = strconv.Atoi(m[2])
			}
			switch {
			case from < s.min || to > s.max:
				hint := ""
				if s.name == "day of the week" && to == 7 {
					hint = "Sunday is 0"
				}
				return fmt.Sprintf("has %q as %s, which goes from %d to %d", f, s.name, s.min, s.max), hint
			case from > to:
				return fmt.Sprintf("has %q as %s, which ends before it begins", f, s.name), ""
			case m[3] == "0" || m[3] == "00":
				return fmt.Sprintf("has %q as %s, with steps of 0", f, s.name), ""
			}
		}
	}
	if fields[2] != "*" && fields[4] != "*" {
		return fmt.Sprintf("names days of the month and days of the week, of which one must be *: %q", text), "write two entries"
	}
	return "", ""
}

// cron adds a scheduled call. The platform calls with GET, so something must answer it.
func (b *builder) cron(at string, c cronOption) {
	path, _, _ := strings.Cut(c.Path, "?")
	if !strings.HasPrefix(path, "/") {
		return // was reported
	}
	for i := range b.site.Manifest.Routes {
		r := &b.site.Manifest.Routes[i]
		if r.Prerender || !answersGet(r) {
			continue
		}
		if regexp.MustCompile(routeExpression(b.site.Manifest, r.Segments)).MatchString(path) {
			b.config.Crons = append(b.config.Crons, cron(c))
			return
		}
	}
	hint := "`sitegen routes` lists the routes; one with `const prerender = false` is asked for at that time"
	if b.site.Manifest.Base != "/" {
		hint = "write the path with the base, as a visitor would ask for it"
	}
	b.report(at, fmt.Sprintf("is %q, and no route that renders on demand answers GET there", c.Path), hint)
}
