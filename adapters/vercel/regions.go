package vercel

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"sitegen.dev/core/adapter"
	"sitegen.dev/core/diag"
)

// regionName is the form of a region. Vercel opens new ones, so one that is not known here is a warning.
var regionName = regexp.MustCompile(`^[a-z]{3}[0-9]{1,2}$`)

// regions are those that functions run in, as of November 2026 (vercel.com/docs/regions).
var regions = []string{"arn1", "bom1", "cdg1", "cle1", "cpt1", "dub1", "dxb1", "fra1", "gru1", "hkg1", "hnd1", "iad1", "icn1", "kix1", "lhr1", "pdx1",
	"sfo1", "sin1", "syd1", "yul1"}

// checkRegions reports what is no region, and what is none that is known.
func checkRegions(site *adapter.Site, option string, list []string) (out []diag.Diagnostic) {
	if len(list) == 1 && list[0] == "all" && !strings.HasSuffix(option, "ailoverRegions") {
		return nil
	}
	for i, r := range list {
		at := fmt.Sprintf("%s.%d", option, i)
		d := diag.Diagnostic{Code: "SG6006", Range: site.At(at), Message: fmt.Sprintf("option %s of adapter vercel must be a region such as iad1 or fra1, not %q", at, r)}
		switch near := diag.Suggest(r, regions); {
		case slices.Contains(regions, r):
			continue
		case regionName.MatchString(r):
			d.Severity, d.Code = diag.Warning, "SG6114"
			d.Message = fmt.Sprintf("option %s of adapter vercel is %q, which was no region of Vercel's when this sitegen was made", at, r)
			fallthrough
		default:
			if near != "" {
				d.Hint = "did you mean " + near + "?"
			}
		}
		out = append(out, d)
	}
	return out
}
