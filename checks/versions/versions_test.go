package versions

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A line is one product line with versions that it had, older ones first: as release notes and
// advisories have them, and as devices say them.
type line struct {
	family string
	scheme Scheme
	old    string // versions, older ones first, with " < " between
}

// lines are versions that were in use. Sources: CISA Known Exploited Vulnerabilities and CVE
// records (the versions before and with a repair), release notes of the makers, and what devices
// said in the tests and issues of public projects, such as asusrouter, python-kasa, pywemo and
// recog.
var lines = []line{
	{"NETGEAR R7000", "netgear", "1.0.7.6 < V1.0.9.88 < 1.0.11.116_10.2.100 < V1.0.11.134_10.2.116 < V1.0.11.136_10.2.120"},
	{"NETGEAR WNR2000v5", "netgear", "V1.0.0.34 < V1.0.0.42"},
	{"NETGEAR GS switches", "netgear", "V2.06.17EN < 2.06.24EN"},
	{"ASUS", "asus", "3.0.0.4.384_45149 < 3.0.0.4.384.81974 < 3.0.0.4.386.41793 < 3.0.0.4.386_42643 < 3.0.0.4.386.48377 < 3.0.0.4.386_51582 < " +
		"3.0.0.4.388.23759_gfd1c030 < 3.0.0.4.388.24121_ge887338 < 3.0.0.4.388_24621 < 3.0.0.6.102.34713_g0d793c1_386-g45e48"},
	{"ASUS by infosvr", "asus", "3.0.0.4.384 < 3.0.0.4.386 < 3.0.0.4.388_24621"},
	{"ASUS beta", "asus", "9.0.0.4.384.81551 < 9.0.0.4.386.41994 < 9.0.0.4.386.56742_g5d0e718"},
	{"Asuswrt-Merlin", "asus", "384.19 < 386.7 < 386.14 < 386.14_2"},
	{"Asuswrt-Merlin by infosvr", "asus", "3.0.0.4.388.8_0 < 3.0.0.4.388.8_2 < 3.0.0.4.388.8_4"},
	{"Hikvision", "hikvision", "V5.4.0 build 160530 < V5.4.5 build 170124 < V5.5.800 build 210325 < V5.5.800 build 210628 < V5.6.10build 230721 < V5.7.15 build 230313 < V5.8.3 build 240821"},
	{"Hikvision without a build", "hikvision", "V5.4.5 < V5.5.800 build 210628 < 5.7.1"},
	{"Hikvision by day", "date", "V5.4.0 build 160530 < V5.5.800 build 210325 < build 210628 < V4.61.000 build 220128 < V5.6.10build 230721"},
	{"TP-Link Archer AX21", "tp-link", "1.1.3 Build 20221125 < 1.1.4 Build 20230219 rel.69802"},
	{"TP-Link TL-WR841N v13", "tp-link", "0.9.1 3.16 v0001.0 Build 161012 Rel.33002n < 0.9.1 3.16 v0001.0 Build 170608 Rel.58696n < " +
		"0.9.1 3.16 v0001.0 Build 171211 Rel.58800n < 0.9.1 3.16 v0001.0 Build 211109 Rel.72604n"},
	{"TP-Link TL-WR841N v14", "tp-link", "0.9.1 4.17 v0348.0 Build 200114 Rel.64471n < 0.9.1 4.17 v0001.0 Build 200903 Rel.58674n < 0.9.1 4.17 v0001.0 Build 201124 Rel.64328n"},
	{"TP-Link Kasa", "tp-link", "1.2.5 Build 171213 Rel.101014 < 1.2.6 Build 200727 Rel.121701 < 1.8.6 Build 180809 Rel.091659 < 1.8.11 Build 191113 Rel.105336"},
	{"TP-Link Tapo", "tp-link", "1.1.16 Build 211209 < 1.3.9 Build 231019 Rel.37601n"},
	{"TP-Link by day", "date", "3.16.9 build 200409 < 20200415 < 200731 < 241108"},
	{"D-Link DIR-859", "d-link", "1.05B03 < 1.06B01 < 1.07b03"},
	{"D-Link DIR-645", "d-link", "1.04b12 < 1.05"},
	{"D-Link DNS-320", "d-link", "2.05.B10 < 2.06B01"},
	{"D-Link DCS-2530L", "d-link", "1.06.01 < 1.07.00"},
	{"Zyxel NAS326", "zyxel", "V5.21(AAZF.7)C0 < V5.21(AAZF.14)C0 < V5.21 (AAZF.17) C0"},
	{"Zyxel VMG8825", "zyxel", "V5.50(ABOM.3)C0 < V5.50(ABOM.7)C0 < V5.50(ABOM.8.2)C0"},
	{"Zyxel firewalls", "zyxel", "ZLD 4.60 < 5.36 < 5.36 patch1 < 5.36 patch2 < 5.38 < 5.39"},
	{"QNAP QTS", "qnap", "4.3.6.1620 < 4.5.1.1495 < 4.5.2.1566 < 5.0.1.2234 build 20221201 < 5.1.0.2444 build 20230629 < 5.1.0.2466 build 20230721 < " +
		"QTS 5.1.3.2578 build 20231110 < 5.1.7.2770 build 20240520"},
	{"QNAP without a number", "qnap", "4.3.4 < 4.3.6 b20190919 < 4.4.1 b20190918 < 5.0.1 < 5.1.0 < 5.1.7.2770 build 20240520"},
	{"QNAP QuTS hero", "qnap", "h5.0.1.2248 < QuTS hero h5.1.0.2424 build 20230609 < h5.1.0.2466 build 20230721 < QuTS hero h5.1.3.2578 build 20231110"},
	{"Synology DSM", "dsm", "4.2-3243 < 4.3-3810 u3 < 6.2.4-25556 Update 7 < 7.1-42661 < 7.2-64570 < 7.2.1-69057 < DSM 7.2.2-72806 Update 3"},
	{"Synology updates", "dsm", "7.2.1-69057-2 < 7.2.1-69057 Update 5 < 7.2.2-72806 Update 2 < 7.2.2-72806 Update 4 < DSM 7.2.2-72806 Update 7"},
	{"Synology SRM", "dsm", "SRM 1.3.1-9346 Update 8 < SRM 1.3.1-9346 Update 13 < SRM 1.3.2-9366"},
	{"MikroTik RouterOS", "routeros", "6.41 < 6.41.3 < 6.42.1 < 6.45.9 < 6.49.7 < 6.49.10 < 7.1 < 7.15.3 (stable)"},
	{"MikroTik long-term", "routeros", "6.40.8 (bugfix) < 6.48.6 (long-term) < 6.49.8 (long-term) < 6.49.10 (long-term)"},
	{"MikroTik testing", "routeros", "6.42rc27 < 7.14rc2 < 7.16rc2 (testing)"},
	{"FRITZ!OS", "fritzos", "29.04.88 < 05.54 < 113.06.30 < 154.07.12 < 07.29 < FRITZ!OS 7.57 < 07.59 < 08.02 < 154.08.03"},
	{"FRITZ!OS Labor", "fritzos", "54.05.29-24296 < 154.07.39-94751"},
	{"Sonos S1", "sonos", "57.2-54070 < 57.3-77280 < 57.9-23010 < 57.13-34140 < 57.22-61240"},
	{"Sonos S2", "sonos", "66.4-23300 < 70.3-35220 < 79.1-53290 < 83.1-61240 < 92.0-72090 < 95.1-78010"},
	{"Philips Hue", "number", "01027237 < 01041302 < 1935144040 < 1947054040 < 1948086000 < 1953188020 < 1958202001 < 1965053020 < 1967054020 < 1978293000"},
	{"Chromecast", "cast", "1.56.270000 < 1.56.281627 < 1.68.cast_20250829"},
	{"Google Wifi", "dotted", "12371.71.11 < 13729.57.27 < 14150.376.32"},
	{"Reolink RLC-410W", "reolink", "3.0.0.136_20121102 < v3.0.0.4348_2411261176"},
	{"Reolink RLC-820A", "reolink", "v3.1.0.956_22041509 < v3.1.0.2347_24082800_v1.0.0.93 < v3.1.0.2368_23062508 < v3.1.0.2368_23062700"},
	{"Dahua", "dahua", "2.400.0000000.16.R, Build Date: 2017-08-31 < 2.800.0000000.4.R, Build Date 2019-11-05 < 2.800.0000000.16.R < 2.800.0000000.25.R < " +
		"V2.840.0000000.30.R, Build Date: 2025-02-27 < 2.880.0000000.7.R, Build Date: 2023-10-18"},
	{"Amcrest", "dahua", "V2.620.00AC000.3.R, Build Date: 2019-12-18 < V2.622.00AC000.0.R, Build Date: 2020-10-22"},
	{"Dahua by day", "date", "V2.420.AC00.16.R.20160909 < 2.400.0000000.16.R, Build Date: 2017-08-31 < 2.800.0000000.4.R, Build Date 2019-11-05 < 2025-04-16"},
	{"Axis", "axis", "4.48.4 < 6.20 < 10.8.0 < 11.8.61"},
	{"Axis, long support of 2020", "axis", "9.80.3 < 9.80.3.2 < 9.80.3.9 < 9.80.55 < 9.80.121"},
	{"UniFi", "ubiquiti", "4.3.28.11361 < 6.0.21.13673 < v6.5.28.14491.220712 < 6.5.59.14777 < 6.6.77"},
	{"EdgeRouter", "ubiquiti", "EdgeRouter.ER-e50.v1.9.7+hotfix.4.5024279.171006.0255 < EdgeRouter.ER-e50.v1.10.7.5127989.181001.1227 < " +
		"EdgeRouter.ER-e50.v2.0.8-hotfix.1.5278088.200305.1641"},
	{"airOS", "ubiquiti", "XW.ar934x.v6.0.30097.161219.1705 < XW.ar934x.v6.1.7-licensed.32555.180523.1625 < XW.ar934x.v6.3.6.33330.210818.1930 < XW.ar934x.v6.3.14.33424.240826.1757"},
	{"UniFi OS", "dotted", "1.12.22 < 5.1.10 < 5.1.12"},
	{"DrayTek Vigor", "draytek", "1.5.1 < 1.5.1.4 < 1.5.1.5 < 3.9.8 < 4.3.1.1 < 4.4.0 < 4.4.3.4"},
	{"OpenWrt", "openwrt", "15.05.1 < LEDE 17.01.7 < 18.06.9 < 19.07.10 < 21.02.3 < OpenWrt 22.03.5 < 23.05.3"},
	{"OpenWrt candidates", "openwrt", "22.03.0-rc1 < 22.03.0-rc6 < 23.05.0-rc4"},
	{"Tasmota", "tasmota", "6.7.1 < 9.5.0 < 12.1.1(tasmota) < 13.4.0"},
	{"Tasmota development", "tasmota", "13.4.0.2 < 13.4.0.3 < 14.0.0.1"},
	{"ESPHome", "calver", "1.14.3 < 2021.9.1 < 2021.9.2 < 2024.10.2"},
	{"ESPHome beta", "calver", "2024.10.0b1 < 2024.10.0b3"},
	{"Home Assistant", "calver", "0.118.1 < 2023.3.0 < 2025.3.4"},
	{"Home Assistant Supervisor", "calver", "2023.01.1 < 2023.03.1"},
	{"WLED", "wled", "0.13.3 < 0.14.0 < 0.14.4 < 0.15.0 < 0.15.1"},
	{"WLED beta", "wled", "0.14.0-b2 < 0.15.0-b3 < 0.15.0-b5"},
	{"WLED by number", "wled", "2312080 < 2507300 < 2508020"},
	{"Shelly, first generation", "shelly", "20201124-092159/v1.9.0@57ac4ad8 < 20211109-130223/v1.11.7-g682a0db < 20230913-112003/v1.14.0-gcb84623"},
	{"Shelly, later generations", "shelly", "0.14.1 < 1.0.3 < 20240213-140411/1.2.0-gb1b9aa8 < 1.2.2 < 20241011-114455/1.4.4-g6d2a586 < 1.6.0"},
	{"HP OfficeJet Pro 8610", "hp", "FDP1CN1416AR < FDP1CN1502AR < FDP1CN1547AR < FDP1CN1828AR"},
	{"Yamaha MusicCast", "decimal", "2.71 < 2.87"},
	{"HomeWizard", "decimal", "2.11 < 4.19"},
	{"LinkPlay", "dotted", "4.2.8020 < 4.6.415145 < 4.8.618780"},
	{"Denon", "dotted", "1.511.120 < 1.583.147 < 3.34.610"},
	{"Bose SoundTouch", "dotted", "27.0.3.46298.4608935 < 27.0.6.46330.5043500"},
	{"IKEA TRADFRI", "dotted", "1.8.25 < 1.12.34 < 1.21.31"},
	{"WiZ", "dotted", "1.22.3 < 1.25.0 < 1.26.2"},
	{"Apple TV and HomePod", "dotted", "16.6 < 17.5 < 17.5.1 < 18.0"},
	{"AirPort", "dotted", "7.6.9 < 7.8.1 < 7.9.1"},
	{"LG webOS", "dotted", "03.20.90 < 05.40.26"},
	{"Bambu Lab", "dotted", "01.07.00.00 < 01.08.02.00"},
	{"Grandstream UCM", "dotted", "1.0.19.20 < 1.0.20.17 < 1.0.20.23"},
	{"Cisco RV325", "dotted", "1.4.2.15 < 1.4.2.19 < 1.4.2.20 < 1.5.1.13"},
	{"Cisco RV340", "dotted", "1.0.03.24 < 1.0.03.26"},
	{"Xiaomi router", "dotted", "1.0.168 < 1.1.10 < 1.1.26"},
	{"Xiaomi vacuum", "miio", "3.5.4_0850 < 4.3.3_0028"},
	{"TerraMaster", "dotted", "4.2.29 < 4.2.30"},
	{"Unraid", "dotted", "6.8.0 < 6.8.1"},
	{"Western Digital", "dotted", "2.30.183 < 2.30.196"},
	{"Pi-hole", "dotted", "4.3.2 < 4.3.3"},
	{"Wyze", "dotted", "4.9.6.218 < 4.9.8.1002"},
	{"Nokia FastMile", "dotted", "1.2103.00.0338 < 1.2203.00.0212"},
	{"Arcadyan", "dotted", "1.00.18 < 1.00.20"},
	{"Keba", "dotted", "3.10.16 < 3.10.42"},
	{"LIFX", "dotted", "2.80 < 3.70 < 3.90"},
	{"Linksys", "build", "2.1.20.208564 < 2.1.20.213195"},
	{"Roku", "build", "9.2.0 build 4502 < 10.5.0 < 11.5.0 < 12.5.0 build 4178"},
	{"Plex", "build", "1.19.3 < 1.32.5.7349-8f4248874 < 1.40.1.8227-c0dd5a73e < 1.40.2.8395-c67dce28e < 1.42.1"},
	{"Jellyfin", "semver", "10.8.9 < 10.8.10 < 10.8.13"},
	{"OctoPrint", "semver", "1.8.7 < 1.9.3 < 1.10.0"},
	{"OctoPrint candidates", "semver", "1.9.0rc1 < 1.9.0rc3"},
	{"Bond", "semver", "v2.10.8 < v3.4.1"},
	{"Moonraker", "describe", "v0.8.0 < v0.8.0-143-gcb01dfe < v0.9.0"},
	{"Tesla Wall Connector", "hash", "23.32.0+g6bd4a2 < 23.44.0 eb113390"},
	{"Yeelight", "number", "26 < 57"},
	{"DoorBird", "number", "000117 < 000125"},
	{"PlayStation", "number", "09008001 < 09008007"},
	{"DD-WRT", "dd-wrt", "r44715 < 45724"},
	{"Wemo", "wemo", "WeMo_WW_2.00.10062.PVT-OWRT-SNS < WeMo_WW_2.00.10966.PVT-OWRT-SNS < WeMo_WW_2.00.11057.PVT-OWRT-SNS < WeMo_WW_2.00.11452.PVT-OWRT-SNS"},
	{"Samsung TV", "tizen", "T-KTM2DEUC-1251.0 < T-KTM2DEUC-1360.0 < T-KTM2DEUC-1490.3"},
	{"Samsung printers", "samsung-printer", "3.00.02.06 < V4.00.02.18 JUN-20-2019"},
	{"SFR Box", "prefixed", "NB6VAC-MAIN-R4.0.44j < NB6VAC-MAIN-R4.0.44k"},
	{"Ecowitt", "prefixed", "GW1000_V1.4.7 < GW1000_V1.6.1 < GW1000_V1.6.8 < GW1000_V1.7.6"},
	{"Orange Livebox", "livebox", "SG40_sip-fr-2.14.8.1_7.21.3.1 < SG40_sip-fr-2.15.14.1_7.21.3.1"},
	{"Enphase", "lettered", "D7.8.901 < D8.3.5286"},
	{"Yealink", "model-first", "66.85.0.5 < 66.86.0.15"},
	{"OPNsense", "revision", "23.7 < 23.7.12 < 23.7.12_5 < 24.1.6"},
	{"iRobot", "irobot", "v2.4.8-44 < v2.4.16-126"},
	{"Daikin", "daikin", "1_14_48 < 1_14_88"},
	{"Tenda", "tenda", "V15.03.05.05_multi_TD01 < V15.03.05.14_multi_TD01 < V15.03.06.23_multi_TD01 < 15.03.06.44 < V15.03.06.51_multi"},
	{"Huawei HiLink", "huawei", "11.0.1.1(H200SP7C983) < 11.0.2.2(H200SP6C983)"},
	{"Huawei ONT", "huawei", "V3R016C10S100 < V3R016C10S115 < V3R017C10S100 < V3R017C10S115 < V3R017C10S120"},
	{"Foscam", "foscam", "11.37.2.49 < 11.37.2.65"},
	{"GL.iNet", "gl-inet", "3.216 < 4.6.8"},
	{"Keenetic", "keenetic", "3.07.C.4.0-0 < 3.09.C.4.0-0 < 5.01.C.7.0-4"},
	{"Keenetic, as people see it", "keenetic", "3.7.4 < 4.1.7 < 5.1.7"},
	{"TrueNAS", "truenas", "13.0-U5.3 < 13.0-U6.1"},
	{"TrueNAS SCALE", "truenas", "22.12.4.2 < 23.10.2"},
	{"pfSense", "pfsense", "2.4.5-RELEASE-p1 < 2.6.0-RELEASE"},
}

