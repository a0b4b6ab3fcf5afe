package site

import (
	"encoding"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Islands is what a site with server:defer links beside its pages: the components that are rendered by requests of
// their own, and what seals their props. Everything that serves them is reached through it, so that it costs the others
// nothing.
type Islands struct {
	key, mark string
	list      []*Island
	ring      func(keys string) (KeyRing, error)
	use       func(c *compiledApp, keys string) error
	serve     func(x *exchange, clean bool, full urlPath) bool
	render    func(x *exchange) error
}

// NewIslands makes the Islands of an App. The ring is that of package seal, which reads keys as SITEGEN_KEY holds them.
// Key is that of the build, or else mark tells which key the build had from outside. The prerender program, which only
// makes pages that hold islands, has no list.
func NewIslands(ring func(keys string) (KeyRing, error), key, mark string, list ...*Island) *Islands {
	return &Islands{
		key: key, mark: mark, list: list, ring: ring,
		use:    (*compiledApp).useKeys,
		serve:  (*exchange).serveIsland,
		render: (*exchange).renderIsland,
	}
}

// KeyRing seals and opens messages; package seal has it. A message opens only with the context that it was sealed with.
type KeyRing interface {
	Seal(message, context []byte) []byte
	Open(sealed, context []byte) (message []byte, ok bool)
	Has(mark string) bool
}

// Island is a component that can be rendered by a request of its own.
type Island struct {
	ID     string // "Price-3f2a81c0"
	Props  string // hash of the declaration of its props
	Source string // for messages
	render func(w *Writer, page *Page, call *islandCall) error
}

// NewIsland makes an Island of a component.
func NewIsland[P, S any](id, props, source string, render func(*Writer, *Page, P, S) error) *Island {
	return &Island{id, props, source, func(w *Writer, page *Page, call *islandCall) error {
		var p P
		var s S
		if err := call.into(reflect.ValueOf(&p).Elem(), reflect.ValueOf(&s).Elem()); err != nil {
			return err
		}
		page.Locale = call.Locale
		return render(w, page, p, s)
	}}
}

// islandCall is the sealed message: props by the name of their field, slots as HTML by theirs. Both in one, so that
// neither can be left out nor combined with those of another page.
type islandCall struct {
	Props map[string]json.RawMessage `json:"p,omitempty"`
	Slots map[string]string          `json:"s,omitempty"`
	// Locale is the language of the page around the island, which the address of the island does not tell.
	Locale string `json:"l,omitempty"`
}

// Fills are the slots of a component that is deferred.
type Fills map[string]Node

const (
	islandPath    = "/_island/" // below the base
	islandPattern = "/_island/[island]"
	// maxIslandURL is how long an address may be that carries a sealed message; longer ones go into the body of a POST.
	maxIslandURL  = 2048
	maxIslandBody = 1 << 20 // bytes, on a site without a limit of its own
	keyVariable   = "SITEGEN_KEY"
	islandHeader  = "Sitegen-Island" // of the answers of islands, so that the script takes nothing else for one
)

// islandContext is what a message is sealed for: one component, with one declaration of its props.
func islandContext(id, props string) []byte {
	return []byte("sitegen island call\x00" + id + "\x00" + props)
}

// UseKeys gives the keys for server islands, as SITEGEN_KEY holds them; "" leaves that of the build. An adapter calls it
// before NewHandler to report what is wrong with them. It does nothing on a site without islands.
func (a *App) UseKeys(keys string) error {
	if a.Islands == nil {
		return nil
	}
	c, err := a.compile()
	if err != nil {
		return err
	}
	return a.Islands.use(c, keys)
}

func (c *compiledApp) useKeys(keys string) error {
	islands := c.app.Islands
	if islands.key != "" {
		keys += "," + islands.key
	}
	if strings.Trim(keys, ", ") == "" {
		return errors.New(keyVariable + " is not set: the site has server islands and was built with a key from outside, which it needs to read what its pages hand to them")
	}
	ring, err := islands.ring(keys)
	if err != nil {
		return errors.New(keyVariable + ": " + err.Error() + "; `sitegen create-key` prints one")
	}
	if islands.mark != "" && !ring.Has(islands.mark) {
		return errors.New(keyVariable + " does not hold the key that the site was built with, so its pages could not show their server islands: put that key behind the new one, separated by a comma")
	}
	c.ring.Store(&ring)
	return nil
}

func (c *compiledApp) addIslands(list []*Island) error {
	if len(list) == 0 {
		return nil
	}
	c.islands = make(map[string]*Island, len(list))
	for _, island := range list {
		if c.islands[island.ID] != nil {
			return errors.New("two components are known as the island " + island.ID + ": " + island.Source + ", " + c.islands[island.ID].Source)
		}
		c.islands[island.ID] = island
	}
	return nil
}

// Defer writes what stands for a component with server:defer: its fallback, the address that renders it, and, once per
// page, the script that puts one in the place of the other. Generated code calls it.
func Defer[P any](w *Writer, page *Page, id, hash string, props P, slots Fills, fallback Node) error {
	return deferIsland(w, page, id, hash, reflect.ValueOf(&props).Elem(), slots, fallback)
}

func deferIsland(w *Writer, page *Page, id, hash string, props reflect.Value, slots Fills, fallback Node) error {
	if w.err != nil {
		return w.err
	}
	x := page.x
	if x == nil || x.app.ring.Load() == nil {
		return misuse("a component with server:defer needs a page of a site with a key")
	}
	call, problem := callOf(props)
	if problem != "" {
		file, line := caller()
		w.Fail(&ValueError{File: file, Line: line, Message: "a component with server:defer cannot be handed its " + problem,
			Hint: "hand over what it is made from: text, numbers, structs, slices, maps"})
		return w.err
	}
	if err := call.fill(x, w, slots); err != nil {
		return err
	}
	call.Locale = page.Locale
	message, err := json.Marshal(call)
	if err != nil {
		w.failWith(err)
		return w.err
	}
	sealed := base64.RawURLEncoding.EncodeToString((*x.app.ring.Load()).Seal(message, islandContext(id, hash)))
	if x.island == nil { // the page around an island has the script already
		x.write(w, loaderID, islandLoader)
	}
	w.S("<!--sitegen-island-->")
	if fallback != nil {
		if err := fallback(w); err != nil {
			return err
		}
	}
	get := len(x.app.base.enc)+len(islandPath)+len(id)+len("?p=")+len(sealed) <= maxIslandURL
	url := func() {
		w.buf = appendAttr(w.buf, x.app.base.enc)
		w.S(islandPath[1:])
		w.S(id)
		if get {
			w.S("?p=")
			w.S(sealed)
		}
	}
	if get { // mode and credentials of what the loader asks with, or the browser would ask twice
		w.S(`<link rel="preload" as="fetch" crossorigin="anonymous" href="`)
		url()
		w.S(`">`)
	}
	w.S(`<script type="application/json" data-sitegen-island="`)
	url()
	if get {
		w.S(`">`)
	} else {
		if limit := x.islandLimit(); int64(len(sealed))+8 > limit {
			file, line := caller()
			w.Fail(&ValueError{File: file, Line: line, Message: "the props and slots of a component with server:defer take " + strconv.Itoa(len(sealed)) +
				" bytes, and a request may bring " + strconv.FormatInt(limit, 10), Hint: "hand over less, such as an identifier, or raise security.bodyLimit in site.yaml"})
			return w.err
		}
		w.S(`">{"p":"`)
		w.S(sealed)
		w.S(`"}`)
	}
	w.S("</script>")
	return w.End()
}

// loaderID stands for the loader among the scripts; those of components hold a dot.
const loaderID = "island"

// islandLoader puts islands in place of their fallback. It touches a page only for a whole answer of an island; whatever
// else comes, the fallback stays. Nothing is looked up by a name that an element of the page could have taken.
const islandLoader = `<script type="module" async>
const mark = "data-sitegen-island";
const before = Object.getOwnPropertyDescriptor(Node.prototype, "previousSibling").get;
const all = (selector) => [...Document.prototype.querySelectorAll.call(document, selector)];
let policy = { createHTML: (s) => s };
try { policy = trustedTypes.createPolicy("sitegen-island", policy); } catch {}
const load = async (end) => {
	const url = end.getAttribute(mark), body = end.textContent;
	end.setAttribute(mark, "");
	try {
		const post = body && { method: "POST", headers: { "Content-Type": "application/json" }, body };
		const answer = await fetch(url, { redirect: "error", ...post });
		if (answer.status !== 200 || !/^text\/html\b/i.test(answer.headers.get("Content-Type")) || !answer.headers.has("Sitegen-Island")) return;
		const html = await answer.text();
		let start = end, depth = 1;
		while (depth && (start = before.call(start))) {
			if (start.nodeType === 8 && start.data === "sitegen-island") depth--;
			else if (start.localName === "script" && start.hasAttribute(mark)) depth++;
		}
		if (!start || !end.isConnected) return;
		const range = new Range();
		range.setStartBefore(start);
		range.setEndAfter(end);
		const fragment = range.createContextualFragment(policy.createHTML(html));
		const inline = "script[type=module]:not([src],[data-reads])";
		const ran = new Set(all(inline).map((s) => s.textContent));
		for (const s of fragment.querySelectorAll(inline)) ran.has(s.textContent) ? s.remove() : ran.add(s.textContent);
		range.deleteContents();
		range.insertNode(fragment);
		scan();
	} catch {}
};
const scan = () => all(` + "`script[${mark}]:not([${mark}=\"\"])`" + `).forEach(load);
const observer = new MutationObserver(scan);
observer.observe(document, { childList: true, subtree: true });
EventTarget.prototype.addEventListener.call(window, "load", () => observer.disconnect());
scan();
</script>`

// callOf takes the props apart. What is zero is left out: it will be zero again.
func callOf(props reflect.Value) (call islandCall, problem string) {
	t := props.Type()
	if t.Kind() != reflect.Struct {
		return call, "props of type " + t.String() + ", which is no struct"
	}
	for i := range t.NumField() {
		f, v := t.Field(i), props.Field(i)
		if !f.IsExported() || v.IsZero() {
			continue
		}
		if why := sendable(f.Type, v); why != "" {
			return call, "prop " + f.Name + ": " + why
		}
		data, err := json.Marshal(v.Interface())
		if err != nil {
			return call, "prop " + f.Name + ": " + err.Error()
		}
		if holdsUser(v) {
			return call, "prop " + f.Name + ": a URL with a user in it would arrive without"
		}
		if call.Props == nil {
			call.Props = map[string]json.RawMessage{}
		}
		call.Props[f.Name] = data
	}
	return call, ""
}

// fill renders the slots. What they need once per page they bring along, as the page need not have it.
func (call *islandCall) fill(x *exchange, from *Writer, slots Fills) error {
	for _, name := range slices.Sorted(maps.Keys(slots)) {
		node := slots[name]
		if node == nil {
			continue
		}
		w := getWriter()
		w.seams = &seams{x: x, step: w.limit, once: &once{head: true, ids: []string{loaderID}}}
		w.onWarning(from.warn)
		w.Fail(node(w))
		w.join()
		html, err := string(w.buf), w.err
		putWriter(w)
		if err != nil {
			return err
		}
		if call.Slots == nil {
			call.Slots = map[string]string{}
		}
		call.Slots[name] = html
	}
	return nil
}

// into is the way back. What does not fit is a fault of the visitor's: it was made by another version of the site.
func (call *islandCall) into(props, slots reflect.Value) error {
	for name, data := range call.Props {
		f := fieldOf(props, name)
		if !f.IsValid() || json.Unmarshal(data, f.Addr().Interface()) != nil {
			return errForeignCall
		}
	}
	for name, html := range call.Slots {
		f := fieldOf(slots, name)
		if !f.IsValid() || f.Type() != reflect.TypeFor[Node]() {
			return errForeignCall
		}
		f.Set(reflect.ValueOf(Node(func(w *Writer) error {
			w.S(html)
			return w.err
		})))
	}
	return nil
}

func fieldOf(v reflect.Value, name string) (none reflect.Value) {
	if v.Kind() != reflect.Struct {
		return none
	}
	if f, ok := v.Type().FieldByName(name); ok && f.IsExported() && len(f.Index) == 1 {
		return v.Field(f.Index[0])
	}
	return none
}

// sendable says why values of a type do not survive being sent, or "".
func sendable(t reflect.Type, v reflect.Value) string {
	if t == reflect.TypeFor[Attrs]() {
		for name, value := range v.Interface().(Attrs) {
			if value != nil && reflect.TypeOf(value).PkgPath() != "" {
				return "the attribute " + strconv.Quote(name) + " has the type " + reflect.TypeOf(value).String() + " and would arrive as something else"
			}
		}
	}
	if known, ok := sendables.Load(t); ok {
		return known.(string)
	}
	why := typeProblem(t, map[reflect.Type]bool{})
	sendables.Store(t, why)
	return why
}

var sendables sync.Map // reflect.Type to string

func typeProblem(t reflect.Type, seen map[reflect.Type]bool) string {
	if seen[t] {
		return ""
	}
	seen[t] = true
	p := reflect.PointerTo(t)
	switch {
	case p.Implements(reflect.TypeFor[json.Marshaler]()):
		if !p.Implements(reflect.TypeFor[json.Unmarshaler]()) {
			return t.String() + " has a method MarshalJSON and no UnmarshalJSON"
		}
		return ""
	case p.Implements(reflect.TypeFor[encoding.TextMarshaler]()):
		if !p.Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
			return t.String() + " has a method MarshalText and no UnmarshalText"
		}
		return ""
	}
	if t == reflect.TypeFor[url.Userinfo]() {
		return "" // of a URL, which seldom has one: see holdsUser
	}
	switch t.Kind() {
	case reflect.Func:
		return t.String() + " is a function"
	case reflect.Chan:
		return t.String() + " is a channel"
	case reflect.Complex64, reflect.Complex128, reflect.UnsafePointer:
		return t.String() + " has no form in JSON"
	case reflect.Interface:
		if t.NumMethod() > 0 {
			return t.String() + " is an interface, and what is in it could not be read back"
		}
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return typeProblem(t.Elem(), seen)
	case reflect.Map:
		switch k := t.Key(); {
		case k.Implements(reflect.TypeFor[encoding.TextMarshaler]()):
		case k.Kind() == reflect.String, reflect.Int <= k.Kind() && k.Kind() <= reflect.Uintptr:
		default:
			return t.String() + " has keys that have no form in JSON"
		}
		return typeProblem(t.Elem(), seen)
	case reflect.Struct:
		open := t.NumField() == 0
		for i := range t.NumField() {
			f := t.Field(i)
			if !f.IsExported() && !f.Anonymous || f.Tag.Get("json") == "-" {
				continue
			}
			open = true
			if why := typeProblem(f.Type, seen); why != "" {
				return "in field " + f.Name + " of " + t.String() + ", " + why
			}
		}
		if !open {
			return t.String() + " has no exported fields, so it would arrive empty"
		}
	}
	return ""
}

