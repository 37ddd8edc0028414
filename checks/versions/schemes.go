package versions

// Shapes that many makers share.
const (
	// dots are numbers with dots between.
	dots = `\d+(?:\.\d+){0,7}`
	// mark is what test versions carry.
	mark = `(?:alpha|beta|rc)[-. ]?\d*`
	// platform is a name of the hardware at Ubiquiti, but not the v of a version.
	platform = `(?:[a-uw-z]|v[a-z-])[a-z0-9-]*?`
	// hash names a state of the source, which says nothing of its age.
	hash = `g?[0-9a-f]{6,40}`
)

// schemes are all ways of counting. The shapes are those of release notes and of what devices
// say of themselves; where a maker's rule is not known the shape is left out, so that nothing
// is compared.
var schemes = map[Scheme]func() []form{
	// Ways that many makers share; their names say the shape.

	// 6.42.1, v2.8.18. What is missing at the end is zero. Apple, IKEA, LinkPlay, Denon, WiZ,
	// Govee, Twinkly, Elgato, Grandstream, Snom, Cisco RV, Bambu Lab, UniFi OS, LG webOS, Xiaomi
	// routers, Pi-hole, Unraid, TerraMaster, Western Digital, Wyze, Nokia, Arcadyan and others.
	"dotted": forms(
		form{shape: `v?(?P<num>` + dots + `)`},
		form{shape: `v?(?P<num>` + dots + `)[-_ .]?(?P<pre>` + mark + `)`},
	),
	// 2.1.20.208564, 12.5.0 build 4178, 1.32.5.7349-8f4248874: a version and a build, which short
	// forms leave out. Linksys, Roku, Plex.
	"build": forms(form{shape: `v?(?P<num>\d+(?:\.\d+){1,2})(?:(?:\.| ?\(?build )(?P<full>\d+)\)?)?(?:-` + hash + `)?`}),
	// 1.07, 2.71, 1.070: always as many digits after the point. Brother, Canon, Ricoh, OKI,
	// Yamaha, HomeWizard, Venstar, PurpleAir, Panasonic phones.
	"decimal": forms(
		form{shape: `v?(?P<num>\d+\.\d{2})`},
		form{shape: `v?(?P<num>\d+\.\d{3})`, train: "three digits"},
	),
	// One number that counts up. Hue (1978293000, before 2017 01041302), Yeelight, OpenGarage,
	// OpenSprinkler, DoorBird, Netatmo, PlayStation (09008001).
	"number": forms(form{shape: `v?(?P<num>\d+)`}),
	// The day of the build, whatever the version before it: for advisories that name a day, such
	// as those of Dahua, Hikvision and TP-Link. HDHomeRun and printers of HP have nothing else.
	"date": forms(
		form{shape: `.*build(?: ?date)?[:. ]*(?P<date_20060102>20\d{6})(?:\D.*)?`},
		form{shape: `.*build(?: ?date)?[:. ]*(?P<date_060102>\d{6})(?:\D.*)?`},
		form{shape: `(?:.*\D)?(?P<date_2006_01_02>20\d\d-\d\d-\d\d)(?:\D.*)?`},
		form{shape: `(?:.*[._ ])?(?P<date_20060102>20\d{6})(?:[-_]\d+)?`},
		form{shape: `(?P<date_060102>\d{6})`},
	),
	// Equal or not comparable: cable modems and boxes whose provider sets the version.
	"exact": forms(form{shape: `(?P<same>.+)`}),
	// NB6V-MAIN-R4.0.45d, QM151E_0.9.62.0, GW1000_V1.7.6, CSTZJ.081.233, 2NR_2F00.003.004: a name
	// that must be equal. SFR, Philips TV, Ecowitt, Samsung speakers, Technicolor, Lexmark, Kyocera.
	"prefixed": forms(
		form{shape: `(?P<same>[a-z][a-z0-9+]*(?:[-_][a-z][a-z0-9+]*)*)[-_][vr]?(?P<num>` + dots + `)(?P<letter>[a-z]?)`},
		form{shape: `(?P<same>[a-z]{3,8}|\w{3}_\w{4})\.(?P<num>\d{3}\.\d{3})`, train: "printer"},
	),
	// D8.3.5286: one letter that must be equal. Enphase.
	"lettered": forms(form{shape: `(?P<same>[a-z])(?P<num>` + dots + `)`}),
	// 66.86.0.15, 010137.5.0.001.0: the first number is the hardware. Yealink, Speedport.
	"model-first": forms(form{shape: `(?P<same>\d+)\.(?P<num>` + dots + `)`}),
	// 1.33.7-1, 23.7.12_5, v2.4.16-126. Fronius, Somfy, OPNsense.
	"revision": forms(form{shape: `v?(?P<num>` + dots + `)(?:[-_](?P<num2>\d{1,6}))?`}),
	// v0.8.0-143-gcb01dfe: so many changes after a release, as git says it. Klipper, Moonraker.
	"describe": forms(form{shape: `v?(?P<num>` + dots + `)(?:-(?P<num2>\d+)-` + hash + `)?`}),
	// 23.44.0 eb113390, 23.32.0+g6bd4a2. Tesla.
	"hash": forms(form{shape: `v?(?P<num>` + dots + `)(?:[-+ ]` + hash + `)?`}),
	// Semantic Versioning: OctoPrint, Jellyfin, Bond, OpenEVSE, Zigbee2MQTT, AdGuard Home.
	// Some of them write a candidate as 1.9.0rc3.
	"semver": forms(
		form{shape: `v?(?P<semver>\d+\.\d+(?:\.\d+)?)(?:-(?P<pre>[0-9a-z.-]+))?(?:\+[0-9a-z.-]+)?`},
		form{shape: `v?(?P<semver>\d+\.\d+(?:\.\d+)?)(?P<pre>(?:a|b|rc)\d+)`},
	),
	// 2024.10.2, 0.118.1, 2024.6.0b3. Home Assistant, ESPHome.
	"calver": forms(
		form{shape: `v?(?P<semver>\d{1,4}\.\d{1,3}(?:\.\d+)?)(?:[.-]?(?P<pre>(?:b|rc)\d+))?`},
		form{shape: `v?(?P<semver>\d{1,4}\.\d{1,3}\.\d+)[.-]dev(?P<num>\d*)`, train: "dev", beta: true},
	),

	// Ways of one maker.

	// 3.0.0.4.386_42643, 3.0.0.4.386.42643-gd4ddd1d, 3.0.0.6.102_34713; where a device has no room
	// for the build, 3.0.0.4.386. Asuswrt-Merlin on the same device says 3.0.0.4.388.8_4, and of
	// itself 388.8_4 or 3004.388.8_4. Beta versions of ASUS begin with a 9.
	"asus": forms(
		form{shape: `3\.0\.0\.(?P<num>\d+\.\d{3}\.\d{1,2})(?:_(?P<full>\d{1,3}))?(?:_(?:rog|tuf))?`, train: "merlin"},
		form{shape: `3\.0\.0\.(?P<num>\d+\.\d{3}\.\d{1,2})_(?P<full>\d{0,3})(?P<pre>(?:alpha|beta)\d+)`, train: "merlin"},
		form{shape: `(?P<same>(?:300\d\.)?)(?P<num>\d{3}\.\d{1,2})(?:_(?P<num2>\d{1,3}))?`, train: "merlin of itself"},
		form{shape: `3\.0\.0\.(?P<num>\d+\.\d{3})(?:[._](?P<full>\d{2,6})(?:[-_][a-z][\w-]*)?)?`},
		form{shape: `9\.0\.0\.(?P<num>\d+\.\d{3})[._](?P<full>\d{3,6})(?:[-_][a-z][\w-]*)?`, beta: true},
	),
	// 9.80.3.2. The tracks with long support, by help.axis.com, are repaired for themselves.
	"axis": forms(
		form{shape: `v?(?P<same>6\.50|8\.40|9\.80|10\.12|11\.11)(?:\.(?P<num>` + dots + `))?`, train: "long support"},
		form{shape: `v?(?P<num>` + dots + `)`},
	),
	// 3.72.446070, 1.68.cast_20250829. Each first number is a generation of devices.
	"cast": forms(
		form{shape: `(?P<same>\d+)\.(?P<num>\d+)\.(?P<full>\d+(?:\.\d+)?)(?P<date_060102>)`},
		form{shape: `(?P<same>\d+)\.(?P<num>\d+)(?P<full>)\.cast_(?P<date_20060102>\d{8})`},
	),
	// 15.0(2)SE11, 1.3.5(004): the letters name a train.
	"cisco": forms(form{shape: `(?P<num>\d+(?:\.\d+)+)\((?P<num2>\d+)\)(?P<same>[a-z]*)(?P<num3>\d*)`}),
	// 1.06B01, 1.05b03, 2.05.B10, 1.00 build 11, 1.21WWb03, 2.01MT. Devices often leave the build
	// out. Of two numbers the second has two digits. Other letters than WW (the whole world) are a
	// region.
	"d-link": forms(form{
		shape: `v?(?P<num>\d+\.\d{2,3}|\d+\.\d+\.\d+)(?:ww|(?P<same>[a-z]{2})|)(?:[ ._-]?b(?:uild ?)?(?P<full>\d+))?(?:[ _-]?(?P<pre>beta\d*))?`,
	}),
	// 2.800.0000000.16.R, Build Date: 2017-08-31; V2.420.AC00.16.R.20160909. The third part is a
	// customer. Amcrest, Lorex and others use it too.
	"dahua": forms(form{
		shape: `v?(?P<num>\d+\.\d+)\.(?P<same>[0-9a-z]{4,9})\.(?P<num2>\d+)(?:\.r)?` +
			`(?:[,. ]+(?:build(?: date)?:? )?(?:(?P<date_2006_01_02>\d{4}-\d\d-\d\d)|(?P<date_20060102>\d{8})|(?P<date_060102>\d{6})))?`,
	}),
	// 1_14_48.
	"daikin": forms(form{shape: `(?P<num>\d+(?:_\d+){1,4})`}),
	// r44715, v3.0-r44715 std (11/03/20): the number of the last change.
	"dd-wrt": forms(form{shape: `(?:dd-wrt )?(?:v\d+\.\d+-)?r?(?P<num>\d{4,6})(?: .*)?`}),
	// 4.4.3.4, 3.9.7_STD: behind it a modem or a customer, in all of the same numbers.
	"draytek": forms(
		form{shape: `v?(?P<num>\d+(?:\.\d+){1,3})_?(?P<pre>(?:rc|beta)\d*)`},
		form{shape: `v?(?P<num>\d+(?:\.\d+){1,3})(?:_[a-z0-9]+)?`},
	),
	// DSM 7.2.1-69057 Update 5, 7.2.1-69057-5, 4.3-3810 u3; by mDNS 7.2-72806, without the third
	// number and without the update. The build counts up over all; that of the routers, for itself.
	"dsm": forms(
		form{shape: `(?P<same>(?:srm)?)(?:dsm)? ?v?\d+\.\d+(?:\.\d+)?-(?P<num>\d{4,6})(?:(?: update | u|-)(?P<full>\d+))?`},
		form{shape: `(?P<same>(?:srm)?)(?:dsm)? ?v?\d+\.\d+(?:\.\d+)?-(?P<num>\d{4,6})(?P<full>)[- ]?(?P<pre>beta|rc)`},
	),
	// 20.44.NU25M7: two letters for the model line, and four signs whose meaning is not known.
	"epson": forms(form{shape: `(?P<num>\d\d\.\d\d)\.(?P<same>[a-z]{2})(?P<tail>[0-9a-z]{4})`}),
	// 11.37.2.65, 2.x1.2.38: the first two numbers are the hardware.
	"foscam": forms(form{shape: `v?(?P<same>\d+\.x?\d+)\.(?P<num>\d+\.\d+)`}),
	// 07.29, 154.07.57, FRITZ!OS 8.02; the first of three is the hardware. A build behind it, as in
	// 07.39-94751, or a word is a Labor or another test version: jason_boxinfo.xml then has a Lab.
	"fritzos": forms(
		form{shape: `(?:fritz!os:? )?(?:\d{2,3}\.)?(?P<num>\d{1,2}\.\d\d)`},
		form{shape: `(?:fritz!os:? )?(?:\d{2,3}\.)?(?P<num>\d{1,2}\.\d\d)(?:-(?P<full>\d{4,6}))?(?: ?(?:beta|labor|plus|inhaus|labbeta|labphone))?`, beta: true},
	),
	// 4.6.8, 3.216, 4.5.0 beta3, 4.6.0-release5.
	"gl-inet": forms(
		form{shape: `v?(?P<num>\d+\.\d+(?:\.\d+)?)(?:[ -]release(?P<num2>\d+))?`},
		form{shape: `v?(?P<num>\d+\.\d+(?:\.\d+)?)(?P<num2>)[ -](?P<pre>beta\d*)`},
	),
	// V5.5.800 build 210628, V5.6.10build 230721.
	"hikvision": forms(form{shape: `v?(?P<num>\d+\.\d+\.\d+)(?:[ _]?build ?(?P<date_060102>\d{6}))?`}),
	// CLP1FN2125AR and MAHDWOPP1N001.2506A.00: a product, a year and a week; 20230306.
	"hp": forms(
		form{shape: `(?P<same>[a-z]{2,4}\d?[a-z]{1,2})(?P<date_week>\d{4})(?P<tail>[a-z]{1,2})`, train: "week"},
		form{shape: `(?P<same>[a-z0-9]{8,16})\.(?P<date_week>\d{4})(?P<tail>[a-z]\.\d\d)`, train: "week with dots"},
		form{shape: `(?P<date_20060102>20\d{6})`},
	),
	// 11.0.2.2(H200SP6C983): a platform, a service pack, and a provider behind the C. V3R017C00S100:
	// V is the platform, and what is behind the C a line for itself.
	"huawei": forms(
		form{shape: `(?P<num>\d+(?:\.\d+){3})\((?P<same>[hw]\d+)sp(?P<num2>\d+)(?P<same2>c\d+)\)`},
		form{shape: `(?P<same>v\d+)r(?P<num>\d+)(?P<same2>(?:c\d+)?)(?:spc|s)?(?P<full>\d*)`, train: "vrc"},
	),
	// v2.4.16-126, lewis+22.29.2+...: the name is a line of robots.
	"irobot": forms(
		form{shape: `v?(?P<num>\d+\.\d+\.\d+)-(?P<num2>\d+)`},
		form{shape: `(?P<same>[a-z][a-z0-9-]*)\+(?P<num>\d+\.\d+\.\d+)\+.*`, train: "named"},
	),
	// 4.1.7 is what people see of 4.01.C.7.0-0. A and B are tests, D is for old devices.
	"keenetic": forms(
		form{shape: `(?P<num>\d+\.\d+)(?:\.(?P<num2>\d+))?(?P<full>)`},
		form{shape: `(?P<num>\d+\.\d+)\.c\.(?P<num2>\d+)\.(?P<full>\d+-\d+)`},
		form{shape: `(?P<num>\d+\.\d+)\.d\.(?P<num2>\d+)\.(?P<full>\d+-\d+)`, train: "old devices"},
		form{shape: `(?P<num>\d+\.\d+)\.(?P<same>[ab])\.(?P<num2>\d+)\.(?P<full>\d+-\d+)`, beta: true},
	),
	// SG40_sip-fr-2.15.14.1_7.21.3.1: the second version is told alone by some.
	"livebox": forms(
		form{shape: `(?P<same>sg\d+_[a-z]+-[a-z]{2})-(?P<num>\d+(?:\.\d+){3})_(?P<num2>\d+(?:\.\d+){3})`},
		form{shape: `(?P<same>sg\d+_[a-z]+-[a-z]{2})-(?P<num>\d+(?:\.\d+){3})`, train: "alone"},
	),
	// 4.3.3_0028. Roborock, Dreame, Xiaomi.
	"miio": forms(form{shape: `(?P<num>\d+\.\d+\.\d+)_(?P<num2>\d{4,6})`}),
	// V1.0.11.134_10.2.116 and 2.06.24EN: the first group decides. NTG9X50C_12.06.39.00 on mobile
	// routers, where the name is the product.
	"netgear": forms(
		form{shape: `v?(?P<num>\d+(?:\.\d+){2,3})(?:[a-z]{2})?_[\w.-]*(?P<pre>beta)[\w.-]*`},
		form{shape: `v?(?P<num>\d+(?:\.\d+){2,3})(?:[a-z]{2})?(?:_[\w.-]*)?`},
		form{shape: `(?P<same>ntg[a-z0-9]+)_(?P<num>` + dots + `)`, train: "mobile"},
	),
	// 23.05.3, 22.03.0-rc6. Snapshots are made each day and have no order.
	"openwrt": forms(form{shape: `(?:openwrt |lede )?v?(?P<num>\d\d\.\d\d(?:\.\d+)?)(?:-(?P<pre>rc\d+))?(?:,? r\d+-` + hash + `)?`}),
	// 2.4.5-RELEASE-p1; pfSense Plus, 23.09.1-RELEASE, counts for itself.
	"pfsense": forms(
		form{shape: `(?P<num>2\.\d+(?:\.\d+)?)(?:-release)?(?:-p(?P<num2>\d+))?`},
		form{shape: `(?P<num>2\d\.\d\d(?:\.\d+)?)(?:-release)?(?:-p(?P<num2>\d+))?`, train: "plus"},
	),
	// 5.1.7.2770 build 20240520; QuTS hero and QuTScloud put an h or a c before it. Devices say 5.1.7
	// too, and advisories 4.4.1 b20190918.
	"qnap": forms(
		form{shape: `(?:qts |quts hero |qutscloud )?v?(?P<same>[hc]?)(?P<num>\d+\.\d+\.\d+)\.(?P<full>\d{1,5})(?: ?\(?(?:build ?|b)(?P<age_20060102>\d{8})\)?)?(?P<date_20060102>)`},
		form{shape: `(?:qts |quts hero |qutscloud )?v?(?P<same>[hc]?)(?P<num>\d+\.\d+\.\d+)(?P<full>)(?: ?\(?(?:build ?|b)(?P<date_20060102>\d{8})\)?)?`},
	),
	// v3.1.0.2368_23062508, v3.0.0.4348_2411261176, v3.1.0.2347_24082800_v1.0.0.93: behind the day
	// stands an hour or more.
	"reolink": forms(form{shape: `v?(?P<num>\d+(?:\.\d+){3})(?:_(?P<date_060102>\d{6})(?:\d{4}|\d{2}))?(?:_v?[\d.]+)?`}),
	// 7.15.3 (stable), 6.49.10 (long-term), 7.14rc2 (testing). Long-term, before 2018 bugfix, repairs
	// lower numbers for itself.
	"routeros": forms(
		form{shape: `(?:routeros )?v?(?P<num>\d+\.\d+(?:\.\d+){0,2})(?: ?\((?:stable|current)\))?`},
		form{shape: `(?:routeros )?v?(?P<num>\d+\.\d+(?:\.\d+){0,2}) ?\((?:long-term|lts|bugfix|bugfix-only)\)`, train: "long-term"},
		form{shape: `(?:routeros )?v?(?P<num>\d+\.\d+(?:\.\d+){0,2})(?P<pre>(?:(?:alpha|beta|rc)\d+)?)(?: ?\((?:testing|development)\))?`, beta: true},
	),
	// V4.00.02.18 JUN-20-2019. Printers of Samsung, and of HP from Samsung.
	"samsung-printer": forms(form{shape: `v?(?P<num>\d+(?:\.\d+){3})(?: (?P<age_Jan_02_2006>[a-z]{3}-\d\d-\d{4}))?`}),
	// 1.4.4, 20241011-114455/1.4.4-g6d2a586, 20230913-112003/v1.14.0-gcb84623, v1.9.0@57ac4ad8.
	// Another word behind it, as in 1.2.2-1g3prod0, is what the factory put in: not compared.
	"shelly": forms(form{
		shape: `(?:(?P<age_20060102_150405>\d{8}-\d{6})/)?v?(?P<semver>\d+\.\d+\.\d+)(?:-(?P<pre>` + mark + `))?(?:[-@]` + hash + `)?`,
	}),
	// 70.3-35220. Up to 57 it is the first generation (S1), or a device that missed the change to the
	// second in 2020.
	"sonos": forms(
		form{shape: `(?P<num>(?:[1-4]?\d|5[0-7])\.\d+)-(?P<num2>\d+)[a-z]?`, train: "s1"},
		form{shape: `(?P<num>\d{2,3}\.\d+)-(?P<num2>\d+)[a-z]?`},
	),
	// PKG6.7834.0623: the last number is not known.
	"sony": forms(form{shape: `pkg(?P<num>\d+\.\d+)\.(?P<tail>\d+[a-z]*)`}),
	// 13.4.0; 13.4.0.2 is on the way to the next. 12.1.1(tasmota) names the variant.
	"tasmota": forms(
		form{shape: `v?(?P<semver>\d+\.\d+\.\d+)(?:\.0)?(?: ?\([a-z0-9_-]+\))?`},
		form{shape: `v?(?P<num>\d+\.\d+\.\d+\.\d+)(?: ?\([a-z0-9_-]+\))?`, beta: true},
	),
	// V15.03.06.51_multi, 15.03.05.19(6318), 02.03.01.104_CN: languages, of which multi is the usual.
	"tenda": forms(form{shape: `v?(?P<num>\d+(?:\.\d+){3})(?:\((?P<full>\d+)\))?(?:_multi|_(?P<same>[a-z]{2})|)(?:_tde?\d+)?`}),
	// T-KTM2LAKUC-2104.7: the name is a platform and a region. Samsung TV.
	"tizen": forms(form{shape: `t-(?P<same>[a-z0-9]+)-(?P<num>\d{4}\.\d+)`}),
	// 1.1.4 Build 20230219 rel.69802, 0.9.1 4.17 v0001.0 Build 200903 Rel.58674n. The hardware
	// revision is not part of it. Kasa, Tapo, Deco and Mercusys too.
	"tp-link": forms(form{
		shape: `v?(?P<num>\d+\.\d+\.\d+)(?: (?P<full>\d+\.\d+)(?: v[0-9a-f]{4}\.\d)?)?` +
			`(?:,? ?build[. ]?(?:(?P<date_20060102>\d{8})|(?P<date_060102>\d{6})))?(?:,? ?rel[. ]{0,2}\w+(?:\(\w+\))?)?(?: \(?(?P<pre>beta)\)?)?`,
	}),
	// 13.0-U5.3; since 2022 SCALE, 23.10.2, counts for itself.
	"truenas": forms(
		form{shape: `(?:truenas[- ])?(?:core[- ])?(?P<num>(?:9|1[0-3])\.\d+)(?:-release)?(?:-u(?P<num2>\d+(?:\.\d+)?))?`},
		form{shape: `(?:truenas[- ])?(?:scale[- ])?(?P<num>2\d\.\d\d(?:\.\d+){0,3})(?:-(?P<pre>(?:beta|rc)[.\d]*))?`, train: "scale"},
	),
	// 6.5.28, v6.5.28.14491.220712, 2.0.9-hotfix.4; with the platform U6-Lite.6.6.77.15402,
	// EdgeRouter.ER-e50.v1.10.7.5127989.181001.1227, XW.ar934x.v6.1.7-licensed.32555.180523.1625.
	// The number before the day is a build. Short forms leave it out, and the hotfix.
	"ubiquiti": forms(form{
		shape: `(?:(?P<same>` + platform + `(?:\.` + platform + `)*?)[. ])?v?(?P<num>\d+\.\d+(?:\.\d{1,3})?)(?:-licensed)?` +
			`(?:[-+]hotfix\.(?P<full>\d+))?(?:-(?P<pre>(?:beta|rc)[.\d]*))?(?:\.(?P<full2>\d{4,8}))?(?:\.(?P<age_060102>\d{6})(?:\.\d{4})?)?`,
	}),
	// 3.700.20.1-2: the number behind it is not known.
	"vizio": forms(form{shape: `(?P<num>\d+(?:\.\d+){3})(?P<tail>(?:-\d+)?)`}),
	// WeMo_WW_2.00.11452.PVT-OWRT-SNS: region and product.
	"wemo": forms(form{shape: `wemo_(?P<same>[a-z]+)_(?P<num>\d+(?:\.\d+){2})\.(?P<same2>[a-z0-9-]+)`}),
	// 0.15.0-b3; 2312080, the number of the same version, is the day and one digit more.
	"wled": forms(
		form{shape: `v?(?P<semver>\d+\.\d+(?:\.\d+)?)(?:-(?P<pre>(?:b|beta|rc|alpha|dev)[.\d]*))?`},
		form{shape: `(?P<num>(?P<age_060102>\d{6})\d)`, train: "day"},
	),
	// BD_CNMU5250V1.0.0B31: before the B a provider and a product.
	"zte": forms(form{shape: `(?P<same>[a-z0-9_-]+v\d+\.\d+\.\d+)b(?P<num>\d+)(?: \[.*\])?`}),
	// V5.21(AAZF.14)C0, V5.50(ABOM.8.2)C0: the letters are the model. V1.00(AAQT.4)b8 is a test for
	// V1.00(AAQT.4)C0. Firewalls (ZLD) say 5.36 patch 2.
	"zyxel": forms(
		form{shape: `v?(?P<num>\d+\.\d+) ?\((?P<same>[a-z]{3,5})\.(?P<num2>\d+(?:\.\d+)?)\) ?(?:c(?P<num3>\d+))?`},
		form{shape: `v?(?P<num>\d+\.\d+) ?\((?P<same>[a-z]{3,5})\.(?P<num2>\d+(?:\.\d+)?)\) ?(?P<num3>)(?P<pre>b\d+)`},
		form{shape: `(?:zld ?)?v?(?P<num>\d+\.\d+)(?:[- ]*patch ?(?P<num2>\d+))?`, train: "zld"},
	),
}