// shaped are versions in the shape of real ones: at least one of each line was made up.
var shaped = []line{
	{"NETGEAR Nighthawk M", "netgear", "NTG9X50C_12.06.08.00 < NTG9X50C_12.06.39.00"},
	{"D-Link DIR-850L", "d-link", "1.14WW < 1.20WWb03 < 1.21WWb03"},
	{"D-Link by HNAP", "d-link", "1.00 build 11 < 1.00 build 12 < 1.01"},
	{"UniFi by its port 10001", "ubiquiti", "U6-Lite.6.5.28.14491 < U6-Lite.6.6.77.15402"},
	{"WLED beta", "wled", "0.15.0-b3 < 0.15.0-b10"},
	{"HP PageWide", "hp", "MAHDWOPP1N001.2450A.00 < MAHDWOPP1N001.2506A.00"},
	{"HP LaserJet", "hp", "20190918 < 20230306"},
	{"Epson", "epson", "10.37.LQ20MA < 10.48.LQ20MA"},
	{"Brother", "decimal", "1.07 < 1.19 < 1.28"},
	{"Canon", "decimal", "1.070 < 2.010"},
	{"Cisco IOS", "cisco", "12.2(52)SE5 < 12.2(55)SE5 < 12.2(55)SE11"},
	{"Sony Bravia", "sony", "PKG6.6556.0623 < PKG6.7834.0623"},
	{"Philips TV", "prefixed", "QM151E_0.9.48.0 < QM151E_0.9.62.0"},
	{"Kyocera", "prefixed", "2H9_2F00.002.002 < 2H9_2F00.003.004"},
	{"Lexmark", "prefixed", "CSTZJ.076.294 < CSTZJ.081.233"},
	{"Fronius", "revision", "1.30.7-1 < 1.33.7-1"},
	{"Vizio", "vizio", "3.520.29.1-2 < 3.700.20.1-2"},
	{"ZTE", "zte", "BD_CNMU5250V1.0.0B29 < BD_CNMU5250V1.0.0B31"},
	{"Huawei HiLink", "huawei", "11.0.2.2(H200SP6C983) < 11.0.2.2(H200SP7C983)"},
	{"GL.iNet", "gl-inet", "4.6.0-release5 < 4.6.8"},
	{"Speedport", "model-first", "010137.5.0.001.0 < 010137.5.1.004.0"},
}

