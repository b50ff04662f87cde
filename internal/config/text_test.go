package config

import (
	"io"
	"strings"
	"testing"
)

// What people do not see in a setting is refused wherever the setting is from, and named with its place.
func TestInvisibleCharactersAreRefused(t *testing.T) {
	const found = ": the value has quotation marks around it: take them out"
	for about, c := range map[string]struct {
		args, env []string
		file      string
		want      string
	}{
		"flag":               {args: []string{`--auth-issuer="https://a.example"`}, want: "--auth-issuer" + found},
		"variable":           {env: []string{`BECKON_AUTH_ISSUER="https://a.example"`}, want: "--auth-issuer (from BECKON_AUTH_ISSUER)" + found},
		"file":               {file: `auth-issuer: "'https://a.example'"`, want: "--auth-issuer (from FILE, line 1)" + found},
		"line break":         {env: []string{"BECKON_AUTH_AUDIENCE=a\n"}, want: "--auth-audience (from BECKON_AUTH_AUDIENCE): the value ends with a line break (0A): take it out"},
		"line break inside":  {env: []string{"BECKON_AUTH_AUDIENCE=a\nb"}, want: "--auth-audience (from BECKON_AUTH_AUDIENCE): the value holds a line break: take it out"},
		"carriage return":    {env: []string{"BECKON_LISTEN=:1\r"}, want: "--listen (from BECKON_LISTEN): the value ends with a carriage return (0D): take it out"},
		"blank":              {file: `auth-issuer: "a "`, want: "--auth-issuer (from FILE, line 1): the value ends with a blank (20): take it out"},
		"nothing but blanks": {env: []string{"BECKON_AUTH_ISSUER= "}, want: "--auth-issuer (from BECKON_AUTH_ISSUER): the value begins with a blank (20): take it out"},
		"byte order mark":    {env: []string{"BECKON_AUTH_JWT_SECRET_FILE=\ufeff/s"}, want: "--auth-jwt-secret-file (from BECKON_AUTH_JWT_SECRET_FILE): the value begins with a byte order mark (EF BB BF): save it as UTF-8 without one"},
		"zero width":         {file: "auth-audience: a\u200bb", want: "--auth-audience (from FILE, line 1): the value holds an invisible character (U+200B), which is character 2: take it out"},
		"NUL":                {file: `auth-audience: "a\0b"`, want: "--auth-audience (from FILE, line 1): the value holds a NUL character (00), which is byte 2: take it out"},
		"an item of a list":  {env: []string{"BECKON_ALLOWED_ORIGIN=https://a.example, 'https://b.example'"}, want: "--allowed-origin (from BECKON_ALLOWED_ORIGIN)" + found},
		"Latin-1":            {env: []string{"BECKON_AUTH_ISSUER=\xe1"}, want: `--auth-issuer (from BECKON_AUTH_ISSUER): must be UTF-8 text, as all that is in a token, got "\xe1"`},
		"the file's name":    {env: []string{"BECKON_CONFIG='/c'"}, want: "--config" + found},
		"a key of the file":  {file: "lis\u200bten: :1", want: "FILE, line 1: the name of a setting holds an invisible character (U+200B), which is character 4: take it out"},
		"a TURN secret":      {env: []string{"BECKON_ICE_SERVER=turn:ana:s3cret\u200b@h"}, want: `--ice-server (from BECKON_ICE_SERVER): "turn:***@h": the secret holds an invisible character (U+200B), which is character 7: take it out`},
		"a comma in one":     {env: []string{"BECKON_ICE_SERVER=turn:ana:s3c,s3cret@h"}, want: `--ice-server (from BECKON_ICE_SERVER): "turn:ana:***": the port must be a number from 1 to 65535 (a comma ends a server: in a user name or a secret write %2C)`},
	} {
		args := c.args
		path := ""
		if c.file != "" {
			path = written(t, c.file)
			args = append(args, "--config="+path)
		}
		_, err := Load(args, c.env, io.Discard)
		if want := strings.ReplaceAll(c.want, "FILE, line", path+", line"); err == nil || err.Error() != want {
			t.Errorf("%s: %v\nwant %s", about, err, want)
		}
	}
	got, err := Load(nil, []string{"BECKON_ICE_SERVER=turn:ana:a%2Cb%20@h, stun:a"}, io.Discard)
	if err != nil || got.ICEServers[0].Credential != "a,b " {
		t.Errorf("a comma and a blank that are meant: %v", err)
	}
}

// A file that an editor on Windows has written means what it says.
func TestFilesOfOtherEditors(t *testing.T) {
	const text = "auth-jwks-file: keys\r\nauth-issuer: https://a.example\r\n"
	for about, file := range map[string]string{
		"UTF-8 with a byte order mark": "\ufeff" + text,
		"UTF-16":                       "\xff\xfe" + strings.Join(strings.Split(text, ""), "\x00") + "\x00",
	} {
		got, err := Load([]string{"--config", written(t, file)}, nil, io.Discard)
		if err != nil || got.AuthIssuer != "https://a.example" || got.AuthJWKSFile != "keys" {
			t.Errorf("%s: %q, %v", about, got.AuthIssuer, err)
		}
	}
}
