package diag

var assetCodes = []CodeInfo{
	{"SG5001", "The CSS of a style cannot be read: a bracket, string, comment or url() is not closed, or one is closed that was never opened.", "Close it where the message points."},
	{"SG5002", "`:global` has no selector in parentheses.", "Write `:global(.name)`, or use `<style is:global>` for a whole style."},
	{"SG5003", "A style sheet cannot be bundled.", "Correct the CSS where the message points."},
	{"SG5004", "A style sheet holds something that browsers will ignore.", "Correct the CSS where the message points."},
	{"SG5005", "A `url()` names a file that does not exist.", "Write the path relative to the file that holds the style, or `/name` for a file of the public directory."},
	{"SG5006", "An import of a script or style sheet leads nowhere.", "Correct the path, begin relative paths with `./`, or install the package."},
	{"SG5007", "A style or script refers to a file outside the project.", "Move the file into the project; only packages may lie in a folder above."},
	{"SG5010", "A script cannot be bundled.", "Correct the JavaScript or TypeScript where the message points."},
	{"SG5011", "A script holds something that is probably a mistake.", "Correct the JavaScript or TypeScript where the message points."},
	{"SG5020", "The front matter of a Markdown file is not YAML.", "Correct the YAML between the two `---` lines."},
	{"SG5021", "The front matter of a Markdown file has no end.", "Close it with a line `---`."},
	{"SG5022", "A key of the front matter that sitegen reads has a value of the wrong type.", "`layout`, `title`, `description` and `lang` are texts, `draft` is `true` or `false`."},
	{"SG5023", "A value of the front matter cannot be passed to the layout.", "Use a text, number, boolean, or a list of these; declare a prop `Frontmatter map[string]any` in the layout for anything else."},
	{"SG5024", "Two headings of a page ask for the same id.", "Give one of them another: `## Title {#other-id}`."},
	{"SG5025", "A Markdown link runs code instead of leading somewhere.", "Link to an address; `javascript:`, `vbscript:` and `data:` are refused."},
	{"SG5026", "A Markdown link or image leads nowhere.", "Correct the path; it is relative to the Markdown file."},
	{"SG5027", "The options behind the language of a code block cannot be read.", "Write `{1,3-4}` to mark lines and `title=\"main.go\"` for a title."},
	{"SG5030", "An image cannot be read, so its dimensions are not known.", "Check that the file is a PNG, JPEG, GIF, WebP, AVIF or SVG image."},
	{"SG5031", "An imported image cannot be made smaller: it is damaged, or larger than sitegen decodes.", "Replace the file. The limits are 64 MiB, 50 million pixels and 32,768 pixels on one side."},
	{"SG5033", "`image.service: platform` stands in a site.yaml whose site is built for nothing that has an image service.", "Choose an adapter, or write `service: build`."},
}
