package auth

import (
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestGrant(t *testing.T) {
	v := newHS256(t, Options{})
	for name, c := range map[string]struct {
		claims fields
		want   Grant
	}{
		"nothing":       {nil, Grant{AnyRoom: true}},
		"a name":        {fields{"sub": " Ana\u202e"}, Grant{Name: " Ana\u202e", HasName: true, AnyRoom: true}},
		"a room":        {fields{"room": "den"}, Grant{Rooms: []string{"den"}}},
		"the lobby":     {fields{"room": ""}, Grant{Rooms: []string{""}}},
		"rooms":         {fields{"room": []string{"den", ""}}, Grant{Rooms: []string{"den", ""}}},
		"no room":       {fields{"room": []string{}}, Grant{Rooms: []string{}}},
		"other members": {fields{"SUB": "x", "Room": 1, "jti": "1", "aud": "a", "iss": "i"}, Grant{AnyRoom: true}},
	} {
		t.Run(name, func(t *testing.T) {
			c.want.Expires = time.Unix(in(time.Hour), 0)
			got := accept(t, v, hs(fields{"exp": c.want.Expires.Unix()}.with(c.claims)))
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestClaimsOfTheWrongKind(t *testing.T) {
	v := newHS256(t, Options{})
	for claim, values := range map[string][]any{
		"exp":  {"1999999999", true, []int{1}, -1, 1e300, 4e12, jsonNull},
		"nbf":  {"0", -1, 1e300, jsonNull},
		"iat":  {"0", -1, 1e300, jsonNull},
		"sub":  {"", 1, []string{"ana"}, jsonNull},
		"room": {1, true, []any{"den", 1}, []any{[]any{"den"}}, fields{"den": 1}, jsonNull},
	} {
		for _, value := range values {
			refusal := refuse(t, v, hs(hour().with(fields{claim: value})), BadClaim)
			if refusal.Claim != claim || !strings.Contains(refusal.Error(), claim+" claim must be") {
				t.Errorf("%s %v: %v", claim, value, refusal)
			}
		}
	}
	refuse(t, v, hs(fields{"sub": "ana"}), NoExpiry)
	refuse(t, v, hs(fields{"exp": 0}), NoExpiry)
}

// Where another claim than sub holds the name, sub is of no interest, and there is no way around the claim.
func TestNameClaim(t *testing.T) {
	for _, claim := range []string{"preferred_username", "name", "https://example.org/name", "user.name"} {
		v := newHS256(t, Options{NameClaim: claim})
		id := fields{"sub": "6f1c4d1e-98a5-4b7c-8a53-0f6f0b5d8c11"}
		got := accept(t, v, hs(hour().with(id).with(fields{claim: "Ana Mar\u00eda"})))
		if got.Name != "Ana Mar\u00eda" || !got.HasName {
			t.Errorf("%s: granted %+v", claim, got)
		}
		accept(t, v, hs(hour().with(fields{claim: "ana", "sub": 1})))
		for _, value := range []any{nil, "", 1, []string{"ana"}, fields{"name": "ana"}, jsonNull} {
			refusal := refuse(t, v, hs(hour().with(id).with(fields{claim: value})), BadClaim)
			if want := "The token needs a " + claim + " claim that is the user's name"; refusal.Error() != want {
				t.Errorf("%v: %v, want %s", value, refusal, want)
			}
		}
	}
	nested := hs(hour().with(fields{"user": fields{"name": "ana"}}))
	refuse(t, newHS256(t, Options{NameClaim: "user.name"}), nested, BadClaim)
	accept(t, newHS256(t, Options{NameClaim: "sub"}), hs(hour()))
}

// jsonNull is a null that fields.with does not take for a member to leave out.
var jsonNull = (*int)(nil)

func TestTimes(t *testing.T) {
	const tick = time.Second
	for name, c := range map[string]struct {
		claim string
		from  time.Duration // from now
		want  Reason        // 0 for none
	}{
		"expires soon":          {"exp", tick, 0},
		"expires now":           {"exp", 0, 0},
		"expired in the leeway": {"exp", -Leeway + tick, 0},
		"expired":               {"exp", -Leeway, Expired},
		"expired long ago":      {"exp", -9000 * time.Hour, Expired},
		"began":                 {"nbf", -tick, 0},
		"begins in the leeway":  {"nbf", Leeway, 0},
		"begins later":          {"nbf", Leeway + tick, NotYet},
		"issued":                {"iat", -tick, 0},
		"issued in the leeway":  {"iat", Leeway, 0},
		"issued in the future":  {"iat", Leeway + tick, NotYet},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v := newHS256(t, Options{})
				token := hs(hour().with(fields{c.claim: in(c.from)}))
				if c.want == 0 {
					accept(t, v, token)
				} else {
					refuse(t, v, token, c.want)
				}
			})
		})
	}
}

// A login ends when its token expires; one that the leeway let in does not end at once.
func TestExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newHS256(t, Options{})
		start := time.Now()
		token := hs(fields{"exp": in(time.Minute)})
		for _, c := range []struct{ at, want time.Duration }{
			{0, time.Minute},
			{time.Minute - 1, time.Minute},
			{time.Minute, time.Minute + Leeway},
			{time.Minute + Leeway - 1, time.Minute + Leeway},
		} {
			time.Sleep(time.Until(start.Add(c.at)))
			if got := accept(t, v, token).Expires.Sub(start); got != c.want {
				t.Errorf("after %v: expires after %v, want %v", c.at, got, c.want)
			}
		}
		time.Sleep(time.Nanosecond)
		refuse(t, v, token, Expired)
	})
}

func TestAudienceAndIssuer(t *testing.T) {
	for name, c := range map[string]struct {
		opts   Options
		claims fields
		want   Reason // 0 for none
	}{
		"none asked for":     {Options{}, fields{"aud": "x", "iss": "x"}, 0},
		"issuer":             {Options{Issuer: "i"}, fields{"iss": "i"}, 0},
		"no issuer":          {Options{Issuer: "i"}, nil, Issuer},
		"other issuer":       {Options{Issuer: "i"}, fields{"iss": "I"}, Issuer},
		"issuers":            {Options{Issuer: "i"}, fields{"iss": []string{"i"}}, Issuer},
		"audience":           {Options{Audience: "a"}, fields{"aud": "a"}, 0},
		"audiences":          {Options{Audience: "a"}, fields{"aud": []string{"b", "a"}}, 0},
		"no audience":        {Options{Audience: "a"}, nil, Audience},
		"other audience":     {Options{Audience: "a"}, fields{"aud": "b"}, Audience},
		"other audiences":    {Options{Audience: "a"}, fields{"aud": []string{"b", "A"}}, Audience},
		"odd audience":       {Options{Audience: "a"}, fields{"aud": 1}, Audience},
		"empty audience":     {Options{Audience: "a"}, fields{"aud": ""}, Audience},
		"both":               {Options{Issuer: "i", Audience: "a"}, fields{"iss": "i", "aud": "a"}, 0},
		"both, wrong issuer": {Options{Issuer: "i", Audience: "a"}, fields{"aud": "a"}, Issuer},
		"both, no audience":  {Options{Issuer: "i", Audience: "a"}, fields{"iss": "i"}, Audience},
	} {
		t.Run(name, func(t *testing.T) {
			v, token := newHS256(t, c.opts), hs(hour().with(c.claims))
			if c.want == 0 {
				accept(t, v, token)
			} else {
				refuse(t, v, token, c.want)
			}
		})
	}
}
