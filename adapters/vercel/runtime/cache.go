package vercel

// cacheName is the name that the platform has for a header, in its canonical form, by which page.Cache speaks to caches. The
// platform takes those away and acts on them; by the general names, caches behind it would act on them too. An answer that
// goes into the platform's own cache by a rule of the build is kept by that rule alone: "" leaves the header out.
func cacheName(name string, shared bool) string {
	switch {
	case name == "Cdn-Cache-Control" && shared:
		return ""
	case name == "Cdn-Cache-Control":
		return "Vercel-Cdn-Cache-Control"
	case name == "Cache-Tag":
		return "Vercel-Cache-Tag"
	}
	return name
}