func (l line) versions() []string { return strings.Split(l.old, " < ") }

func TestRealVersionsAreOrdered(t *testing.T) {
	pairs := 0
	families := map[string]bool{}
	for _, l := range lines {
		families[l.family] = true
		pairs += len(l.versions()) - 1 // only neighbours count
	}
	if pairs < 120 || len(families) < 40 {
		t.Errorf("%d pairs of %d product lines; at least 120 of 40 are promised", pairs, len(families))
	}
	used := map[Scheme]bool{"exact": true} // has no order
	for _, l := range slices.Concat(lines, shaped) {
		used[l.scheme] = true
		all := l.versions()
		for i, a := range all {
			for j, b := range all {
				want := min(max(i-j, -1), 1)
				if got, ok := Compare(l.scheme, a, b); got != want || !ok {
					t.Errorf("%s: %q and %q: got %d, %v, want %d", l.family, a, b, got, ok, want)
				}
			}
		}
	}
	t.Logf("%d pairs of neighbours, %d product lines, %d schemes", pairs, len(families), len(used))
	for _, s := range Schemes() {
		if !used[s] {
			t.Errorf("no versions of scheme %q", s)
		}
	}
}

func TestTheSameVersionIsWrittenInSeveralWays(t *testing.T) {
	for _, tt := range []struct {
		scheme Scheme
		a, b   string
	}{
		{"dotted", "6.42", "6.42.0"},
		{"dotted", "06.42.01", "v6.42.1"},
		{"netgear", "V1.0.11.134_10.2.116", "1.0.11.134"},
		{"asus", "3.0.0.4.386_42643", "3.0.0.4.386.42643-gd4ddd1d"},
		{"hikvision", "V5.6.10build 230721", "V5.6.10 build 230721"},
		{"tp-link", "1.1.4 Build 20230219", "1.1.4 Build 20230219 rel.69802(5553)"},
		{"d-link", "1.06B01", "v1.06b01"},
		{"d-link", "1.08.B01", "1.08B01"},
		{"zyxel", "V5.21(AAZF.14)C0", "5.21 (AAZF.14) C0"},
		{"qnap", "5.1.7.2770", "QTS 5.1.7.2770 build 20240520"},
		{"dsm", "7.2.1-69057 Update 5", "DSM 7.2.1-69057-5"},
		{"routeros", "7.15.3 (stable)", "RouterOS v7.15.3"},
		{"fritzos", "154.07.57", "7.57"},
		{"draytek", "3.8.8.2_STD", "3.8.8.2"},
		{"keenetic", "3.07.C.4.0-0", "3.7.C.4.0-0"},
		{"reolink", "v3.1.0.2368_23062508", "3.1.0.2368_23062508"},
		{"ubiquiti", "6.5.28.14491", "v6.5.28.14491.220712"},
		{"openwrt", "OpenWrt 23.05.3", "23.05.3, r23809-234f1a2efa"},
		{"shelly", "1.4.4", "20241011-114455/1.4.4-g6d2a586"},
		{"tasmota", "12.1.1", "12.1.1(tasmota)"},
		{"calver", "2023.3.1", "2023.03.1"},
		{"number", "v0026", "26"},
		{"exact", "9.1.103J6J", "9.1.103j6j"},
		{"dd-wrt", "44715", "v3.0-r44715 std (11/03/20)"},
	} {
		if got, ok := Compare(tt.scheme, tt.a, tt.b); got != 0 || !ok {
			t.Errorf("%s: %q and %q: got %d, %v, want 0", tt.scheme, tt.a, tt.b, got, ok)
		}
	}
}

