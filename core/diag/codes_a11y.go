package diag

var a11yCodes = []CodeInfo{
	{Code: "SG2701", Summary: "An image has no alternative text, so that those who do not see it learn nothing of it.",
		Fix: "Say what it shows, `alt=\"Tea leaves in a bowl\"`. For a picture that only decorates write `alt=\"\"`."},
	{Code: "SG2702", Summary: "A link or a button has no name: it holds no text, or only a picture without one.",
		Fix: "Write a text into it, or `aria-label=\"Close\"`."},
	{Code: "SG2703", Summary: "A field of a form has no label.",
		Fix: "Put it into its label, `<label>Name <input name=\"name\"></label>`, or write `<label for=\"name\">` for the field with that id."},
	{Code: "SG2704", Summary: "The page does not say in which language it is, so that it is read out wrongly.",
		Fix: "Write `<html lang=\"en\">`."},
	{Code: "SG2705", Summary: "A heading skips a level.",
		Fix: "Headings are the table of contents of those who listen: h3 follows h2. Sizes are a matter of CSS."},
	{Code: "SG2706", Summary: "An id is given to several elements of a page.",
		Fix: "Labels and links find only the first. Choose another id, make it from the data of a loop, or use a class."},
	{Code: "SG2707", Summary: "A frame has no title.",
		Fix: "Say what it shows, `title=\"Map of the shop\"`."},
	{Code: "SG2708", Summary: "A positive tabindex moves an element out of the order of the page.",
		Fix: "Write `tabindex=\"0\"`, and put the element where it belongs."},
	{Code: "SG2709", Summary: "The head of a page has no title.",
		Fix: "Write `<title>…</title>` into `<head>`."},
	{Code: "SG2710", Summary: "An attribute looks like one of WAI-ARIA, and there is none of this name.",
		Fix: "Correct the name; browsers ignore the attribute."},
}
