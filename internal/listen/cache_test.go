package listen

import (
	"crypto/tls"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"beckon/internal/testkit"
)

// Volumes of containers are open to all, or to a group, and their user may not change that.
func TestKeysAreKeptPrivateInAnOpenDirectory(t *testing.T) {
	for name, mode := range map[string]fs.FileMode{
		"0777": 0o777, "2770": fs.ModeSetgid | 0o770, "1777": fs.ModeSticky | 0o777, "0755": 0o755,
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			chmod(t, dir, mode)
			log := new(testkit.Journal)
			folder := opened(t, dir, zerolog.New(log))
			if want := filepath.Join(dir, "private"); folder != want {
				t.Fatalf("keys are kept in %s, want %s", folder, want)
			}
			if !strings.Contains(log.String(), folder) {
				t.Errorf("the log does not say where they are: %s", log)
			}
			// Kubernetes opens the folder again when the next pod starts, but what is in it stays.
			chmod(t, folder, fs.ModeSetgid|0o770)
			write(t, filepath.Join(folder, "chat.example.org"), []byte("key"))
			if again := opened(t, dir, zerolog.Nop()); again != folder {
				t.Errorf("at the next start keys are kept in %s, want %s", again, folder)
			}
			if _, err := os.Stat(filepath.Join(folder, "chat.example.org")); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAPrivateDirectoryIsUsedAsItIs(t *testing.T) {
	dir := t.TempDir()
	for _, mode := range []fs.FileMode{0o700, fs.ModeSetgid | 0o700} {
		chmod(t, dir, mode)
		if got := opened(t, dir, zerolog.Nop()); got != dir {
			t.Errorf("mode %v: keys are kept in %s, want %s", mode, got, dir)
		}
	}
}

// opened is where the keys are kept, which is private.
func opened(t *testing.T, dir string, log zerolog.Logger) string {
	t.Helper()
	folder, err := openCache(dir, log)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(folder)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Fatalf("%s: %v, %v", folder, info.Mode(), err)
	}
	return folder
}

func chmod(t *testing.T, path string, mode fs.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

// While nothing can be written, a certificate is got and renewed all the same, and saved later.
func testFullDisk(t *testing.T, p *pebble, opts Options, domain string, log *testkit.Journal) {
	dir := opts.ACME.Cache
	s := mustOpen(t, opts)
	s.identity.(*automatic).cache.retry = 20 * time.Millisecond
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("nowhere", dir); err != nil { // no file can be made in there
		t.Fatal(err)
	}
	operate(t, s)
	until(t, "the certificate is there", func() bool { return strings.Contains(log.String(), "certificate ready") })
	first := serialOf(t, p, s, domain)
	until(t, "it is renewed after two thirds of its time", func() bool { return serialOf(t, p, s, domain) != first })
	if !strings.Contains(log.String(), "a certificate cannot be saved") {
		t.Errorf("the log does not say that nothing can be saved: %s", log)
	}
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	until(t, "what could not be saved is saved", func() bool {
		_, err := os.Stat(filepath.Join(dir, domain))
		return err == nil
	})
}

// serialOf is the number of the certificate that the server shows.
func serialOf(t *testing.T, p *pebble, s *Set, domain string) string {
	t.Helper()
	conn, err := tls.Dial("tcp", s.Listeners[0].Addr().String(), p.trust(t, domain))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	return conn.ConnectionState().PeerCertificates[0].SerialNumber.String()
}
