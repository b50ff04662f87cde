package config

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
)

func TestLoadDoctor(t *testing.T) {
	got, err := LoadDoctor([]string{"example.org"}, io.Discard)
	if want := (Doctor{URL: "example.org", Timeout: 5 * time.Second}); err != nil || got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	got, err = LoadDoctor([]string{
		"--idle", "90s", "--json", "--token-file=t", "--name", "Ana", "--room=tea", "https://example.org/chat/",
		"--ca-file", "ca.pem", "--connect", "127.0.0.1:8443", "--timeout=1s",
	}, io.Discard)
	want := Doctor{
		URL: "https://example.org/chat/", Idle: 90 * time.Second, JSON: true, TokenFile: "t", Name: "Ana", Room: "tea",
		CAFile: "ca.pem", Connect: "127.0.0.1:8443", Timeout: time.Second,
	}
	if err != nil || got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
}

func TestLoadDoctorRefuses(t *testing.T) {
	for want, args := range map[string][]string{
		`expected "<url>"`:         {},
		"unexpected argument two":  {"one", "two"},
		"unknown flag --listen":    {"--listen=:1", "one"},
		"must be a duration such":  {"--idle=90", "one"},
		"--timeout: must be from ": {"--timeout=1h", "one"},
	} {
		_, err := LoadDoctor(args, io.Discard)
		var usage *UsageError
		if !errors.As(err, &usage) || !strings.Contains(usage.Error(), want) {
			t.Errorf("%q: %v, want %q", args, err, want)
		}
	}
}

func TestDoctorHelp(t *testing.T) {
	for _, args := range [][]string{{"--help"}, {"-h"}, {"example.org", "--help"}} {
		var out bytes.Buffer
		if _, err := LoadDoctor(args, &out); !errors.Is(err, ErrShown) {
			t.Errorf("%q: %v", args, err)
		}
		for _, text := range []string{"beckon doctor <url>", "--idle=TIME", "--token-file=FILE", "exit code", "--connect="} {
			if !strings.Contains(out.String(), text) {
				t.Errorf("%q does not say %q:\n%s", args, text, &out)
			}
		}
	}
	var help bytes.Buffer
	if _, err := Load([]string{"--help"}, nil, &help); !errors.Is(err, ErrShown) || !strings.Contains(help.String(), "beckon doctor URL") {
		t.Errorf("%v, and beckon --help does not mention beckon doctor URL:\n%s", err, &help)
	}
}
