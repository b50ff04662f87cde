package main

import (
	"archive/tar"
	"bytes"
	"path"
	"slices"
)

// file is one of a tar archive.
type file struct {
	name    string
	mode    int64
	content []byte
}

// pile is an archive of files, all of root and without times, so that the same content gives the same archive.
func pile(files []file) ([]byte, error) {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, f := range files {
		header := &tar.Header{Typeflag: tar.TypeReg, Name: f.name, Mode: f.mode, Size: int64(len(f.content))}
		if f.content == nil {
			header.Typeflag = tar.TypeDir
		}
		if err := w.WriteHeader(header); err != nil {
			return nil, err
		}
		if _, err := w.Write(f.content); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return out.Bytes(), err
}

// layer is the archive of a file system: files, and the folders that they are in.
func layer(files []file) ([]byte, error) {
	var all []file
	var made []string
	for _, f := range files {
		var missing []file
		for dir := path.Dir(f.name); dir != "." && !slices.Contains(made, dir); dir = path.Dir(dir) {
			made = append(made, dir)
			missing = append([]file{{name: dir + "/", mode: 0o755}}, missing...)
		}
		all = append(append(all, missing...), f)
	}
	return pile(all)
}
