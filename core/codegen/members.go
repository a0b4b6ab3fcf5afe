package codegen

import (
	"regexp"
	"strings"
)

// runtimeMembers are what people look for in a value of the runtime because other frameworks or net/http have it there, by the
// type and the name in lower case, and what to write instead.
var runtimeMembers = map[string]map[string]string{
	"site.Page": {
		"render":     "handle the form in the fence, if page.Request.Method == \"POST\" { … }, and the template behind it is rendered",
		"props":      "props is a name of its own: write props.Title",
		"slots":      "slots is a name of its own: write slots.Title != nil",
		"form":       "write form, err := page.Request.Form()",
		"formvalue":  "write form, err := page.Request.Form(), then form.Get(name)",
		"body":       "write page.Request.Text(), Bytes() or JSON(&v); to answer, page.Text(s) or page.Send(…)",
		"method":     "write page.Request.Method",
		"header":     "write page.Request.Header to read, page.Response.Header to answer",
		"headers":    "write page.Request.Header to read, page.Response.Header to answer",
		"setheader":  "write page.Response.Header.Set(name, value)",
		"status":     "write page.Response.Status = 404",
		"cookie":     "write page.Cookies.Get(name)",
		"setcookie":  "write page.Cookies.Set(site.Cookie{Name: …, Value: …})",
		"path":       "write page.URL.Path",
		"host":       "write page.URL.Host",
		"pathvalue":  "write page.Params[name]",
		"write":      "write page.Text(s), page.JSON(v), page.Stream(…) or page.Send(…)",
		"html":       "write page.Send(site.NewResponse(200, text)) with a Content-Type, or the template",
		"lang":       "write page.Locale",
		"ip":         "write page.ClientAddr()",
		"remoteaddr": "write page.ClientAddr()",
		"user":       "declare var User = site.NewKey[T]() in a Go file, set it in the middleware, and write User.Get(page.Locals)",
		"get":        "declare var User = site.NewKey[T]() in a Go file, and write User.Get(page.Locals)",
		"title":      "the title is a prop of the layout: <Base title={…}>",
	},
	"site.Request": {
		"cookies":     "write page.Cookies.Get(name)",
		"cookie":      "write page.Cookies.Get(name)",
		"formvalue":   "write form, err := page.Request.Form(), then form.Get(name)",
		"formdata":    "write form, err := page.Request.Form()",
		"postform":    "write form, err := page.Request.Form()",
		"parseform":   "write form, err := page.Request.Form()",
		"headers":     "write page.Request.Header.Get(name)",
		"context":     "write page.Context()",
		"pathvalue":   "write page.Params[name]",
		"arraybuffer": "write page.Request.Bytes()",
		"referer":     "write page.Request.Header.Get(\"Referer\")",
		"useragent":   "write page.Request.Header.Get(\"User-Agent\")",
	},
	"site.Response": {
		"headers":    "write page.Response.Header.Set(name, value)",
		"statuscode": "write page.Response.Status = 404",
		"code":       "write page.Response.Status = 404",
		"body":       "write site.NewResponse(status, body) and return page.Send(…)",
		"write":      "write page.Text(s), page.Stream(…), or site.NewResponse(status, body) for page.Send",
	},
	"site.Form": {
		"value":    "write form.Get(name)",
		"set":      "a form is what was sent: keep what the page shows in a variable of its own",
		"values":   "write form.All(name), or for name, value := range form.Fields()",
		"getall":   "write form.All(name)",
		"entries":  "write for name, value := range form.Fields()",
		"formfile": "write form.File(name)",
	},
	"content.Entry": {
		"id":          "an entry is known by its Slug",
		"collection":  "the collection is the variable that content.New made: ask its Name()",
		"content":     "write entry.HTML(page) or entry.Body(page)",
		"rendered":    "write entry.HTML(page) or entry.Body(page)",
		"render":      "write {entry.Body(page)}",
		"frontmatter": "write entry.Data",
		"excerpt":     "declare it in the struct of the collection, and write entry.Data.Excerpt",
		"filepath":    "write entry.File",
		"href":        "write entry.URL()",
		"permalink":   "write entry.URL()",
	},
	"content.Collection": {
		"entries": "write All(page)",
		"find":    "write Get(page, slug)",
		"filter":  "write content.Where(posts.All(page), func(e *content.Entry[Post]) bool { … })",
		"where":   "write content.Where(posts.All(page), func(e *content.Entry[Post]) bool { … })",
	},
}

