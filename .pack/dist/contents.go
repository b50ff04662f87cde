package main

import (
	"cmp"
	"net/url"
	"runtime/debug"
	"strings"
)

// bill is a software bill of materials in the form of CycloneDX 1.5. It says no time, so that the same sources give the
// same file.
type bill struct {
	Format     string      `json:"bomFormat"`
	Spec       string      `json:"specVersion"`
	Version    int         `json:"version"`
	Metadata   metadata    `json:"metadata"`
	Components []component `json:"components"`
}

type metadata struct {
	Component component `json:"component"`
}

type component struct {
	Type       string     `json:"type"`
	Ref        string     `json:"bom-ref"`
	Name       string     `json:"name"`
	Version    string     `json:"version"`
	PURL       string     `json:"purl,omitempty"`
	Hashes     []hash     `json:"hashes,omitempty"`
	Properties []property `json:"properties,omitempty"`
}

type hash struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// contents lists what is in a binary: the modules, as the Go tool has noted them in it, and the standard library.
func contents(info *debug.BuildInfo, file, sum string) bill {
	program := component{
		Type: "application", Ref: file, Name: info.Main.Path, Version: info.Main.Version,
		Hashes: []hash{{"SHA-256", sum}},
	}
	for _, setting := range info.Settings {
		switch setting.Key {
		case "GOOS", "GOARCH", "vcs.revision", "vcs.modified":
			program.Properties = append(program.Properties, property{"go:" + setting.Key, setting.Value})
		}
	}
	b := bill{
		Format: "CycloneDX", Spec: "1.5", Version: 1,
		Metadata:   metadata{program},
		Components: []component{library("std", strings.TrimPrefix(info.GoVersion, "go"), "")},
	}
	for _, module := range info.Deps {
		module = cmp.Or(module.Replace, module)
		b.Components = append(b.Components, library(module.Path, module.Version, module.Sum))
	}
	return b
}

func library(path, version, sum string) component {
	c := component{Type: "library", Name: path, Version: version, PURL: purl(path, version)}
	c.Ref = c.PURL
	if sum != "" {
		c.Properties = []property{{"go:sum", sum}}
	}
	return c
}

// purl is a module as a package URL: pkg:golang/github.com/a/b@v1.2.3.
func purl(path, version string) string {
	return "pkg:golang/" + strings.ToLower(path) + "@" + url.QueryEscape(version)
}