func TestWhatCannotBeComparedIsNeitherOlderNorFine(t *testing.T) {
	for _, tt := range []struct {
		name   string
		scheme Scheme
		a, b   string
	}{
		{"unknown scheme", "no such scheme", "1", "2"},
		{"nothing", "dotted", "", "6.42.1"},
		{"no number", "dotted", "six", "6.42.1"},
		{"two dots", "dotted", "6..1", "6.42.1"},
		{"below zero", "dotted", "-1", "0"},
		{"too large", "dotted", "99999999999999999999.1", "6.42.1"},
		{"too many", "dotted", "1.2.3.4.5.6.7.8.9", "1"},
		{"too long", "dotted", strings.Repeat("1", maxBytes+1), "1"},
		{"test version", "dotted", "6.42rc27", "6.42.1"},
		{"dotted is not netgear", "dotted", "1.0.11.134_10.2.116", "1.0.11.134"},
		{"another mobile router", "netgear", "NTG9X50C_12.06.39.00", "NTGX55_12.04.20.00"},
		{"a beta", "netgear", "1.0.9.88_beta", "1.0.11.134"},
		{"the build is cut off", "asus", "3.0.0.4.386", "3.0.0.4.386_51582"},
		{"Merlin", "asus", "3.0.0.4.388.8_4", "3.0.0.4.388_24621"},
		{"Merlin, cut off", "asus", "3.0.0.4.388.12", "3.0.0.4.388_24621"},
		{"Merlin's own name", "asus", "3004.388.8_4", "3.0.0.4.388_24621"},
		{"Merlin's beta", "asus", "3.0.0.4.388.8_beta1", "3.0.0.4.388.8_0"},
		{"a beta of ASUS", "asus", "9.0.0.4.386.41994", "3.0.0.4.386.42643"},
		{"only a branch", "asus", "386", "3.0.0.4.388_24621"},
		{"no build", "hikvision", "V5.5.800", "V5.5.800 build 210628"},
		{"no such day", "hikvision", "V5.5.800 build 211328", "V5.5.800 build 210628"},
		{"no build", "tp-link", "1.1.4", "1.1.4 Build 20230219"},
		{"only a day", "tp-link", "241108", "3.17.1 Build 221027"},
		{"no build", "d-link", "1.05", "1.05B03"},
		{"another region", "d-link", "2.01MT", "2.13B01"},
		{"hotfix", "d-link", "1.06.01 hotfix", "1.06.01"},
		{"one digit", "d-link", "1.1", "1.05"},
		{"another model", "zyxel", "V5.21(AAZF.14)C0", "V5.21(ABAG.11)C0"},
		{"a test version", "zyxel", "V1.00(AAQT.4)b8", "V1.00(AAQT.4)C0"},
		{"no build", "qnap", "5.1.7", "5.1.7.2770"},
		{"QuTS hero", "qnap", "h5.0.1.2248", "5.1.7.2770"},
		{"no update", "dsm", "7.2-72806", "7.2.2-72806 Update 3"},
		{"SRM", "dsm", "SRM 1.3.1-9346", "7.2-64570"},
		{"beta", "dsm", "7.2-64216 Beta", "7.2-64570"},
		{"long-term", "routeros", "6.40.9 (long-term)", "6.42.1"},
		{"testing", "routeros", "7.14rc2", "7.15.3"},
		{"testing", "routeros", "7.17 (testing)", "7.15.3"},
		{"Labor", "fritzos", "154.07.39-94751", "07.57"},
		{"Labor", "fritzos", "07.39-94751 BETA", "07.29"},
		{"S1 and S2", "sonos", "57.22-61240", "83.1-61240"},
		{"another generation", "cast", "1.56.281627", "3.72.446070"},
		{"counted otherwise", "cast", "1.68.392872", "1.68.cast_20250829"},
		{"no day", "reolink", "v3.1.0.2368", "v3.1.0.2368_23062508"},
		{"three numbers", "reolink", "v3.1.0", "v3.1.0.2368_23062508"},
		{"another customer", "dahua", "2.800.00AC004.0.R", "2.800.0000000.16.R"},
		{"no day", "dahua", "2.800.0000000.16.R", "2.800.0000000.16.R, Build Date 2022-01-01"},
		{"long support", "axis", "9.80.3.9", "11.8.61"},
		{"another platform", "ubiquiti", "EdgeRouter.ER-e50.v2.0.8.5278088", "EdgeRouter.ER-e300.v3.0.1.5862409"},
		{"no build", "ubiquiti", "6.5.59", "6.5.59.14777"},
		{"no hotfix", "ubiquiti", "2.0.9", "2.0.9-hotfix.4"},
		{"unknown letter", "draytek", "1.4.4b", "1.5.1"},
		{"candidate", "draytek", "4.4.3_RC2", "4.4.3"},
		{"snapshot", "openwrt", "SNAPSHOT r26000-abcdef1", "23.05.3"},
		{"candidate", "openwrt", "23.05.0-rc4", "22.03.5"},
		{"development", "tasmota", "13.4.0.3", "14.0.0"},
		{"beta", "wled", "0.15.0-b3", "0.15.0"},
		{"number and name", "wled", "2312080", "0.15.0"},
		{"beta", "calver", "2024.6.0b3", "2024.6.0"},
		{"development", "calver", "2024.6.0.dev20240501", "2024.6.0b3"},
		{"only a branch", "shelly", "20161223-111304/master@2bc16496", "20230913-112003/v1.14.0-gcb84623"},
		{"from the factory", "shelly", "20240331-104633/1.2.2-1g3prod0-g082bd47", "1.4.4"},
		{"candidate", "semver", "1.9.0-rc.2", "1.9.0"},
		{"candidate", "semver", "1.9.0rc2", "1.9.3"},
		{"another product", "hp", "MKP1CN1413AR", "FDP1CN1828AR"},
		{"the same week", "hp", "FDP1CN1416AR", "FDP1CN1416BR"},
		{"no such week", "hp", "FDP1CN1460AR", "FDP1CN1416AR"},
		{"another model line", "epson", "20.44.NU25M7", "10.48.LQ20MA"},
		{"unknown signs", "epson", "10.48.LQ20MA", "10.48.LQ21MA"},
		{"other digits", "decimal", "1.7", "1.28"},
		{"other digits", "decimal", "1.070", "1.28"},
		{"letters", "decimal", "ZC1", "1.28"},
		{"short", "build", "2.1.20", "2.1.20.208564"},
		{"provider", "exact", "9.1.103J6J", "9.1.103J6K"},
		{"another provider", "huawei", "11.0.2.2(H200SP6C983)", "11.0.2.2(H200SP7C00)"},
		{"another line", "huawei", "V3R017C00S100", "V3R017C10S125"},
		{"another provider", "zte", "BD_ATMC888V1.0.0B12", "BD_CNMC888V1.0.0B14"},
		{"China", "tenda", "02.03.01.104_CN", "02.03.01.110_multi"},
		{"another model", "foscam", "11.22.2.38", "11.37.2.65"},
		{"short", "keenetic", "5.1.7", "5.01.C.7.0-4"},
		{"test", "keenetic", "4.02.B.1.0-1", "4.02.C.1.0-1"},
		{"old devices", "keenetic", "2.16.D.12.0-12", "3.07.C.4.0-0"},
		{"another platform", "tizen", "T-KTM2DEUC-1360.0", "T-KTM2LAKUC-2104.7"},
		{"another product", "wemo", "WeMo_WW_2.00.11408.PVT-OWRT-Insight", "WeMo_WW_2.00.11453.PVT-OWRT-Dimmer"},
		{"Plus", "pfsense", "2.6.0-RELEASE", "23.09.1-RELEASE"},
		{"SCALE", "truenas", "13.0-U6.1", "23.10.2"},
		{"another letter", "lettered", "D7.8.901", "R4.10.35"},
		{"another line of robots", "irobot", "v2.4.16-126", "lewis+22.29.2+2022-09-01-abc"},
		{"told alone", "livebox", "SG40_sip-fr-7.21.3.1", "SG40_sip-fr-2.15.14.1_7.21.3.1"},
		{"no day", "date", "V5.5.800", "build 210628"},
	} {
		for _, p := range [][2]string{{tt.a, tt.b}, {tt.b, tt.a}} {
			if got, ok := Compare(tt.scheme, p[0], p[1]); ok || got != 0 {
				t.Errorf("%s (%s): %q and %q: got %d, %v; they cannot be compared", tt.scheme, tt.name, p[0], p[1], got, ok)
			}
		}
	}
}

