package ice

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"beckon/internal/invisible"
)

// Secrets are what a TURN server and the one who makes credentials for it both know: the first signs, all are
// accepted, so that one can take the place of another without a moment at which nothing works. There is at least one.
// All of fmt masks them.
type Secrets []string

// String tells how many there are.
func (s Secrets) String() string { return fmt.Sprintf("%d %s", len(s), mask) }

// GoString masks the secrets in %#v too.
func (s Secrets) GoString() string { return "ice.Secrets{" + s.String() + "}" }

// shortestSecret is in characters: whoever is given one credential can try out secrets as fast as a machine allows.
const shortestSecret = 16

// LoadSecrets reads a file with one secret per line; spaces around them, and empty lines, do not count. Its errors name
// the file and quote nothing of it.
func LoadSecrets(path string) (Secrets, error) {
	const maxBytes = 64 << 10
	file, err := os.Open(path)
	if err != nil {
		return nil, err // it names the path
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxBytes+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxBytes {
		return nil, fmt.Errorf("%s is longer than %d bytes: it holds one secret per line", path, maxBytes)
	}
	secrets, err := parseSecrets(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return secrets, nil
}

func parseSecrets(text []byte) (Secrets, error) {
	var secrets Secrets
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, len(text)+1)
	for number := 1; lines.Scan(); number++ {
		secret := strings.TrimSpace(lines.Text())
		found := invisible.In(secret)
		switch {
		case secret == "":
		case found != "":
			return nil, fmt.Errorf("the secret in line %d %s", number, found)
		case !utf8.ValidString(secret): // the TURN server, a process of its own, is told by JSON
			return nil, fmt.Errorf("the secret in line %d is not UTF-8 text: make one with openssl rand -hex 32", number)
		case len(secret) < shortestSecret:
			return nil, fmt.Errorf("the secret in line %d is shorter than %d characters and could be guessed: make one with openssl rand -hex 32", number, shortestSecret)
		default:
			secrets = append(secrets, secret)
		}
	}
	if len(secrets) == 0 {
		return nil, fmt.Errorf("there is no secret in it: make one with openssl rand -hex 32")
	}
	return secrets, nil
}
