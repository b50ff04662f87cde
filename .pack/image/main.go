// Command image makes container images of binaries that the command dist has built: each is an archive in the layout of
// OCI that docker load understands, too.
//
//	image [-roots FILE] FOLDER [ARCH...]
//
// FOLDER is where the binaries are, and where the archives go.
package main

import (
	"debug/buildinfo"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	roots := flag.String("roots", "/etc/ssl/certs/ca-certificates.crt", "the certificate authorities to trust in the image, as PEM")
	flag.Parse()
	if flag.NArg() == 0 {
		flag.Usage()
		os.Exit(2)
	}
	processors := flag.Args()[1:]
	if len(processors) == 0 {
		processors = []string{"amd64", "arm64", "arm"}
	}
	for _, processor := range processors {
		if err := pack(flag.Arg(0), processor, *roots); err != nil {
			fmt.Fprintln(os.Stderr, "image:", err)
			os.Exit(1)
		}
	}
}

// pack makes the archive for one processor.
func pack(folder, processor, roots string) error {
	path := filepath.Join(folder, "beckon-linux-"+processor)
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		return err
	}
	binary, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	authorities, err := os.ReadFile(roots)
	if err != nil {
		return err
	}
	content, err := layer([]file{
		{name: "beckon", mode: 0o755, content: binary},
		{name: "etc/ssl/certs/ca-certificates.crt", mode: 0o644, content: authorities},
	})
	if err != nil {
		return err
	}
	archive, err := image(content, processor, info.Main.Version)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, "beckon-image-"+processor+".tar"), archive, 0o644)
}
