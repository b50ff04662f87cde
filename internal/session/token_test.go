package session

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"beckon/internal/auth"
	"beckon/internal/protocol"
)

// tokens is a Verifier that knows a few tokens.
type tokens map[string]auth.Grant

func (t tokens) Verify(token string) (auth.Grant, error) {
	if grant, ok := t[token]; ok {
		return grant, nil
	}
	return auth.Grant{}, errors.New("the token is not known")
}

func loginWith(name, room, token string) string {
	return `{"type":"login","name":"` + name + `","room":"` + room + `","token":"` + token + `"}`
}

func TestTokensDecideWhoComesIn(t *testing.T) {
	b := newV1Bench(roomy)
	b.opts.Tokens = tokens{
		"any":   {AnyRoom: true},
		"ana":   {AnyRoom: true, Name: "Ana", HasName: true},
		"den":   {Rooms: []string{"Den", "attic"}},
		"lobby": {Rooms: []string{""}},
		"none":  {},
		"ali":   {AnyRoom: true, Name: "علی\u200cرضا", HasName: true},
		"sri":   {Rooms: []string{"ශ\u0dca\u200dර\u0dd3"}, Name: "👨\u200d👩\u200d👧 ❤\ufe0f", HasName: true},
	}
	tests := map[string]struct{ say, want string }{
		"none":              {login("Zoe"), "the token is not known"},
		"unknown":           {loginWith("Zoe", "", "x"), "the token is not known"},
		"any":               {loginWith("Zoe", "", "any"), `"success":true`},
		"right name":        {loginWith("ANA", "", "ana"), `"success":true`},
		"wrong name":        {loginWith("Bob", "", "ana"), `The token is for \"Ana\"`},
		"right room":        {loginWith("Bob", "DEN", "den"), `"success":true`},
		"wrong room":        {loginWith("Bob", "cellar", "den"), "not for this room"},
		"not the lobby":     {loginWith("Bob", "", "den"), "not for this room"},
		"the lobby":         {loginWith("Eve", "", "lobby"), `"success":true`},
		"but no room":       {loginWith("Eve", "den", "lobby"), "not for this room"},
		"a list of nothing": {loginWith("Max", "", "none"), "not for this room"},
		"joiners":           {loginWith("علی\u200cرضا", "", "ali"), `"success":true`},
		"without joiners":   {loginWith("علیرضا", "ali", "ali"), `"success":true`},
		"emoji of several":  {loginWith("👨\u200d👩\u200d👧 ❤\ufe0f", "ශ\u0dca\u200dර\u0dd3", "sri"), `"success":true`},
		"not that emoji":    {loginWith("👨\u200d👩\u200d👦 ❤\ufe0f", "ශ\u0dca\u200dර\u0dd3", "sri"), "The token is for"},
	}
	for name, test := range tests {
		conn, _ := b.openV1(t, test.say)
		got := conn.take(t)
		if !strings.Contains(got, test.want) || strings.Contains(got, `"success":false`) != strings.Contains(got, `"unauthorized"`) {
			t.Errorf("%s: got %s", name, got)
		}
	}
}

func TestTheGreetingSaysWhetherATokenIsWanted(t *testing.T) {
	b := newV1Bench(roomy)
	without, _ := b.open(t)
	expect(t, without, greeting)
	b.opts.Tokens = tokens{}
	b.Server = NewServer(b.opts)
	with, _ := b.open(t)
	expect(t, with, `{"type":"connect","message":"Well hello there, I am a WebSocket server","tokenRequired":true}`)
}

func TestATokenThatExpiresEndsTheStay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newV1Bench(roomy)
		in := func(d time.Duration) auth.Grant { return auth.Grant{AnyRoom: true, Expires: time.Now().Add(d)} }
		b.opts.Tokens = tokens{"short": in(time.Hour), "long": in(2 * time.Hour)}
		plain, _ := b.open(t, loginWith("Ana", "", "short"))
		v1, _ := b.openV1(t, loginWith("Bob", "", "short"))
		renewed, _ := b.openV1(t, loginWith("Eve", "", "short"))
		out, outSays := b.open(t, loginWith("Zoe", "", "short"))
		outSays.Text([]byte(`{"type":"leave"}`))
		outSays.Text([]byte(loginWith("Zoe", "", "long")))
		token := tokenIn(t, renewed.take(t))
		again, _ := b.openV1(t, `{"type":"login","name":"Eve","session":"`+token+`","received":0,"token":"long"}`)
		time.Sleep(time.Hour - time.Second)
		synctest.Wait()
		if plain.why() != 0 || v1.why() != 0 {
			t.Errorf("ended too early: %s, %s", plain.why(), v1.why())
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		for name, conn := range map[string]*fakeConn{"plain": plain, "v1": v1} {
			if conn.why() != protocol.EndTokenExpired {
				t.Errorf("%s: ended by %s", name, conn.why())
			}
		}
		if again.why() != 0 || out.why() != 0 {
			t.Errorf("with a newer token: %s, %s", again.why(), out.why())
		}
		if users := b.opts.Hub.Users(); users != 3 { // Ana's reader has yet to notice
			t.Errorf("%d users", users)
		}
	})
}
