package auth

import (
	"bytes"
	"fmt"
	"io"
	"os"
)

const maxFileBytes = 1 << 20

// LoadHS256 is [NewHS256] with the secret from a file; one line break at the end of the file is not part of it.
func LoadHS256(path string, opts Options) (*Verifier, error) {
	return load(path, opts, func(text []byte) (keyring, error) {
		text, broken := bytes.CutSuffix(text, []byte("\n"))
		if broken {
			text = bytes.TrimSuffix(text, []byte("\r"))
		}
		return parseSecret(text)
	})
}

// LoadJWKS is [NewJWKS] with the JWK Set from a file.
func LoadJWKS(path string, opts Options) (*Verifier, error) {
	return load(path, opts, parseSet)
}

func load(path string, opts Options, parse func(text []byte) (keyring, error)) (*Verifier, error) {
	read := func() (keyring, error) {
		text, err := readFile(path)
		if err != nil {
			return nil, err // it names the path
		}
		ring, err := parse(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return ring, nil
	}
	ring, err := read()
	if err != nil {
		return nil, err
	}
	v := newVerifier(ring, opts)
	v.read = read
	return v, nil
}

// Reload reads the file again, if the keys are from one. Tokens are verified with the new keys from then on; what
// was granted before stays granted. After an error the old keys stay. Keys from a URL are fetched soon after.
func (v *Verifier) Reload() error {
	if v.remote != nil {
		v.remote.ask(0)
		return nil
	}
	if v.read == nil {
		return nil
	}
	v.reloading.Lock()
	defer v.reloading.Unlock()
	ring, err := v.read()
	if err != nil {
		return err
	}
	v.ring.Store(&ring)
	return nil
}

func readFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxFileBytes+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxFileBytes {
		return nil, fmt.Errorf("%s: the file is longer than %d bytes", path, maxFileBytes)
	}
	return text, nil
}
