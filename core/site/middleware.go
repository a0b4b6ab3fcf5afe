package site

// Sequence makes one middleware of several. The first is the outermost: what it does before next comes first, what it
// does after next comes last.
//
//	func OnRequest(page *site.Page, next site.Handler) error {
//		return site.Sequence(timing, auth)(page, next)
//	}
func Sequence(list ...func(page *Page, next Handler) error) func(page *Page, next Handler) error {
	return func(page *Page, next Handler) error { return sequence(list, page, next) }
}

func sequence(list []func(*Page, Handler) error, page *Page, next Handler) error {
	if len(list) == 0 {
		return next(page)
	}
	return list[0](page, func(page *Page) error { return sequence(list[1:], page, next) })
}
