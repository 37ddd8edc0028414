package fields

import (
	"bytes"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"

	"golang.org/x/net/html"

	"porchlight/discovery"
)

// maxPage is how much of a page is looked at.
const maxPage = 64 << 10

// telling are the headers that identify devices, besides those with a fact of their own.
var telling = []string{"Location", "Ext", "Application-Url", "Dav", "Mime-Version", "Generator"}

// Page takes what identifies a device out of a web page and its headers. excerpts
// finds the places of the body that matter; nil finds none.
func Page(header http.Header, body []byte, excerpts func(string) []string) []discovery.Fact {
	facts := add(nil, discovery.FactHTTPServer, header.Get("Server"))
	asked, _ := Realm(header.Get("Www-Authenticate"))
	facts = add(facts, discovery.FactHTTPRealm, asked)
	for name := range header {
		if slices.Contains(telling, name) || strings.HasPrefix(name, "X-") {
			facts = add(facts, discovery.FactHTTPHeader+discovery.FactKey(discovery.Clean(strings.ToLower(name))), header.Get(name))
		}
	}
	for _, c := range header["Set-Cookie"] {
		name, _, _ := strings.Cut(c, "=")
		facts = add(facts, discovery.FactHTTPHeader+"set-cookie", name)
	}
	title, signIn := look(body)
	facts = add(facts, discovery.FactHTTPTitle, title)
	if signIn {
		facts = add(facts, discovery.FactHTTPSignIn, "password")
	}
	if excerpts != nil {
		for _, e := range excerpts(string(body)) {
			facts = add(facts, discovery.FactHTTPBody, e)
		}
	}
	return facts[:min(len(facts), discovery.MaxFacts)]
}

// realmPattern finds the realm of a Basic or Digest challenge (RFC 7617, section 2).
var realmPattern = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)\brealm="([^"]{0,300})"`) })

// Realm finds the realm of a challenge, which may be empty; false if there is none.
func Realm(challenge string) (realm string, ok bool) {
	if m := realmPattern().FindStringSubmatch(challenge); m != nil {
		return m[1], true
	}
	return "", false
}

// Title finds the text of the first <title>, as it came; "" if there is none.
func Title(body []byte) string {
	title, _ := look(body)
	return title
}

// look finds the text of the first <title>, and whether there is a field for a password.
func look(body []byte) (title string, signIn bool) {
	z := html.NewTokenizer(bytes.NewReader(body))
	z.SetMaxBuf(maxPage)
	titled := false
	for {
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			return title, signIn
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			switch string(name) {
			case "title":
				if !titled && kind == html.StartTagToken && z.Next() == html.TextToken {
					title, titled = string(z.Text()), true
				}
			case "input":
				signIn = signIn || (more && hasType(z, "password"))
			}
		default:
		}
	}
}

// hasType reports whether the tag that was just read has that type.
func hasType(z *html.Tokenizer, want string) bool {
	for {
		key, value, more := z.TagAttr()
		if string(key) == "type" && strings.EqualFold(string(value), want) {
			return true
		}
		if !more {
			return false
		}
	}
}
