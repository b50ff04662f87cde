package httpd

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

// asset is one file, ready to be sent. It never changes after loading.
type asset struct {
	contentType string
	plain       encoded
	// gzip is made when it is first asked for, so that the server starts at once. It is empty where compression
	// does not make the file smaller.
	gzip func() encoded
}

// encoded is one representation of a file, with an entity tag of its own as RFC 9110,
// section 8.8.3.3, asks for.
type encoded struct {
	body   []byte
	etag   string
	length string
}

// contentType returns the media type of a file by its name's extension. The system's table
// is not asked: with nosniff, an odd entry in it would stop every module of the page.
func contentType(name string) (string, error) {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8", nil
	case ".js":
		return "text/javascript; charset=utf-8", nil
	case ".css":
		return "text/css; charset=utf-8", nil
	case ".svg":
		return "image/svg+xml", nil
	case ".webmanifest":
		return "application/manifest+json", nil
	case ".json":
		return "application/json", nil
	case ".png":
		return "image/png", nil
	case ".ico":
		return "image/x-icon", nil
	case ".txt", ".ts":
		return "text/plain; charset=utf-8", nil
	}
	return "", fmt.Errorf("%s: no content type is known for this extension", name)
}

// loadAssets reads a tree and returns its files by URL path, the index.html of a folder by that of the folder too.
func loadAssets(files fs.FS) (map[string]*asset, error) {
	assets := map[string]*asset{}
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		loaded, err := loadAsset(files, name)
		if err != nil {
			return err
		}
		assets["/"+name] = loaded
		if folder, found := strings.CutSuffix("/"+name, "/index.html"); found {
			assets[folder+"/"] = loaded
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if assets["/"] == nil {
		return nil, fmt.Errorf("index.html: %w", fs.ErrNotExist)
	}
	return assets, nil
}

func loadAsset(files fs.FS, name string) (*asset, error) {
	kind, err := contentType(name)
	if err != nil {
		return nil, err
	}
	body, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(body)
	tag := base64.RawURLEncoding.EncodeToString(sum[:16])
	packed := sync.OnceValue(func() encoded {
		smaller := compress(body)
		if len(smaller) >= len(body) {
			return encoded{}
		}
		return newEncoded(smaller, tag+"-gzip")
	})
	return &asset{contentType: kind, plain: newEncoded(body, tag), gzip: packed}, nil
}

func newEncoded(body []byte, tag string) encoded {
	return encoded{body: body, etag: `"` + tag + `"`, length: strconv.Itoa(len(body))}
}

func compress(body []byte) []byte {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err == nil {
		_, err = w.Write(body)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		// A buffer takes everything, and the level is a constant.
		panic(err)
	}
	return b.Bytes()
}

// ServeHTTP answers GET and HEAD. Browsers may keep the file and must ask each time whether
// it is still current, so that page and modules are always of one version.
func (a *asset) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	chosen, packed := a.plain, a.gzip()
	small := packed.body != nil && acceptsGzip(r.Header["Accept-Encoding"])
	h := w.Header()
	if packed.body != nil {
		h.Set("Vary", "Accept-Encoding")
	}
	if small {
		chosen = packed
	}
	h.Set("Etag", chosen.etag)
	h.Set("Cache-Control", "no-cache")
	if noneMatch(r.Header["If-None-Match"], chosen.etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if small {
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Type", a.contentType)
	h.Set("Content-Length", chosen.length)
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		// A client that has gone away needs no answer.
		_, _ = w.Write(chosen.body)
	}
}
