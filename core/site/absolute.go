package site

// Absolute makes an address a full one, with the origin of the site: a path such as "/pic.png", or an address relative to
// the page. It comes back as it is on a site that does not know its origin, and where it is no address.
func (p *Page) Absolute(address string) string {
	if p.Site.Host == "" {
		return address
	}
	base := *p.Site
	base.Path, base.RawPath = p.URL.Path, p.URL.RawPath
	u, err := base.Parse(address)
	if err != nil {
		return address
	}
	return u.String()
}
