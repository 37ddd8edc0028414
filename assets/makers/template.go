package makers

import (
	"crypto/md5" //nolint:gosec // old products ask for it
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// Values are what the placeholders of a template stand for: "user", "password", "origin" (the
// scheme, address and port of the device), "page.x" and "answer.x", the group x of the page
// before and of the answer, and "cookie.x", a cookie that the page before set.
type Values map[string]string

// functions are all that a placeholder can do with a value. What old sign-in pages do
// beyond these is left out of the catalogue: it is data, and must not grow into code.
var functions = map[string]func(string) string{
	"base64": func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
	"md5": func(s string) string {
		sum := md5.Sum([]byte(s)) //nolint:gosec // see above
		return hex.EncodeToString(sum[:])
	},
	"url":   url.QueryEscape,
	"upper": strings.ToUpper,
}

// placeholder is a value, or a function and what it is applied to: {user}, {md5:password},
// {base64:user:password}, {url:base64:user:md5:password}, {md5:password+page.key}. A brace of
// JSON never looks like one, because of its quotes.
var placeholder = regexp.MustCompile(`\{[a-z0-9_.]+(?:[:+][a-z0-9_.]+)*\}`)

// Fill puts values into the placeholders of a template. It fails for a value that is not there.
func Fill(template string, v Values) (string, error) {
	var errs []error
	out := placeholder.ReplaceAllStringFunc(template, func(p string) string {
		s, err := v.value(p[1 : len(p)-1])
		errs = append(errs, err)
		return s
	})
	return out, errors.Join(errs...)
}

// value reads what stands in a placeholder. A function takes all that comes behind it; ":"
// puts two values together with a colon, "+" with nothing between them.
func (v Values) value(s string) (string, error) {
	first, rest, more := strings.Cut(s, ":")
	if f, ok := functions[first]; ok && more {
		arg, err := v.value(rest)
		return f(arg), err
	}
	var out strings.Builder
	for name := range strings.SplitSeq(first, "+") {
		part, ok := v[name]
		if !ok && !strings.HasPrefix(name, "cookie.") { // one that was not set is empty
			return "", fmt.Errorf("nothing is known for {%s}", s)
		}
		out.WriteString(part)
	}
	if !more {
		return out.String(), nil
	}
	tail, err := v.value(rest)
	return out.String() + ":" + tail, err
}
