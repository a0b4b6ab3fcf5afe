package diag

var contentCodes = []CodeInfo{
	{"SG5059", "Quotations or lists in Markdown are nested too deeply, or the rows of a very wide table lack most of their cells.", "Write the text in fewer blocks or columns; what a program has made is probably damaged."},
	{"SG5060", "A content file is not UTF-8.", "Save it as UTF-8; the message names the first byte that is not."},
	{"SG5061", "An entry has a key that nothing takes.", "Correct the key, declare a field for it in the struct of the collection (for a page: a prop in its layout), or take the rest of the keys with a field `Rest map[string]any` tagged `content:\",rest\"`."},
	{"SG5062", "A value of an entry is not what its field takes.", "Write a value of the type that the struct of the collection declares; dates are written `2026-01-31`."},
	{"SG5063", "An entry lacks a key that it has to have.", "Add the key, or take `required` out of the tag of the field."},
	{"SG5064", "An entry refers to an entry that there is not.", "Correct the slug, or create the entry; a draft is no entry."},
	{"SG5065", "Two files of a collection have the same slug.", "Rename one of them, or give it a `slug:` of its own."},
	{"SG5066", "A collection is not declared as it has to be.", "Declare each folder below src/content once: `var Posts = content.New[Post](\"posts\")`."},
	{"SG5067", "A data file cannot be read.", "Correct the JSON or YAML where the message points; a file holds one entry, or one below each key where it lies directly in src/content."},
	{"SG5068", "A link among the content leads out of the project or nowhere, or something there is no file, but a pipe or a device.", "Copy the file into the project."},
	{"SG5069", "An alias in front matter is the address of another page.", "Remove the alias: a page cannot be a redirect as well."},
	{"SG5070", "A file of a collection is of a kind that makes no entry.", "Entries are `.md`, `.yaml` and `.json` files. Begin the name of a file that is none with an underscore."},
	{"SG5071", "Markdown holds shortcodes of Hugo, which are shown as text.", "Write the tag of a component instead, `<Note title=\"x\">…</Note>` for a file `src/components/Note.gosite`, and the path of a file instead of `ref`. In code they stay as they are."},
	{"SG5075", "A loader, which fills a collection from elsewhere, has failed.", "Read its message; the last good output is untouched."},
}