func TestTheDayOfTheBuildIsRead(t *testing.T) {
	for _, tt := range []struct {
		scheme        Scheme
		version, want string
	}{
		{"hikvision", "V5.5.800 build 210628", "2021-06-28"},
		{"hikvision", "V5.5.800", ""},
		{"hikvision", "V5.5.800 build 999999", ""},
		{"tp-link", "1.1.4 Build 20230219 rel.69802", "2023-02-19"},
		{"tp-link", "1.3.9 Build 231019 Rel.37601n", "2023-10-19"},
		{"qnap", "5.1.7.2770 build 20240520", "2024-05-20"},
		{"qnap", "4.4.1 b20190918", "2019-09-18"},
		{"qnap", "5.1.7.2770 build 20249999", ""},
		{"shelly", "20230913-112003/v1.14.0-gcb84623", "2023-09-13"},
		{"shelly", "1.4.4", ""},
		{"wled", "2312080", "2023-12-08"},
		{"reolink", "v3.1.0.2368_23062508", "2023-06-25"},
		{"reolink", "v3.0.0.4348_2411261176", "2024-11-26"},
		{"dahua", "2.800.0000000.16.R, Build Date: 2022-01-01", "2022-01-01"},
		{"dahua", "V2.420.AC00.16.R.20160909", "2016-09-09"},
		{"ubiquiti", "v6.5.28.14491.220712", "2022-07-12"},
		{"ubiquiti", "EdgeRouter.ER-e50.v1.10.7.5127989.181001.1227", "2018-10-01"},
		{"cast", "1.68.cast_20250829", "2025-08-29"},
		{"samsung-printer", "V4.00.02.18 JUN-20-2019", "2019-06-20"},
		{"hp", "20230306", "2023-03-06"},
		{"hp", "FDP1CN1416AR", "2014-04-14"},
		{"hp", "SHP1FN2125BR", "2021-06-21"},
		{"hp", "FDP1CN1501AR", "2014-12-29"},
		{"date", "build 210628", "2021-06-28"},
		{"date", "20220822", "2022-08-22"},
		{"date", "19990822", ""},
		{"dotted", "6.42.1", ""},
		{"no such scheme", "20220822", ""},
	} {
		got := ""
		if at, ok := Date(tt.scheme, tt.version); ok {
			got = at.Format(time.DateOnly)
		}
		if got != tt.want {
			t.Errorf("%s: %q: got %q, want %q", tt.scheme, tt.version, got, tt.want)
		}
	}
}

