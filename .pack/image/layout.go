package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"fmt"
)

// The types below are those of the OCI image specification, as far as they are used.

type descriptor struct {
	MediaType   string            `json:"mediaType"`
	Digest      string            `json:"digest"`
	Size        int               `json:"size"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

type index struct {
	SchemaVersion int          `json:"schemaVersion"`
	MediaType     string       `json:"mediaType"`
	Manifests     []descriptor `json:"manifests"`
}

type manifest struct {
	SchemaVersion int          `json:"schemaVersion"`
	MediaType     string       `json:"mediaType"`
	Config        descriptor   `json:"config"`
	Layers        []descriptor `json:"layers"`
}

type imageConfig struct {
	Architecture string    `json:"architecture"`
	Variant      string    `json:"variant,omitempty"`
	OS           string    `json:"os"`
	Config       execution `json:"config"`
	RootFS       rootFS    `json:"rootfs"`
}

type rootFS struct {
	Type    string   `json:"type"`
	DiffIDs []string `json:"diff_ids"`
}

type execution struct {
	User         string
	ExposedPorts map[string]struct{}
	Entrypoint   []string
	Labels       map[string]string
	StopSignal   string
	Healthcheck  healthcheck // Docker's; the specification has none
}

type healthcheck struct {
	Test []string
}

// saved is a line of manifest.json, which older versions of docker load look for.
type saved struct {
	Config   string
	RepoTags []string
	Layers   []string
}

const (
	tag   = "beckon:latest"
	oci   = "application/vnd.oci.image."
	blobs = "blobs/sha256/"
)

// nobody is who owns nothing, on Debian and elsewhere.
const nobody = "65534:65534"

// image is the archive of an image whose only layer is given.
func image(content []byte, processor, version string) ([]byte, error) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write(content); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	config := imageConfig{
		Architecture: processor, OS: "linux",
		Config: execution{
			User:         nobody,
			ExposedPorts: map[string]struct{}{"9000/tcp": {}},
			Entrypoint:   []string{"/beckon"},
			Labels:       map[string]string{"org.opencontainers.image.title": "beckon", "org.opencontainers.image.version": version},
			StopSignal:   "SIGTERM",
			Healthcheck:  healthcheck{[]string{"CMD", "/beckon", "health"}},
		},
		RootFS: rootFS{"layers", []string{digest(content)}},
	}
	if processor == "arm" {
		config.Variant = "v6"
	}
	l := &layout{files: []file{{name: "oci-layout", mode: 0o644, content: []byte(`{"imageLayoutVersion":"1.0.0"}`)}}}
	layers := []descriptor{l.blob(oci+"layer.v1.tar+gzip", packed.Bytes())}
	about := l.blob(oci+"config.v1+json", l.text(config))
	listed := l.blob(oci+"manifest.v1+json", l.text(manifest{2, oci + "manifest.v1+json", about, layers}))
	listed.Annotations = map[string]string{"org.opencontainers.image.ref.name": "latest", "io.containerd.image.name": tag}
	l.add("index.json", l.text(index{2, oci + "index.v1+json", []descriptor{listed}}))
	l.add("manifest.json", l.text([]saved{{blobPath(about), []string{tag}, []string{blobPath(layers[0])}}}))
	if l.err != nil {
		return nil, l.err
	}
	return pile(l.files)
}

// layout is what an archive is made of. err is the first error.
type layout struct {
	files []file
	err   error
}

func (l *layout) add(name string, content []byte) {
	l.files = append(l.files, file{name: name, mode: 0o644, content: content})
}

// blob adds content under the name that its digest gives it.
func (l *layout) blob(mediaType string, content []byte) descriptor {
	d := descriptor{MediaType: mediaType, Digest: digest(content), Size: len(content)}
	l.add(blobPath(d), content)
	return d
}

func (l *layout) text(value any) []byte {
	text, err := json.Marshal(value)
	if err != nil && l.err == nil {
		l.err = err
	}
	return text
}

func digest(content []byte) string { return fmt.Sprintf("sha256:%x", sha256.Sum256(content)) }

func blobPath(d descriptor) string { return blobs + d.Digest[len("sha256:"):] }