// jsMembers are methods that values have in JavaScript, in lower case, and what Go says; $x is the value.
var jsMembers = map[string]map[string]string{
	"string": {
		"trim":        "write strings.TrimSpace($x)",
		"touppercase": "write strings.ToUpper($x)",
		"tolowercase": "write strings.ToLower($x)",
		"includes":    "write strings.Contains($x, …)",
		"indexof":     "write strings.Index($x, …)",
		"startswith":  "write strings.HasPrefix($x, …)",
		"endswith":    "write strings.HasSuffix($x, …)",
		"split":       "write strings.Split($x, …)",
		"replace":     "write strings.Replace($x, from, to, 1)",
		"replaceall":  "write strings.ReplaceAll($x, from, to)",
		"repeat":      "write strings.Repeat($x, n)",
		"slice":       "write $x[from:to], which counts bytes",
		"substring":   "write $x[from:to], which counts bytes",
		"charat":      "write []rune($x)[n]",
		"tostring":    "it is a string already",
	},
	"[]": {
		"foreach":  "loop: {for _, v := range $x { … }}",
		"filter":   "loop, and skip what is not wanted: {for _, v := range $x { {if !wanted { {continue} }} … }}",
		"reduce":   "add them up in the fence: for _, v := range $x { sum += v }",
		"join":     "write strings.Join($x, \", \")",
		"includes": "write slices.Contains($x, …)",
		"indexof":  "write slices.Index($x, …)",
		"find":     "write slices.IndexFunc($x, func(v T) bool { … })",
		"some":     "write slices.ContainsFunc($x, func(v T) bool { … })",
		"sort":     "write slices.Sort($x) or slices.SortFunc($x, …)",
		"tosorted": "write slices.Sorted(slices.Values($x))",
		"reverse":  "write slices.Reverse($x), or slices.Backward($x) in a loop",
		"slice":    "write $x[from:to]",
		"concat":   "write slices.Concat($x, …)",
		"push":     "write $x = append($x, …)",
		"at":       "write $x[n]; the last one is $x[len($x)-1]",
		"entries":  "loop: {for i, v := range $x { … }}",
	},
	"map[": {
		"has":     "write _, ok := $x[key]",
		"get":     "write $x[key]",
		"set":     "write $x[key] = value",
		"keys":    "write slices.Sorted(maps.Keys($x))",
		"values":  "write maps.Values($x)",
		"entries": "loop: {for key, value := range $x { … }}",
	},
	"time.Time": {
		"toisostring":        "write $x.Format(time.RFC3339)",
		"tolocaledatestring": "write $x.Format(\"2 January 2006\")",
		"tolocalestring":     "write $x.Format(\"2 January 2006, 15:04\")",
		"todatestring":       "write $x.Format(time.DateOnly)",
		"getfullyear":        "write $x.Year()",
		"getmonth":           "write $x.Month()",
		"getdate":            "write $x.Day()",
		"gettime":            "write $x.UnixMilli()",
	},
	"number": {
		"tofixed":        "write fmt.Sprintf(\"%.2f\", $x)",
		"tostring":       "write fmt.Sprint($x); {$x} needs no conversion",
		"tolocalestring": "write fmt.Sprint($x); golang.org/x/text/message knows the customs of languages",
	},
}

var memberOf = regexp.MustCompile(`^(.+)\.(\w+) undefined \(type (.+) has no field or method \w+\)$`)

// memberHint is the hint for a member that a value has elsewhere, or "". The message is that of the Go compiler.
func memberHint(message string) string {
	m := memberOf.FindStringSubmatch(message)
	if m == nil {
		return ""
	}
	value, name, of := m[1], strings.ToLower(m[2]), strings.ReplaceAll(m[3], `"`, "")
	plain, _, _ := strings.Cut(strings.TrimPrefix(of, "*"), "[")
	if hint := runtimeMembers[plain][name]; hint != "" {
		return hint
	}
	kind := of
	switch {
	case strings.HasPrefix(of, "[]"):
		kind = "[]"
	case strings.HasPrefix(of, "map["):
		kind = "map["
	case numeric.MatchString(of):
		kind = "number"
	}
	if hint := jsMembers[kind][name]; hint != "" {
		return strings.ReplaceAll(hint, "$x", value)
	}
	if strings.HasPrefix(of, "map[string]") {
		return "write " + value + `["` + m[2] + `"]: a map is asked by its key`
	}
	return ""
}

var numeric = regexp.MustCompile(`^(?:u?int(?:8|16|32|64)?|float(?:32|64))$`)

// callHint is the hint for a call of the runtime that lacks what it needs, or "". The message holds its details.
func callHint(message string) string {
	switch {
	case strings.HasPrefix(message, "not enough arguments in call to ") && strings.Contains(message, "want (content.Reader"):
		return "hand over page; in GetStaticPaths its *site.Build"
	case newCollection.MatchString(message):
		return newCollection.ReplaceAllString(message, "write content.New[$2]($1)")
	}
	return ""
}

var newCollection = regexp.MustCompile(`^cannot convert ("[^"]*") \(.*\) to type content\.Collection\[(?:\w+\.)?(\w+)\]$`)
