package ice

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const (
	secret = "0123456789abcdef0123456789abcdef"
	ana    = "6f1c4d1e-98a5-4b7c-8a53-0f6f0b5d8c11"
)

// The passwords are what openssl dgst -sha1 -hmac SECRET -binary | base64 makes of the user names.
func TestCredential(t *testing.T) {
	for _, c := range []struct {
		secret, id         string
		expires            time.Time
		username, password string
	}{
		{"north", "ninefingers", time.Unix(1_433_895_918, 0), "1433895918:ninefingers", "jy8hTxmOO7UtEKXqSkSlvakPVYA="},
		{secret, ana, time.Unix(1_800_000_000, 0), "1800000000:" + ana, "hY2UFprO0VOc+I3MCRk/AlpFLgs="},
		{secret, ana, time.Unix(1_800_000_000, 1), "1800000001:" + ana, "axi2bYSLZcysxeCYFhm5aDYIfEo="},
	} {
		username, password := Credential(c.secret, c.id, c.expires)
		if username != c.username || password != c.password {
			t.Errorf("%s until %v: got %s %s, want %s %s", c.id, c.expires, username, password, c.username, c.password)
		}
	}
}

// told is an RTCIceServer as a client reads it.
type told struct {
	URLs                 []string
	Username, Credential string
}

func decode(t *testing.T, list []byte) []told {
	t.Helper()
	var servers []told
	if err := json.Unmarshal(list, &servers); err != nil {
		t.Fatal(err)
	}
	return servers
}

func TestIssuerGivesCredentialsToThoseThatLackThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		i := NewIssuer(12 * time.Hour)
		i.Use([]Server{
			{URLs: []string{"stun:a"}}, {URLs: []string{"turn:b"}},
			{URLs: []string{"turn:c"}, Username: "own", Credential: "own secret"}, {URLs: []string{"turns:d"}},
		}, Secrets{secret, "another"})
		time.Sleep(time.Second / 2)
		given := i.Servers(User{ID: ana})
		username, password := Credential(secret, ana, time.Now().Add(12*time.Hour))
		want := fmt.Sprintf(`[{"urls":["stun:a"]},{"urls":["turn:b"],"username":%[1]q,"credential":%[2]q},`+
			`{"urls":["turn:c"],"username":"own","credential":"own secret"},{"urls":["turns:d"],"username":%[1]q,"credential":%[2]q}]`, username, password)
		if string(given.List) != want || given.TTL != 12*time.Hour || !given.Lapses {
			t.Errorf("got %s for %v\nwant %s", given.List, given.TTL, want)
		}
		if other := i.Servers(User{ID: "another"}); string(other.List) == string(given.List) {
			t.Error("two users have the same credentials")
		}
	})
}

func TestCredentialsEndWithTheStay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []struct{ ttl, stay, want time.Duration }{
			{time.Hour, 2 * time.Hour, time.Hour},
			{time.Hour, 10 * time.Minute, 10 * time.Minute},
			{time.Hour, time.Second, time.Minute},
			{time.Hour, -time.Second, time.Minute},
			{10 * time.Second, time.Second, 10 * time.Second},
		} {
			i := NewIssuer(c.ttl)
			i.Use([]Server{{URLs: []string{"turn:a"}}}, Secrets{secret})
			given := i.Servers(User{ID: ana, Until: time.Now().Add(c.stay)})
			wantName, _ := Credential(secret, ana, time.Now().Add(c.want))
			if given.TTL != c.want || decode(t, given.List)[0].Username != wantName {
				t.Errorf("%v of which %v are left: got %v, %s", c.ttl, c.stay, given.TTL, given.List)
			}
		}
	})
}

// After a rotation the new secret signs; the servers may be others, too.
func TestUseTakesThePlaceOfWhatWas(t *testing.T) {
	i := NewIssuer(time.Hour)
	if got := i.Servers(User{ID: ana}); string(got.List) != "[]" {
		t.Errorf("before any Use: %s", got.List)
	}
	for _, first := range []string{secret, strings.ToUpper(secret)} {
		servers := []Server{{URLs: []string{"turn:" + first}}}
		i.Use(servers, Secrets{first, secret})
		servers[0] = Server{}
		got := decode(t, i.Servers(User{ID: ana}).List)[0]
		expiry, _, _ := strings.Cut(got.Username, ":")
		var seconds int64
		fmt.Sscan(expiry, &seconds)
		if _, want := Credential(first, ana, time.Unix(seconds, 0)); got.Credential != want || got.URLs[0] != "turn:"+first {
			t.Errorf("with %s: got %+v", first, got.URLs)
		}
	}
}

func TestLoadSecrets(t *testing.T) {
	const other = "fedcba9876543210"
	for text, want := range map[string]string{
		secret:                                 secret,
		secret + "\n":                          secret,
		"\r\n  " + secret + "\t\r\n\n" + other: secret + " " + other,
		"":                                     "!there is no secret",
		" \n\n":                                "!there is no secret",
		secret + "\n\nfedcba987654321\n":       "!in line 3 is shorter than 16",
		"\ufeff" + secret:                      "!in line 1 begins with a byte order mark (EF BB BF)",
		other + "\n'" + secret + "'\n":         "!in line 2 has quotation marks around it",
		other + "\n" + secret + "\u200b\n":     "!in line 2 holds an invisible character (U+200B)",
		"\xff\xfe" + strings.Join(strings.Split(secret, ""), "\x00") + "\x00\r\x00\n\x00": "!in line 1 is UTF-16",
		secret + "\xe1":                          "!in line 1 is not UTF-8",
		secret + "\x00":                          "!in line 1 holds a NUL character (00), which is byte 33",
		strings.Repeat("x", 64<<10) + "\n" + "y": "!is longer than 65536 bytes",
	} {
		path := filepath.Join(t.TempDir(), "secrets")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := LoadSecrets(path)
		problem, refused := strings.CutPrefix(want, "!")
		switch {
		case refused && (err == nil || !strings.Contains(err.Error(), problem) || !strings.Contains(err.Error(), path)):
			t.Errorf("%.20q: %v, want %q", text, err, problem)
		case refused && (strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "fedcba")):
			t.Errorf("the error shows a secret: %v", err)
		case !refused && (err != nil || strings.Join(got, " ") != want):
			t.Errorf("%.20q: %q, %v", text, []string(got), err)
		}
	}
	if _, err := LoadSecrets(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a file that does not exist is read")
	}
}

func TestSecretsAreMasked(t *testing.T) {
	for _, format := range []string{"%s", "%v", "%+v", "%#v", "%q"} {
		if got := fmt.Sprintf(format, Secrets{secret}); strings.Contains(got, "0123") {
			t.Errorf("%s shows the secret: %s", format, got)
		}
	}
}
