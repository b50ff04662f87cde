package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// contents are the files of an archive by their names.
func contents(t *testing.T, archive io.Reader) map[string]file {
	t.Helper()
	files := map[string]file{}
	for r := tar.NewReader(archive); ; {
		header, err := r.Next()
		if err == io.EOF {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		f := file{name: header.Name, mode: header.Mode}
		if header.Typeflag == tar.TypeReg {
			if f.content, err = io.ReadAll(r); err != nil {
				t.Fatal(err)
			}
		}
		files[header.Name] = f
	}
}

// blob is the content that a descriptor promises.
func blob(t *testing.T, files map[string]file, d descriptor) []byte {
	t.Helper()
	content := files[blobPath(d)].content
	if digest(content) != d.Digest || len(content) != d.Size {
		t.Fatalf("%+v does not describe its blob of %d bytes, %s", d, len(content), digest(content))
	}
	return content
}

func decode(t *testing.T, text []byte, value any) {
	t.Helper()
	if err := json.Unmarshal(text, value); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
}

// unpack reads an archive as a container engine does.
func unpack(t *testing.T, archive []byte) (imageConfig, map[string]file) {
	t.Helper()
	files := contents(t, bytes.NewReader(archive))
	var (
		listed index
		about  manifest
		config imageConfig
		older  []saved
	)
	decode(t, files["index.json"].content, &listed)
	decode(t, blob(t, files, listed.Manifests[0]), &about)
	decode(t, blob(t, files, about.Config), &config)
	decode(t, files["manifest.json"].content, &older)
	packed := blob(t, files, about.Layers[0])
	if older[0].Config != blobPath(about.Config) || !slices.Equal(older[0].Layers, []string{blobPath(about.Layers[0])}) {
		t.Errorf("manifest.json is of another image: %+v", older)
	}
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(r)
	if err != nil || !slices.Equal(config.RootFS.DiffIDs, []string{digest(content)}) {
		t.Errorf("%v, the layer is %s, not %q", err, digest(content), config.RootFS.DiffIDs)
	}
	return config, contents(t, bytes.NewReader(content))
}

// container runs what an image says in the file system that it has.
type container struct {
	root   string
	env    []string
	config execution
}

func (c container) command(arguments []string) *exec.Cmd {
	command := exec.Command(arguments[0], arguments[1:]...)
	command.Env, command.Dir = c.env, "/"
	command.SysProcAttr = &syscall.SysProcAttr{Chroot: c.root, Credential: &syscall.Credential{}}
	fmt.Sscanf(c.config.User, "%d:%d", &command.SysProcAttr.Credential.Uid, &command.SysProcAttr.Credential.Gid)
	return command
}

func write(t *testing.T, root string, files map[string]file) {
	t.Helper()
	for name, f := range files {
		path := filepath.Join(root, name)
		if f.content == nil {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.content, os.FileMode(f.mode)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestImage(t *testing.T) {
	if os.Getuid() != 0 {
		t.Fatal("only root can run a container")
	}
	folder, root := t.TempDir(), t.TempDir()
	if output, err := exec.Command("go", "run", "-C", "..", "./dist", "-o", folder, "linux/"+runtime.GOARCH).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	if err := pack(folder, runtime.GOARCH, "/etc/ssl/certs/ca-certificates.crt"); err != nil {
		t.Fatal(err)
	}
	archive, err := os.ReadFile(filepath.Join(folder, "beckon-image-"+runtime.GOARCH+".tar"))
	if err != nil {
		t.Fatal(err)
	}
	config, files := unpack(t, archive)
	if len(files) != 5 || !x509.NewCertPool().AppendCertsFromPEM(files["etc/ssl/certs/ca-certificates.crt"].content) {
		t.Error("there is more in it than the program and the authorities, or less")
	}
	if config.OS != "linux" || config.Architecture != runtime.GOARCH || strings.HasPrefix(config.Config.User, "0") {
		t.Errorf("%+v", config)
	}
	write(t, root, files)
	checkServes(t, container{root, []string{"BECKON_LISTEN=" + freeAddress(t)}, config.Config})
}

// checkServes runs the server as the image says, and asks for its health as the image says.
func checkServes(t *testing.T, c container) {
	t.Helper()
	probe := c.config.Healthcheck.Test
	if probe[0] != "CMD" {
		t.Fatalf("the image has no shell for %q", probe)
	}
	if output, err := c.command(probe[1:]).CombinedOutput(); err == nil {
		t.Fatalf("healthy without a server: %s", output)
	}
	server := c.command(c.config.Entrypoint)
	var log bytes.Buffer
	server.Stderr = &log
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	defer server.Process.Kill()
	healthy := false
	for begun := time.Now(); !healthy && time.Since(begun) < 20*time.Second; time.Sleep(50 * time.Millisecond) {
		output, err := c.command(probe[1:]).CombinedOutput()
		healthy = err == nil && string(output) == "ok\n"
	}
	server.Process.Signal(syscall.SIGTERM)
	if err := server.Wait(); !healthy || err != nil {
		t.Errorf("healthy: %v, at its end: %v\n%s", healthy, err, &log)
	}
	if !strings.Contains(log.String(), "listening") {
		t.Errorf("it says\n%s", &log)
	}
}

// freeAddress is one that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}
