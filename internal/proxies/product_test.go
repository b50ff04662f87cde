//go:build unix

package proxies_test

import (
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// The timeouts of the pages are shortened in the tests, and so is the time between the server's pings.
const (
	timeout      = 60 // seconds, in all blocks
	pingInterval = 25 // seconds, the server's default
	haste        = 20 // how many times faster than in life the tests run
)

// What the pages say and what stands for it in the tests.
const (
	pageHost    = `chat\.example\.org`
	testHost    = "chat.localhost" // browsers look for it on this machine
	pageBackend = `127\.0\.0\.1:9000|/run/beckon/beckon\.sock`
	pageCert    = `/etc/letsencrypt/live/chat\.example\.org/fullchain\.pem`
	pageKey     = `/etc/letsencrypt/live/chat\.example\.org/privkey\.pem`
)

var quick = fmt.Sprint(timeout / haste)

// product is one of the four servers.
type product struct {
	name    string // as the pages' code blocks are called
	program string
	binary  string // Debian's package of it

	// swaps are what differs in the block, beside the address of the server.
	swaps func(f *front) []swap
	// around is the whole configuration with the block in it, as Debian's packages have it but for the daemon's files.
	around func(f *front, block string) string
	// arguments run it in the foreground with a configuration file.
	arguments func(f *front) []string
	// reload is the signal for it, or none where a command does it.
	reload syscall.Signal

	keepsOnReload bool // open WebSockets outlive a reload
	cutsIdle      bool // idle WebSockets are cut after the timeout
}

var products = []*product{nginx, apache, caddy, haproxy}

var nginx = &product{
	name: "nginx", program: "nginx", binary: "nginx",
	swaps: func(f *front) []swap {
		return []swap{
			{`listen 443 `, "listen " + f.addr() + " "}, {pageCert, f.pki.cert}, {pageKey, f.pki.key}, {pageHost, testHost},
			{`60s`, quick + "s"},
		}
	},
	around: func(f *front, block string) string {
		var temporary strings.Builder
		for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
			fmt.Fprintf(&temporary, "    %s_temp_path %s/%s;\n", kind, f.dir, kind)
		}
		return fmt.Sprintf("%sdaemon off;\npid %[2]s/pid;\nerror_log stderr;\nevents {}\nhttp {\n"+
			"    sendfile on;\n    tcp_nopush on;\n    types_hash_max_size 2048;\n    gzip on;\n    access_log off;\n%[3]s%[4]s}\n",
			nginxUser(), f.dir, temporary.String(), block)
	},
	arguments: func(f *front) []string { return []string{"-e", "stderr", "-p", f.dir, "-c", f.config()} },
	reload:    syscall.SIGHUP, keepsOnReload: true, cutsIdle: true,
}

// nginxUser keeps a root's nginx from giving its workers to another user, who may not read the test's folder.
func nginxUser() string {
	me, err := user.Current()
	if err != nil || me.Uid != "0" {
		return ""
	}
	return "user " + me.Username + ";\n"
}

var apache = &product{
	name: "apache", program: "apache2", binary: "apache2-bin",
	swaps: func(f *front) []swap {
		return []swap{
			{`\*:443`, "*:" + f.port}, {pageCert, f.pki.cert}, {pageKey, f.pki.key}, {pageHost, testHost},
			{`Timeout 60`, "Timeout " + quick},
		}
	},
	around: func(f *front, block string) string {
		return fmt.Sprintf("ServerRoot %s\nPidFile pid\nDefaultRuntimeDir %[1]s\nErrorLog /dev/stderr\n"+
			"Listen %s\nServerName localhost\n%s%s%s",
			f.dir, f.addr(), apacheUser(), apacheModules(block), block)
	},
	arguments: func(f *front) []string { return []string{"-D", "FOREGROUND", "-f", f.config()} },
	reload:    syscall.SIGUSR1, keepsOnReload: true, cutsIdle: true,
}

