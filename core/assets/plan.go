package assets

import "strings"

// Plan says which modules make up each style sheet and which sheets each route links, in order.
type Plan struct {
	Chunks [][]string // module ids of each sheet, in cascade order
	Routes [][]int    // for each route, indices into Chunks in cascade order
}

// PlanCSS groups the style modules of routes into sheets. Each route gives its module ids in cascade order (import order);
// a repeated id counts where it stands first.
//
// Two modules share a sheet exactly when the same routes use both and the one directly follows the other in every one of
// them. So no route loads a rule it does not use, a sheet is downloaded once for all routes that need it, and
// concatenating a route's sheets gives that route's own order, always: where two routes order two modules differently,
// these are in different sheets and each route links them its own way. The result depends on nothing but the argument;
// sheets are numbered by their first use.
func PlanCSS(routes [][]string) Plan {
	const none = "\x00"
	type link struct {
		uses int
		next string // the module that follows in every route so far; none when they disagree or nothing follows
		prev string
	}
	links := map[string]*link{}
	lists := make([][]string, len(routes))
	for i, r := range routes {
		seen := map[string]bool{}
		for _, id := range r {
			if !seen[id] {
				seen[id] = true
				lists[i] = append(lists[i], id)
			}
		}
		for j, id := range lists[i] {
			next, prev := none, none
			if j+1 < len(lists[i]) {
				next = lists[i][j+1]
			}
			if j > 0 {
				prev = lists[i][j-1]
			}
			l := links[id]
			if l == nil {
				links[id] = &link{1, next, prev}
				continue
			}
			l.uses++
			if l.next != next {
				l.next = none
			}
			if l.prev != prev {
				l.prev = none
			}
		}
	}
	// If b follows a in every route of a and a precedes b in every route of b, both are used by the same routes.
	joined := func(a, b string) bool { return links[a].next == b && links[b].prev == a }

	plan := Plan{Routes: make([][]int, len(routes))}
	index := map[string]int{}
	for i, list := range lists {
		plan.Routes[i] = []int{}
		for j := 0; j < len(list); {
			end := j + 1
			for end < len(list) && joined(list[end-1], list[end]) {
				end++
			}
			key := strings.Join(list[j:end], none)
			n, ok := index[key]
			if !ok {
				n = len(plan.Chunks)
				index[key] = n
				plan.Chunks = append(plan.Chunks, list[j:end:end])
			}
			plan.Routes[i] = append(plan.Routes[i], n)
			j = end
		}
	}
	return plan
}
