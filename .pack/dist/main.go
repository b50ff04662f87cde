// Command dist builds the program for all platforms into a folder: static binaries, for each of them a list of the modules
// that are in it (CycloneDX), and SHA256SUMS of it all.
//
//	dist [-o FOLDER] [OS/ARCH...]
package main

import (
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// platforms are what releases are built for.
var platforms = []string{"linux/amd64", "linux/arm64", "linux/arm", "darwin/amd64", "darwin/arm64", "windows/amd64"}

func main() {
	folder := flag.String("o", "../bin/dist", "the folder to build into; what is in it is removed")
	flag.Parse()
	wanted := flag.Args()
	if len(wanted) == 0 {
		wanted = platforms
	}
	if err := dist("..", *folder, wanted); err != nil {
		fmt.Fprintln(os.Stderr, "dist:", err)
		os.Exit(1)
	}
}

// dist fills a folder anew, with what is built from the sources in root.
func dist(root, folder string, wanted []string) error {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return err
	}
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	var sums strings.Builder
	for _, platform := range wanted {
		name, err := build(root, folder, platform)
		if err != nil {
			return err
		}
		binary, err := sumOf(filepath.Join(folder, name))
		if err != nil {
			return err
		}
		list := name + ".cdx.json"
		if err := writeContents(filepath.Join(folder, list), filepath.Join(folder, name), binary); err != nil {
			return err
		}
		contents, err := sumOf(filepath.Join(folder, list))
		if err != nil {
			return err
		}
		fmt.Fprintf(&sums, "%s  %s\n%s  %s\n", binary, name, contents, list)
	}
	return os.WriteFile(filepath.Join(folder, "SHA256SUMS"), []byte(sums.String()), 0o644)
}

// build makes the binary for a platform, and returns its name. Its version is that of the tag or commit which is checked out.
func build(root, folder, platform string) (string, error) {
	system, processor, found := strings.Cut(platform, "/")
	if !found {
		return "", fmt.Errorf("%s is no platform: it has to be OS/ARCH", platform)
	}
	name := "beckon-" + system + "-" + processor
	if system == "windows" {
		name += ".exe"
	}
	command := exec.Command("go", "build", "-trimpath", "-buildvcs=auto", "-ldflags=-s -w", "-o", filepath.Join(folder, name), "./cmd/beckon")
	command.Dir, command.Stdout, command.Stderr = root, os.Stdout, os.Stderr
	// GOARM=6 is what the first Raspberry Pis have.
	command.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+system, "GOARCH="+processor, "GOARM=6")
	if err := command.Run(); err != nil {
		return "", fmt.Errorf("%s: %w", platform, err)
	}
	return name, nil
}

func sumOf(path string) (string, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%x", sha256.Sum256(content)), nil
}

// writeContents writes what is in a binary, whose checksum is given.
func writeContents(path, binary, sum string) error {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(contents(info, filepath.Base(binary), sum), "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}
