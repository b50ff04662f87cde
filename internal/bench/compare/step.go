package compare

import (
	"fmt"
	"time"

	"beckon/internal/bench/scenario"
)

// The steps.
const (
	flatOut    = "relay, as fast as it goes"
	flatOutTLS = "relay, as fast as it goes, TLS"
	switched   = "relay, as fast as it goes, with something off"
	steady     = "relay, 5,000 per second"
	half       = "relay, half of what npm peer can do"
	ownHalf    = "relay, half of what it can do itself"
	manyRooms  = "relay, rooms of two"
	oneRoom    = "relay, one room"
	atRest     = "idle"
	atRestTLS  = "idle, TLS"
	stalled    = "slow readers"
	comings    = "churn"
)

// step is one measurement of one or more contenders.
type step struct {
	name       string
	contenders []string
	rounds     int // at most; 0 is in every round
	tls        bool
	load       func(contender string) load
}

// size chooses the number of the full comparison or that of the quick one.
func (c *comparison) size(full, quick int) int {
	if c.Quick {
		return quick
	}
	return full
}

// storms are the sizes of the crowds that log in at once.
func (c *comparison) storms() [2]int { return [2]int{c.size(2000, 300), c.size(4000, 600)} }

func stormOf(users int) string { return fmt.Sprintf("storm of %d", users) }

// steps are all measurements of a round, in order.
func (c *comparison) steps() []step {
	steps := c.relays()
	for _, users := range c.storms() {
		storm := scenario.Storm{Users: []int{users}}
		steps = append(steps,
			step{name: stormOf(users), contenders: []string{plain, v1}, load: always(storm)},
			step{name: stormOf(users), contenders: []string{tutorial}, rounds: 1, load: always(storm)},
		)
	}
	churn := scenario.Churn{Users: c.size(10_000, 1000), Rate: 100, Stay: 500 * time.Millisecond, Duration: c.measuring()}
	slow := scenario.Slow{Readers: 5, Rate: 4000, Pairs: 50, PairsRate: 1000, Buffer: 64 << 10, Duration: 5 * time.Second, Stall: 17 * time.Second}
	return append(steps,
		step{name: atRest, contenders: []string{v1, peer}, rounds: 1, load: always(c.idle(c.size(15_000, 1500)))},
		step{name: atRestTLS, contenders: []string{v1}, rounds: 1, tls: true, load: always(c.idle(c.size(5000, 500)))},
		step{name: stalled, contenders: []string{v1, plain}, load: always(slow)},
		step{name: stalled, contenders: []string{peer}, rounds: 1, load: always(slow)},
		step{name: comings, contenders: []string{v1}, load: always(churn)},
	)
}

func (c *comparison) relays() []step {
	relay := scenario.Relay{Pairs: 100, Window: 2, Warmup: time.Second, Duration: c.measuring()}
	paced, crowded := relay, relay
	paced.Rate = 5000
	crowded.Pairs, crowded.Rate = c.size(9000, 500), 20_000
	spread, together := crowded, crowded
	spread.Rooms, together.Rooms = crowded.Pairs, 1
	halfOf := func(contender string) load {
		load := relay
		if most, err := c.median(flatOut, contender, "messages_per_second"); err == nil {
			load.Rate = most / 2
		}
		return load
	}
	fewer := []string{v1}
	for _, f := range features() {
		fewer = append(fewer, f.contender)
	}
	return []step{
		{name: flatOut, contenders: []string{v1, floor, plain, peer}, load: always(relay)},
		{name: steady, contenders: []string{v1, floor, plain, peer}, load: always(paced)},
		{name: half, contenders: []string{v1, plain, peer}, load: func(string) load { return halfOf(peer) }},
		{name: ownHalf, contenders: []string{v1, plain}, rounds: 1, load: halfOf},
		{name: switched, contenders: fewer, load: always(relay)},
		{name: flatOutTLS, contenders: []string{v1}, tls: true, load: always(relay)},
		{name: manyRooms, contenders: []string{v1}, rounds: 1, load: always(spread)},
		{name: oneRoom, contenders: []string{v1}, rounds: 1, load: always(together)},
	}
}

func (c *comparison) idle(users int) scenario.Idle {
	return scenario.Idle{Users: []int{users / 3, users}, Settle: 2 * time.Second, Duration: c.measuring()}
}

// measuring is how long a measurement takes.
func (c *comparison) measuring() time.Duration {
	return time.Duration(c.size(3, 1)) * time.Second
}

func always(l load) func(string) load { return func(string) load { return l } }