// holdsUser says whether a value that could be written as JSON holds a URL with the name of a user, which JSON leaves out.
func holdsUser(v reflect.Value) bool {
	t := v.Type()
	if p := reflect.PointerTo(t); p.Implements(reflect.TypeFor[json.Marshaler]()) || p.Implements(reflect.TypeFor[encoding.TextMarshaler]()) {
		return false
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return !v.IsNil() && (t == reflect.TypeFor[*url.Userinfo]() || holdsUser(v.Elem()))
	case reflect.Struct:
		for i := range v.NumField() {
			if f := t.Field(i); (f.IsExported() || f.Anonymous) && holdsUser(v.Field(i)) {
				return true
			}
		}
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() < reflect.Array {
			return false // numbers, and perhaps many
		}
		for i := range v.Len() {
			if holdsUser(v.Index(i)) {
				return true
			}
		}
	case reflect.Map:
		for each := v.MapRange(); each.Next(); {
			if holdsUser(each.Value()) {
				return true
			}
		}
	}
	return false
}

// serveIsland answers a request for an island. The name comes first: nothing is read or decoded for one that does not
// exist.
func (x *exchange) serveIsland(clean bool, full urlPath) bool {
	island := x.app.islands[x.path.enc[len(islandPath):]]
	switch {
	case !x.hostAllowed():
		return x.refuse(421, "This host is not one that the site answers for.")
	case !clean:
		return x.moved(full)
	}
	x.resp.Header.put("X-Robots-Tag", "noindex")
	if island == nil {
		return x.refuse(404, "")
	}
	switch x.method {
	case "GET", "HEAD", "POST":
	case "OPTIONS":
		x.resp.Header.put("Allow", "GET, HEAD, POST, OPTIONS")
		return x.refuse(204, "")
	default:
		x.resp.Header.put("Allow", "GET, HEAD, POST, OPTIONS")
		return x.refuse(405, "")
	}
	if x.app.cfg.CheckOrigin && x.crossOrigin() {
		return x.refuse(403, "")
	}
	x.island = island
	x.page.Pattern = islandPattern
	return x.finish(x.run())
}

