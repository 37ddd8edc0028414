package paper

import (
	"slices"
	"strings"

	"golang.org/x/text/language"
)

// letterRegions are where paper is US Letter (CLDR 48, supplemental data, paperSize).
var letterRegions = []string{"BZ", "CA", "CL", "CO", "CR", "GT", "MX", "NI", "PA", "PH", "PR", "SV", "US", "VE"}

// Usual gives the paper of the country that the first of the languages names that names one, such as "en-US" or "es_MX.UTF-8".
func Usual(languages ...string) Size {
	for _, l := range languages {
		l, _, _ = strings.Cut(l, ".")
		tag, err := language.Parse(strings.ReplaceAll(l, "_", "-"))
		if err != nil {
			continue
		}
		if region, sure := tag.Region(); sure == language.Exact {
			if slices.Contains(letterRegions, region.String()) {
				return Letter
			}
			break
		}
	}
	return A4
}
