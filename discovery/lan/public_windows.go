package lan

import (
	"bytes"

	"golang.org/x/sys/windows/registry"

	"porchlight/discovery"
)

// networkList is where Windows keeps the networks that it has joined, by the hardware addresses of their routers, and of each
// what the user said of it.
const networkList = `SOFTWARE\Microsoft\Windows NT\CurrentVersion\NetworkList\`

// profilesOf gives what Windows keeps of the networks of a router; none if it keeps nothing.
func profilesOf(router discovery.MAC) []profile {
	var out []profile
	for _, sort := range []string{"Unmanaged", "Managed"} {
		path := networkList + `Signatures\` + sort
		all, err := registry.OpenKey(registry.LOCAL_MACHINE, path, registry.ENUMERATE_SUB_KEYS)
		if err != nil {
			continue
		}
		names, _ := all.ReadSubKeyNames(-1) // those that it could read
		_ = all.Close()                     // it was only read
		for _, name := range names {
			if p, ok := profileOf(path+`\`+name, router); ok {
				out = append(out, p)
			}
		}
	}
	return out
}

// profileOf reads one network; false if its router is another one.
func profileOf(path string, router discovery.MAC) (profile, bool) {
	k, err := registry.OpenKey(registry.LOCAL_MACHINE, path, registry.QUERY_VALUE)
	if err != nil {
		return profile{}, false
	}
	defer func() { _ = k.Close() }()
	mac, _, err := k.GetBinaryValue("DefaultGatewayMac")
	if err != nil || !bytes.Equal(mac, router[:]) {
		return profile{}, false
	}
	id, _, err := k.GetStringValue("ProfileGuid")
	if err != nil {
		return profile{}, false
	}
	p, err := registry.OpenKey(registry.LOCAL_MACHINE, networkList+`Profiles\`+id, registry.QUERY_VALUE)
	if err != nil {
		return profile{}, false
	}
	defer func() { _ = p.Close() }()
	category, _, err := p.GetIntegerValue("Category")
	return profile{category: category}, err == nil
}