// renderIsland renders the island of the request.
func (x *exchange) renderIsland() error {
	call, err := x.openIsland()
	if err != nil {
		return err
	}
	x.resp.Header.put(islandHeader, x.island.ID)
	w := x.writer()
	if err = x.island.render(w, &x.page, call); err == errForeignCall {
		return x.foreignCall()
	}
	return x.rendered(err)
}

var (
	errForeignCall = errors.New("foreign call")
	errIslandCall  = &RequestError{400, "what this island was handed is not readable"}
)

// openIsland reads what the page handed to the island.
func (x *exchange) openIsland() (*islandCall, error) {
	text, err := x.sealedCall()
	if err != nil {
		return nil, err
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(sealed) == 0 {
		return nil, errIslandCall
	}
	message, ok := (*x.app.ring.Load()).Open(sealed, islandContext(x.island.ID, x.island.Props))
	call := new(islandCall)
	if !ok || json.Unmarshal(message, call) != nil {
		return nil, x.foreignCall()
	}
	return call, nil
}

// foreignCall refuses what somebody else has sealed, or what another version of the site has sealed with another key or
// for other props. The second happens after a deploy, and somebody may look for it.
func (x *exchange) foreignCall() error {
	x.log(LevelInfo, "the island "+x.island.ID+" was asked for with props that were changed, or that this site does not know: made with another key, or for another version of "+x.island.Source, nil)
	return errIslandCall
}

// sealedCall gives the one value p of the query or the body.
func (x *exchange) sealedCall() (string, error) {
	if x.method != "POST" {
		if len(x.rawQuery) > 2*maxIslandURL {
			return "", &RequestError{414, ""}
		}
		return only(url.ParseQuery(x.rawQuery))
	}
	if b := &x.req.body; b.limit == 0 {
		b.limit, b.left = maxIslandBody, maxIslandBody
	}
	switch kind, _ := mediaType(x.req.Header.Get("Content-Type")); kind {
	case "application/json":
		var body struct {
			P string `json:"p"`
		}
		data, err := x.req.Bytes()
		if err != nil {
			return "", err
		}
		if json.Unmarshal(data, &body) != nil {
			return "", errIslandCall
		}
		return body.P, nil
	case "application/x-www-form-urlencoded", "multipart/form-data":
		form, err := x.req.Form()
		if err != nil {
			return "", err
		}
		return only(url.Values{"p": form.All("p")}, nil)
	}
	return "", &RequestError{415, "the body is neither JSON nor a form"}
}

func only(values url.Values, err error) (string, error) {
	if err != nil || len(values["p"]) != 1 {
		return "", errIslandCall
	}
	return values["p"][0], nil
}

// islandLimit is how many bytes the body of a request for an island may have.
func (x *exchange) islandLimit() int64 {
	if n := x.app.cfg.BodyLimit; n > 0 {
		return n
	}
	return maxIslandBody
}

// MarshalJSON gives the value as JSON, or null when there is none.
func (o Opt[T]) MarshalJSON() ([]byte, error) {
	if !o.ok {
		return []byte("null"), nil
	}
	return json.Marshal(o.v)
}

// UnmarshalJSON is the way back.
func (o *Opt[T]) UnmarshalJSON(data []byte) error {
	*o = Opt[T]{}
	if string(data) == "null" {
		return nil
	}
	o.ok = true
	return json.Unmarshal(data, &o.v)
}
