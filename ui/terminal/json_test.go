package terminal

import "porchlight/ui/report"

// What the JSON holds, for tests that read it.
type (
	scanJSON    = report.RoundJSON
	findingJSON = report.FindingJSON
)
