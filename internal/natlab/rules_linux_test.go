package natlab_test

import "strings"

// ruleset is what makes a router of a kind, in the language of nft.
//
// Connection tracking keeps the port of a mapping where it can, and one host behind each router always can: so all
// flows of a socket are mapped alike, unless fully-random asks for the contrary. What comes in unasked is dropped before
// it is tracked: else it would occupy the mapping that the same flow needs when it goes out.
func ruleset(k kind) string {
	rules := strings.NewReplacer(
		"LET_OUT", map[bool]string{false: "accept", true: "tcp dport 443 accept"}[k == blocked],
		"MASQUERADE", map[bool]string{false: "masquerade", true: "masquerade fully-random"}[k == symmetric],
	).Replace(`
table inet firewall {
	chain input {
		type filter hook input priority 0;
		iifname "wan" meta l4proto { tcp, udp } ct state new drop
	}
	chain forward {
		type filter hook forward priority 0; policy drop;
		ct state established,related accept
		iifname "lan" LET_OUT
		ct status dnat accept
	}
}
table ip nat {
	chain out {
		type nat hook postrouting priority 100;
		oifname "wan" MASQUERADE
	}
}
`)
	if k == fullCone {
		rules += openPorts
	}
	return rules
}

// openPorts lets everybody reach the ports that something was sent from.
const openPorts = `
table ip nat {
	map inside {
		type inet_service : ipv4_addr
		flags dynamic, timeout
		timeout 5m
		size 65535
	}
	chain learn {
		type filter hook forward priority 10;
		iifname "lan" oifname "wan" meta l4proto udp update @inside { udp sport : ip saddr }
	}
	chain in {
		type nat hook prerouting priority -100;
		iifname "wan" meta l4proto udp dnat to udp dport map @inside
	}
}
`
