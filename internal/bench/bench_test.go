package bench_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"beckon/internal/app"
	"beckon/internal/bench"
	"beckon/internal/bench/report"
	"beckon/internal/config"
)

// call runs the program.
func call(args ...string) (code int, stdout, stderr string) {
	var out, err bytes.Buffer
	code = bench.Main(args, &out, &err)
	return code, out.String(), err.String()
}

// server starts beckon and returns its address.
func server(t *testing.T) string {
	t.Helper()
	cfg, err := config.Load(nil, nil, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.New(cfg, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	stopped := make(chan error, 1)
	go func() { stopped <- a.Serve(ctx, ln) }()
	t.Cleanup(func() { cancel(); <-stopped })
	return "ws://" + ln.Addr().String() + "/ws"
}

func TestResultsGoToAllThatWasAskedFor(t *testing.T) {
	folder := t.TempDir()
	asJSON, asHTML := filepath.Join(folder, "r.json"), filepath.Join(folder, "r.html")
	// Flags may stand on both sides of the address.
	code, stdout, stderr := call("relay", "--pairs", "2", "--json="+asJSON, server(t), "--html", asHTML, "--warmup=1ms", "--duration=200ms")
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	if !strings.Contains(stdout, "messages relayed") || !strings.Contains(stdout, "2 pairs") {
		t.Errorf("stdout is %s", stdout)
	}
	text, err := os.ReadFile(asJSON)
	if err != nil {
		t.Fatal(err)
	}
	var d report.Document
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	if n, ok := d.Results[0].Value("messages_per_second"); !ok || n <= 0 {
		t.Errorf("the JSON is %s", text)
	}
	if page, err := os.ReadFile(asHTML); err != nil || !bytes.Contains(page, []byte("<svg")) {
		t.Errorf("the page is %s, %v", page, err)
	}
}

func TestHelp(t *testing.T) {
	code, stdout, _ := call("--help")
	for _, name := range []string{"idle", "relay", "storm", "churn", "slow", "resume", "peers"} {
		if code != 0 || !strings.Contains(stdout, "  "+name+" ") {
			t.Errorf("help does not list %s: %d %s", name, code, stdout)
		}
		code, own, _ := call(name, "--help")
		if code != 0 || !strings.HasPrefix(own, "Usage: beckon-bench "+name+" ") || !strings.Contains(own, "-json") {
			t.Errorf("help of %s: %d %s", name, code, own)
		}
	}
	if again, stdout2, _ := call(); again != 0 || stdout2 != stdout {
		t.Error("without arguments there is no help")
	}
}

func TestMistakesAreExplained(t *testing.T) {
	const url = "ws://127.0.0.1:1/"
	for want, args := range map[string][]string{
		`no scenario "walk"`:              {"walk", url},
		"address is missing":              {"idle"},
		"one address is enough":           {"idle", url, url},
		"is no address of a WebSocket":    {"idle", "http://127.0.0.1/"},
		"there is no dialect":             {"idle", "--dialect", "klingon", url},
		"-users":                          {"idle", "--users", "3,2", url},
		"is no number of users":           {"storm", "--users", "many", url},
		"--pairs and --window":            {"relay", "--pairs", "0", url},
		"--rate must be above 0":          {"churn", "--rate", "0", url},
		"the rates above 0":               {"slow", "--rate", "0", url},
		"--percent and --rate above 0":    {"resume", "--percent", "0", url},
		"--pid is for a server that runs": {"idle", "--pid", "1", "--start", "x", url},
		"process 4194304":                 {"idle", "--pid", "4194304", url},
		"only users of v1":                {"resume", "--dialect", "plain", url},
		"connect:":                        {"idle", url},
		"no argument is expected":         {"peers", url},
		"at least one round":              {"peers", "--rounds", "0"},
	} {
		code, stdout, stderr := call(args...)
		if code != 1 || stdout != "" || !strings.Contains(stderr, want) || !strings.HasPrefix(stderr, "beckon-bench: ") {
			t.Errorf("%v: exit code %d, %q, want %q", args, code, stderr, want)
		}
	}
}
