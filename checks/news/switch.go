package news

// A Switch is a source as the user sees it.
type Switch struct {
	Name, Host string
	On         bool
	State      State // what is kept of it
}