// apacheUser is for root, who may not be the one who serves.
func apacheUser() string {
	if os.Getuid() != 0 {
		return ""
	}
	return "User nobody\nGroup nogroup\n"
}

// apacheModules loads the modules that Debian enables by itself, with what it sets for them, and those that the block
// says to enable, with the ones that they need.
func apacheModules(block string) string {
	const folder = "/usr/lib/apache2/modules"
	names := strings.Fields("mpm_event authz_core authz_host alias dir env filter mime deflate reqtimeout setenvif negotiation")
	needs := map[string]string{"proxy_http": "proxy", "ssl": "socache_shmcb"}
	first, _, _ := strings.Cut(block, "\n")
	for _, name := range strings.Fields(strings.TrimPrefix(first, "# a2enmod ")) {
		if need := needs[name]; need != "" {
			names = append(names, need)
		}
		names = append(names, name)
	}
	var lines strings.Builder
	for _, name := range names {
		fmt.Fprintf(&lines, "LoadModule %s_module %s/mod_%[1]s.so\n", name, folder)
	}
	lines.WriteString("TypesConfig /dev/null\nRequestReadTimeout header=20-40,minrate=500\nRequestReadTimeout body=10,minrate=500\n" +
		"AddOutputFilterByType DEFLATE text/html text/plain text/css application/javascript\n" +
		"<Directory />\nRequire all denied\n</Directory>\n")
	return lines.String()
}

var caddy = &product{
	name: "caddy", program: "caddy", binary: "caddy",
	// Its port and its certificate are settings around the block: it makes one with the test's authority.
	swaps: func(*front) []swap { return []swap{{pageHost, testHost}} },
	around: func(f *front, block string) string {
		return fmt.Sprintf("{\n\tadmin 127.0.0.1:%s\n\thttps_port %s\n\tdefault_bind 127.0.0.1\n\tauto_https disable_redirects\n"+
			"\tlocal_certs\n\tskip_install_trust\n\tpki {\n\t\tca local {\n\t\t\troot {\n\t\t\t\tformat pem_file\n"+
			"\t\t\t\tcert %s\n\t\t\t\tkey %s\n\t\t\t}\n\t\t}\n\t}\n}\n%s",
			f.admin, f.port, f.pki.rootCert, f.pki.rootKey, block)
	},
	arguments: func(f *front) []string { return []string{"run", "--adapter", "caddyfile", "--config", f.config()} },
}

var haproxy = &product{
	name: "haproxy", program: "haproxy", binary: "haproxy",
	swaps: func(f *front) []swap {
		return []swap{
			{`bind :443 `, "bind " + f.addr() + " "}, {`/etc/haproxy/chat\.example\.org\.pem`, f.pki.both},
			{`60s`, quick + "s"},
		}
	},
	around: func(f *front, block string) string {
		return "global\n    log stderr local0 notice\n\n" +
			"defaults\n    log global\n    mode http\n    option httplog\n    option dontlognull\n" +
			"    timeout connect 5000\n    timeout client 50000\n    timeout server 50000\n\n" + block
	},
	arguments: func(f *front) []string { return []string{"-W", "-f", f.config()} },
	reload:    syscall.SIGUSR2, keepsOnReload: true, cutsIdle: true,
}

// path is where the program is. Debian keeps servers where only root looks for programs.
func (p *product) path(t *testing.T) string {
	t.Helper()
	folders := append(filepath.SplitList(os.Getenv("PATH")), "/usr/sbin", "/usr/local/sbin")
	for _, folder := range folders {
		file := filepath.Join(folder, p.program)
		if info, err := os.Stat(file); err == nil && info.Mode()&0o111 != 0 && !info.IsDir() {
			return file
		}
	}
	t.Fatalf("%s is not installed (Debian's package %s): run make deps", p.program, p.binary)
	return ""
}
