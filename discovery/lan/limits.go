package lan

import "time"

// The limits of politeness. They are promises to the people whose devices we touch, not
// options: nothing in the program can widen them. Each names what it is drawn from.
const (
	// MaxPrefixBits is the widest network that is still a home: a /22, 1,022 addresses.
	MaxPrefixBits = 22

	// maxConnsAtOnce is how many devices are spoken to in parallel. Routers keep a table of
	// connections that a scan can fill.
	maxConnsAtOnce = 16
	// maxConnsPerSecond is for the whole home.
	maxConnsPerSecond = 40
	connBurst         = 8
	// knocksPerSecond paces the datagrams that wake the neighbour table. Each makes the system broadcast an ARP
	// question, which every device hears, and two more a second apart if nobody answers: 384 a second at most.
	knocksPerSecond = 128
	// knockWait is how long whoever the system knows from before has to answer a knock: a few
	// milliseconds, a phone that sleeps up to a second.
	knockWait = time.Second

	// Tiny devices (ESP8266, BL602 and the like) reboot when connections come fast:
	// cesanta/mongoose-os#281, OpenBK7231T_App#1177. Whoever is not recognised counts as tiny.
	gentleGap   = 500 * time.Millisecond
	gentleConns = 20
	sturdyGap   = 150 * time.Millisecond
	sturdyConns = 90

	dialTimeout  = 2 * time.Second
	tlsTimeout   = 4 * time.Second
	readTimeout  = 4 * time.Second  // for each wait on a device that should say something
	totalTimeout = 15 * time.Second // one conversation, from its first byte to its last

	// Caps on what a device may make us read, against endless answers.
	maxConnBytes   = 512 << 10
	maxBodyBytes   = 256 << 10
	maxHeaderBytes = 16 << 10
	maxRedirects   = 3

	// Datagrams: what one device and all together may answer to one question.
	maxAnswersPerSource = 50
	maxAnswers          = 2000
	// fewAnswers of one device are listened to when all together have said enough.
	fewAnswers = 8
	// maxOverheardPerSource is for a group where everybody talks: two answers for each of
	// the types that are asked for, and some of its own.
	maxOverheardPerSource = 150
	maxDatagram           = 9000

	// A datagram for one device keeps the gap of a gentle connection, whatever the device is.
	// Lost answers are waited for twice; routers answer SNMP within a few milliseconds, busy
	// printers within a second.
	exchangeWait  = 1500 * time.Millisecond
	exchangeTries = 2
	// maxExchanges is how many datagrams one device gets in a round, besides the knock: NetBIOS
	// 2, SNMP 2, its maker's own questions 4, its names 4, since each question may be asked twice;
	// what a router is asked about doors from the internet 6; its documented community 3, and 2 to
	// spare. Hardly any device is asked all of it.
	maxExchanges = 23

	// dhcpWait is for how long offers of DHCP servers are awaited: they first look whether the
	// address that they offer is free, which takes a second (RFC 2131, section 3.1, point 2).
	dhcpWait = 3 * time.Second

	// The name server of the router has a turn and a budget of its own: one question for each
	// device of a home, and a few asked twice. It is made for the whole home: one page of the web
	// makes a phone ask it more, and faster. Whether the router's web pages answer at the same
	// moment makes no difference to it.
	resolverGap          = sturdyGap
	maxResolverQuestions = 256
	// maxUnanswered is how many questions may stay without an answer before it is asked no more:
	// the router has no name server then. Once it has answered, silence is a lost packet.
	maxUnanswered = 2

	// maxAskBytes is the longest request body that is sent. All of ours are fixed texts.
	maxAskBytes = 4 << 10

	// maxNotes is how many requests per device the ledger lists; the sums go on.
	maxNotes = 200
)

// Limits on logins. Cheap cameras lock after five failures for half an hour, printers
// after three (Lexmark MX6500e manual, page 178); Huawei inverters after five.
const (
	// MaxFailedTriesPerRound is how many failed logins one device may see in a round.
	MaxFailedTriesPerRound = 1
	// MaxFailedTriesPerDay is how many it may see in any 24 hours, over restarts.
	MaxFailedTriesPerDay = 2
	// maxLoginRequests is how many requests one login may take: a challenge, the answer, the page
	// that proves it, and signing out.
	maxLoginRequests = 6
	// MaxTriesPerRound is how many logins one device may see in a round in all.
	MaxTriesPerRound = 3
	// ConnsPerLogin is how many connections must be left for a device before a login begins, so that
	// none ends half way: the page of its session, the login, signing out, and the proof.
	ConnsPerLogin = 4
)

// forbidden reports whether nothing may ever be sent to a TCP port. Printers print what
// arrives at 9100-9107 and 515, whatever it is (nmap-service-probes, Exclude).
func forbidden(port uint16) bool { return port == 0 || port == 515 || (port >= 9100 && port <= 9107) }
