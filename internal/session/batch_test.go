package session

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"beckon/internal/protocol"
)

// TestACrowdComesAtOnce has many log in within one window, each of whom is due all who come behind it and nobody
// else: the frames of all of them are made of the same bytes.
func TestACrowdComesAtOnce(t *testing.T) {
	for _, dialect := range []protocol.Dialect{protocol.Plain, protocol.V1} {
		for _, leaver := range []int{-1, 0, 90, 149} {
			t.Run(fmt.Sprint(dialect, " ", leaver), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { crowdComes(t, dialect, leaver) })
			})
		}
	}
}

func crowdComes(t *testing.T, dialect protocol.Dialect, leaver int) {
	const crowd = 150
	b := newV1Bench(roomy)
	open := b.openV1
	if dialect == protocol.Plain {
		open = b.open
	}
	var conns []*fakeConn
	for i := range crowd {
		conn, says := open(t, login(fmt.Sprint("user", i)))
		conns = append(conns, conn)
		if i == leaver {
			says.Text([]byte(`{"type":"leave"}`))
		}
	}
	settle()
	for i, conn := range conns {
		if i == leaver {
			continue
		}
		var knows []string
		for _, line := range strings.Split(conn.take(t), "\n") {
			knows = told(t, knows, line)
		}
		slices.Sort(knows)
		var want []string
		for j := range crowd {
			if j != i && j != leaver {
				want = append(want, fmt.Sprint("user", j))
			}
		}
		slices.Sort(want)
		if !slices.Equal(knows, want) {
			t.Fatalf("user%d knows %v", i, knows)
		}
	}
}

// told is who a client knows after one more message; whoever it is told of twice is in it twice.
func told(t *testing.T, knows []string, line string) []string {
	t.Helper()
	type user struct{ UserName string }
	var m struct {
		Type                string
		User                user
		Users, Joined, Left []user
	}
	if err := json.Unmarshal([]byte(line), &m); err != nil {
		t.Fatalf("%v in %s", err, line)
	}
	joined, left := append(m.Users, m.Joined...), m.Left
	switch m.Type {
	case "updateUsers":
		joined = append(joined, m.User)
	case "leave":
		left = append(left, m.User)
	}
	for _, u := range left {
		i := slices.Index(knows, u.UserName)
		if i < 0 {
			t.Fatalf("%s left, who was not there", u.UserName)
		}
		knows = slices.Delete(knows, i, i+1)
	}
	for _, u := range joined {
		knows = append(knows, u.UserName)
	}
	return knows
}
