package protocol

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// usersOf are the given users.
func usersOf(users ...User) Users {
	var r Roster
	for i := range users {
		r.Add(&users[i])
	}
	return r.Users()
}

// decoded is what a client reads in a login reply, as id and name.
func decoded(t interface{ Fatal(...any) }, u Users) map[string]string {
	var reply struct {
		Users []struct{ ID, UserName string }
	}
	if err := json.Unmarshal(loggedIn(Welcome{Users: u, ICEServers: []byte("[]")}), &reply); err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, user := range reply.Users {
		if _, twice := found[user.ID]; twice {
			t.Fatal(user.ID, "is there twice")
		}
		found[user.ID] = user.UserName
	}
	return found
}

// TestRosterAgreesWithMap also looks at rosters that were taken some changes ago.
func TestRosterAgreesWithMap(t *testing.T) {
	type member struct {
		User
		page int
	}
	type moment struct {
		users Users
		want  map[string]string
	}
	rapid.Check(t, func(t *rapid.T) {
		var roster Roster
		var there []*member
		var taken []moment
		most := 0
		steps := rapid.IntRange(1, 6*pageUsers).Draw(t, "steps")
		leaving := rapid.IntRange(1, 9).Draw(t, "leaving of ten")
		for i := range steps {
			if len(there) > 0 && rapid.IntRange(0, 9).Draw(t, "who") < leaving {
				n := rapid.IntRange(0, len(there)-1).Draw(t, "n")
				roster.Remove(&there[n].User, there[n].page)
				there = slices.Delete(there, n, n+1)
			} else {
				m := &member{User: User{ID: fmt.Sprint("id", i), Name: fmt.Sprintf("\"%d\"", i)}}
				m.page = roster.Add(&m.User)
				there = append(there, m)
				most = max(most, len(there))
			}
			if i%17 != 0 {
				continue
			}
			want := map[string]string{}
			for _, m := range there {
				want[m.ID] = m.Name
			}
			taken = append(taken, moment{roster.Users(), want})
			if len(there) > 0 {
				but := maps.Clone(want)
				delete(but, there[0].ID)
				taken = append(taken, moment{roster.Others(&there[0].User, there[0].page), but})
			}
		}
		for i, m := range taken {
			if got := decoded(t, m.users); !maps.Equal(got, m.want) {
				t.Fatalf("moment %d: got %v, want %v", i, got, m.want)
			}
			if all := slices.Collect(m.users.All()); len(all) != len(m.want) {
				t.Fatalf("moment %d: %d users, want %d", i, len(all), len(m.want))
			}
		}
		if pages, least := len(roster.pages), (most+pageUsers-1)/pageUsers; pages > least {
			t.Fatalf("%d pages for %d users at most, want %d", pages, most, least)
		}
	})
}

func TestRosterEncodesOnlyWhatChanged(t *testing.T) {
	var roster Roster
	users := make([]User, 10*pageUsers)
	pages := make([]int, len(users))
	for i := range users {
		users[i] = User{ID: fmt.Sprint(i), Name: "Ana"}
		pages[i] = roster.Add(&users[i])
	}
	before := roster.Users()
	before.bytes()
	roster.Remove(&users[0], pages[0])
	pages[0] = roster.Add(&users[0])
	after := roster.Users()
	same := 0
	for i, p := range after.pages {
		if p == before.pages[i] && p.encoded != nil {
			same++
		}
	}
	if same != len(after.pages)-1 {
		t.Errorf("%d of %d pages are as they were", same, len(after.pages))
	}
}

func TestLoginReplySharesTheRoster(t *testing.T) {
	var roster Roster
	for i := range 1000 {
		roster.Add(&User{ID: fmt.Sprint(i), Name: "Ana"})
	}
	users := roster.Users()
	w := Welcome{Users: users, ICEServers: []byte("[]")}
	one, other := LoggedIn(nil, w), LoggedIn(nil, w)
	for i := 1; i < len(one)-1; i++ {
		if &one[i][0] != &other[i][0] {
			t.Errorf("part %d is not shared", i)
		}
	}
	const most = 4 // the head, the end, the slice of parts; one more with the race detector
	if allocs := testing.AllocsPerRun(10, func() { LoggedIn(nil, w) }); allocs > most {
		t.Errorf("%v allocations", allocs)
	}
}

// loggedIn is LoggedIn in one piece.
func loggedIn(w Welcome) []byte { return slices.Concat(LoggedIn(nil, w)...) }
