package diag

var devCodes = []CodeInfo{
	{"SG3150", "A page failed while it answered a request of the development server.",
		"Mend the code at the line named; the notes say how it was reached. A visitor of the site that is built gets the 500 page."},
	{"SG3151", "The site's own code ended the program of the development server, or it does not begin.",
		"Look for os.Exit, log.Fatal, a panic in a goroutine of its own, or a package-level variable whose initialisation panics. Return errors instead."},
}