func TestTestVersionsAreKnown(t *testing.T) {
	for _, tt := range []struct {
		scheme  Scheme
		version string
		want    bool
	}{
		{"fritzos", "154.07.39-94751", true},
		{"fritzos", "07.39 Labor", true},
		{"fritzos", "154.07.57", false},
		{"routeros", "7.14rc2", true},
		{"routeros", "7.17 (testing)", true},
		{"routeros", "6.49.10 (long-term)", false},
		{"asus", "9.0.0.4.386.41994", true},
		{"asus", "3.0.0.4.388.8_1alpha1", true},
		{"asus", "3.0.0.4.388_24621", false},
		{"zyxel", "V1.00(AAQT.4)b8", true},
		{"zyxel", "V5.21(AAZF.14)C0", false},
		{"keenetic", "4.02.B.1.0-1", true},
		{"tasmota", "13.4.0.3", true},
		{"tasmota", "13.4.0", false},
		{"wled", "0.15.0-b3", true},
		{"calver", "2024.6.0b3", true},
		{"calver", "2024.10.0-dev", true},
		{"shelly", "1.4.0-beta3", true},
		{"shelly", "20230913-112003/v1.14.0-gcb84623", false},
		{"openwrt", "22.03.0-rc6", true},
		{"netgear", "1.0.7.6_1.1.99_BETA", true},
		{"semver", "1.9.0-rc.2", true},
		{"dotted", "6.42rc27", true},
		{"dotted", "garbage", false},
		{"no such scheme", "1.0-beta", false},
	} {
		if got := Beta(tt.scheme, tt.version); got != tt.want {
			t.Errorf("%s: %q: got %v", tt.scheme, tt.version, got)
		}
	}
}

