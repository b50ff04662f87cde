package app

import (
	"math"
	"net"
	"os"
	"slices"

	"github.com/rs/zerolog"

	"beckon/internal/config"
	"beckon/internal/hub"
	"beckon/internal/listen"
	"beckon/internal/ratelimit"
	"beckon/internal/replay"
	"beckon/internal/share"
)

// loginsPerSecond is how many logins one connection may make in a second if it sends nothing else.
const loginsPerSecond = 20

// burst is how many seconds' worth a client may send, or begin, at once.
const burst = 4

// limits are those of all connections, and of those of each address but the machine's own.
func limits(cfg config.Config) ratelimit.Limits {
	limits := perAddress(config.PerAddress{
		Connections: cfg.MaxConnectionsPerIP, HandshakesPerSecond: cfg.HandshakesPerSecondPerIP, LoginsPerSecond: cfg.LoginsPerSecondPerIP,
	})
	limits.Connections = fitting(cfg.MaxConnections)
	return limits
}

// localLimits are those of the connections of each of the machine's own addresses.
func localLimits(cfg config.Config) ratelimit.Limits { return perAddress(cfg.Limits.Local()) }

func perAddress(of config.PerAddress) ratelimit.Limits {
	return ratelimit.Limits{
		GroupConnections: of.Connections,
		HandshakeRate:    float64(of.HandshakesPerSecond),
		HandshakeBurst:   burst * of.HandshakesPerSecond,
		LoginRate:        float64(of.LoginsPerSecond),
		LoginBurst:       burst * of.LoginsPerSecond,
	}
}

func hubBounds(cfg config.Config) hub.Bounds {
	return hub.Bounds{MaxUsers: cfg.MaxUsers, MaxRooms: cfg.MaxRooms, MaxRoomUsers: cfg.MaxRoomUsers}
}

func pacer(cfg config.Config) *ratelimit.Pacer {
	return ratelimit.NewPacer(ratelimit.Budget{
		MessageRate: float64(cfg.MessagesPerSecond), MessageBurst: burst * cfg.MessagesPerSecond,
		ByteRate: float64(cfg.BytesPerSecond), ByteBurst: burst * cfg.BytesPerSecond,
	})
}

// What may be under way to one client before it acknowledges some of it; less where the outbox is smaller.
const (
	windowBytes  = 256 << 10
	windowFrames = 1024
)

func backlog(cfg config.Config) replay.Limits {
	most := share.Tally{Bytes: unbounded(cfg.BacklogBytes), Frames: unbounded(cfg.BacklogMessages)}
	return replay.Limits{
		Bytes:        most.Bytes,
		Frames:       most.Frames,
		Others:       share.Of(most, cfg.SenderSharePercent),
		WindowBytes:  min(windowBytes, unbounded(cfg.OutboxBytes)/2),
		WindowFrames: max(1, min(windowFrames, unbounded(cfg.OutboxMessages)/4)),
	}
}

// adminHosts are the names by which the admin listener may be asked for, besides localhost and addresses: those
// of this machine.
func adminHosts(cfg config.Config) []string {
	var hosts []string
	if host, _, err := net.SplitHostPort(cfg.Admin); err == nil && host != "" {
		hosts = append(hosts, host)
	}
	if host, err := os.Hostname(); err == nil {
		hosts = append(hosts, host)
	}
	return hosts
}

// unbounded turns the 0 of a setting into the bound that it stands for.
func unbounded(n int) int {
	if n == 0 {
		return math.MaxInt
	}
	return n
}

// warnOfHosts tells the operator of a server that pages of any site can use for an attacker who is elsewhere: it asks
// for no token, and knows no names by which to tell its own page from theirs.
func warnOfHosts(cfg config.Config, listeners []net.Listener, log zerolog.Logger) {
	tokens := cfg.AuthJWTSecretFile != "" || cfg.AuthJWKSFile != "" || cfg.AuthJWKSURL != ""
	named := len(cfg.AllowedHosts) > 0 || len(cfg.ACMEDomains) > 0 || cfg.TLSCert != ""
	if tokens || named || !slices.ContainsFunc(listeners, isPublic) {
		return
	}
	log.Warn().Msg("any website can use this server through its visitors' browsers (DNS rebinding): name the hosts that are yours with --allowed-host, or ask for tokens")
}

// isPublic tells whether other machines may reach a listener.
func isPublic(ln net.Listener) bool {
	tcp, ok := ln.Addr().(*net.TCPAddr)
	return ok && !tcp.IP.IsLoopback()
}

// besides is how many of the open files are for others than WebSockets: files, and sockets that are none, or not yet.
const besides = 100

// room is how many connections the system's limit on open files leaves room for; false where it sets none that matters.
// The soft limit has been raised to the hard one, which is the administrator's.
func room() (int, bool) {
	files, known := listen.MaxFiles()
	if !known || files > math.MaxInt32 {
		return 0, false
	}
	const part = 4 // at most, where there are few
	return int(files) - min(besides, int(files)/part), true
}

// fitting is how many connections may be open, so that those who come when there are too many can still be told.
func fitting(most int) int {
	room, known := room()
	if !known || most > 0 && most <= room {
		return most
	}
	return room
}

// compareFiles tells the operator of a bound that the system will not let the server reach. The default bound is
// nobody's wish: it counts where the system's is low.
func compareFiles(cfg config.Config, log zerolog.Logger) {
	const few = 10_000
	wanted := cfg.MaxConnections
	if wanted == 0 || wanted == config.DefaultMaxConnections {
		wanted = few
	}
	if room, known := room(); known && room < wanted {
		log.Warn().Int("max_connections", cfg.MaxConnections).Int("room_for", room).
			Msg("the system's limit on open files leaves room for fewer connections than --max-connections: raise it (ulimit -Hn, LimitNOFILE) or lower the setting")
	}
}

// warnOfStrays tells the operator of variables that look like settings. Their values may be secrets.
func warnOfStrays(input config.Input, log zerolog.Logger) {
	for _, stray := range input.Strays() {
		event := log.Warn().Str("variable", stray.Name)
		if stray.Near != "" {
			event.Str("nearest", stray.Near)
		}
		event.Msg("an environment variable that is no setting of this program: it is ignored")
	}
}

// warn tells the operator of settings that are allowed but hardly meant.
func warn(cfg config.Config, log zerolog.Logger) {
	if slices.Contains(cfg.AllowedOrigins, "*") {
		log.Warn().Msg("--allowed-origin * lets the pages of every site use this server from their visitors' browsers: name the origins that need it")
	}
	for _, server := range cfg.ICEServers {
		if server.LacksCredentials() && cfg.TURNSecretFile == "" {
			log.Warn().Stringer("server", server).
				Msg("browsers use no TURN server without credentials: write turn:USER:SECRET@HOST:PORT, or share a secret with it in --turn-secret-file")
		}
	}
}
