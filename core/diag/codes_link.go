package diag

var linkCodes = []CodeInfo{
	{"SG3130", "A link, an image or another address in a page leads nowhere: no page, file, redirect or on-demand route of the site answers it.", "Correct the address, create what is missing, or list the path under `links.ignore` in site.yaml if something outside of the site answers it."},
	{"SG3131", "A link leads to a part of a page that does not exist: no element of the page has the id behind `#`.", "Use the id of a heading as it is in the page, or give the heading one: `## Title {#id}`."},
	{"SG3132", "A link leaves out the base path of the site, so that it leads past the site.", "Write the path with the base, or build it with `page.Base()`."},
}