// mutations are the versions of each scheme above, and others like them.
func mutations(r *rand.Rand) map[Scheme][]string {
	const numbers = "0123456789"
	out := map[Scheme][]string{}
	for _, l := range slices.Concat(lines, shaped) {
		for _, v := range l.versions() {
			out[l.scheme] = append(out[l.scheme], v)
			b := []byte(v)
			for i := range b {
				if strings.IndexByte(numbers, b[i]) >= 0 && r.IntN(3) == 0 {
					b[i] = numbers[r.IntN(3)]
				}
			}
			out[l.scheme] = append(out[l.scheme], string(b))
			if cut := strings.LastIndexAny(v, "._- "); cut > 0 {
				out[l.scheme] = append(out[l.scheme], v[:cut], v+"-b"+strconv.Itoa(r.IntN(12)), v+".0")
			}
		}
	}
	return out
}

func TestTheOrderIsConsistent(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	triples := 0
	for s, all := range mutations(r) {
		all = slices.Compact(slices.Sorted(slices.Values(all)))
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		all = all[:min(len(all), 40)]
		answers := make([][]answer, len(all))
		for i, a := range all {
			for _, b := range all {
				answers[i] = append(answers[i], ask(t, s, a, b))
			}
		}
		for i, a := range all {
			for j, b := range all {
				for k, c := range all {
					transitive(t, s, [3]string{a, b, c}, answers[i][j], answers[j][k], answers[i][k])
					triples++
				}
			}
		}
	}
	t.Logf("%d triples", triples)
}

// An answer is what Compare says.
type answer struct {
	order int
	ok    bool
}

// ask compares two versions and checks the laws for two: a version is equal to itself, the
// answer is the same from both sides, what cannot be compared has no order, and no test version
// is weighed against a release.
func ask(t *testing.T, s Scheme, a, b string) answer {
	t.Helper()
	order, ok := Compare(s, a, b)
	if !ok && order != 0 {
		t.Errorf("%s: %q and %q: %d without ok", s, a, b, order)
	}
	if back, okBack := Compare(s, b, a); back != -order || ok != okBack {
		t.Errorf("%s: %q and %q: %d, %v; the other way round %d, %v", s, a, b, order, ok, back, okBack)
	}
	if self, okSelf := Compare(s, a, a); ok && (self != 0 || !okSelf) {
		t.Errorf("%s: %q and itself: %d, %v", s, a, self, okSelf)
	}
	if ok && Beta(s, a) != Beta(s, b) {
		t.Errorf("%s: %q and %q: one is a test version, the other a release", s, a, b)
	}
	return answer{order, ok}
}

// transitive checks the law for three: what is not newer than one that is not newer than a
// third is not newer than the third, and older if one of them is.
func transitive(t *testing.T, s Scheme, v [3]string, ab, bc, ac answer) {
	t.Helper()
	if !ab.ok || !bc.ok || ab.order > 0 || bc.order > 0 {
		return
	}
	if !ac.ok || ac.order != min(ab.order, bc.order) {
		t.Errorf("%s: %q: %v and %v, but %v", s, v, ab, bc, ac)
	}
}

func BenchmarkCompare(b *testing.B) {
	for b.Loop() {
		for _, l := range lines {
			Compare(l.scheme, l.old[:strings.Index(l.old, " < ")], l.old[strings.LastIndex(l.old, " < ")+3:])
		}
	}
	b.ReportMetric(float64(len(lines)), "compares/op")
}
