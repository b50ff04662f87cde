package listen

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/crypto/acme/autocert"

	"beckon/internal/logflood"
)

// privateFolder is where certificates are kept in a directory that others may read.
const privateFolder = "private"

// cache keeps certificates, and what else ACME needs, in a directory. What cannot be written there, as when the disk is
// full, is in use all the same and written later: a certificate that is thrown away is asked for again every hour, and
// authorities count that.
type cache struct {
	// Static.

	dir    autocert.DirCache
	retry  time.Duration // between two attempts to write what could not be written
	log    zerolog.Logger
	seldom zerolog.Logger

	writing sync.Mutex // held while a file is written, so that an older one never replaces it; before mu

	mu      sync.Mutex
	unsaved map[string][]byte // by name, what the directory lacks; guarded by mu
}

var _ autocert.Cache = (*cache)(nil)

func newCache(dir string, log zerolog.Logger) *cache {
	const oftenEnough = time.Minute
	return &cache{
		dir: autocert.DirCache(dir), retry: oftenEnough, log: log, seldom: logflood.Seldom(log, oftenEnough),
		unsaved: make(map[string][]byte),
	}
}

// Get is autocert.Cache.
func (c *cache) Get(ctx context.Context, name string) ([]byte, error) {
	if data, ok := c.kept(name); ok {
		return data, nil
	}
	return c.dir.Get(ctx, name)
}

// Put is autocert.Cache. It does not fail.
func (c *cache) Put(ctx context.Context, name string, data []byte) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	err := c.dir.Put(ctx, name, data)
	c.note(name, data, err == nil)
	if err != nil {
		c.seldom.Error().Str("dir", string(c.dir)).Err(bare(err)).
			Msg("a certificate cannot be saved: it is in use until this process ends, and saved when that becomes possible")
	}
	return nil
}

// Delete is autocert.Cache.
func (c *cache) Delete(ctx context.Context, name string) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	c.note(name, nil, true)
	return c.dir.Delete(ctx, name)
}

// run writes what could not be written, until ctx ends.
func (c *cache) run(ctx context.Context) {
	ticker := time.NewTicker(c.retry)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			c.save(ctx)
		}
	}
}

func (c *cache) save(ctx context.Context) {
	c.writing.Lock()
	defer c.writing.Unlock()
	for _, name := range c.lacking() {
		data, _ := c.kept(name)
		if c.dir.Put(ctx, name, data) != nil {
			return
		}
		c.note(name, data, true)
		c.log.Info().Str("dir", string(c.dir)).Str("file", name).Msg("saved what could not be saved before")
	}
}

func (c *cache) kept(name string) ([]byte, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	data, ok := c.unsaved[name]
	return data, ok
}

func (c *cache) lacking() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	names := make([]string, 0, len(c.unsaved))
	for name := range c.unsaved {
		names = append(names, name)
	}
	return names
}

func (c *cache) note(name string, data []byte, saved bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if saved {
		delete(c.unsaved, name)
	} else {
		c.unsaved[name] = data
	}
}

// openCache returns a directory that nobody else may read, as it holds private keys: the given one, or a folder in it
// where that is open to others, as the volumes of containers are that their user may not change.
func openCache(dir string, log zerolog.Logger) (string, error) {
	if dir == "" {
		var err error
		if dir, err = defaultCache(); err != nil {
			return "", err
		}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("%s cannot be made (%w); name a directory that this user may write to", dir, bare(err))
	}
	info, err := os.Stat(dir)
	if err != nil {
		return "", fmt.Errorf("%s cannot be read: %w", dir, bare(err))
	}
	if isOpen(info) {
		outer := info
		if dir, err = privateCache(dir, info); err != nil {
			return "", err
		}
		log.Info().Str("dir", dir).Stringer("mode", outer.Mode()).Msg("--acme-cache is open to other users: certificates are kept in a private folder there")
	}
	return dir, probe(dir)
}

// isOpen tells whether others than its owner may use a directory.
func isOpen(info fs.FileInfo) bool { return info.Mode().Perm()&0o077 != 0 }

// privateCache makes a folder for nobody else to read, or sees to it that it is one: Kubernetes opens what is in a volume
// to the volume's group each time that a pod starts (fsGroup).
func privateCache(dir string, outer fs.FileInfo) (string, error) {
	const private = 0o700
	folder := filepath.Join(dir, privateFolder)
	if err := os.Mkdir(folder, private); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("%s is open to other users (mode %04o) and would hold private keys, and no private folder can be made there (%w); chmod 700 it or name another",
			dir, outer.Mode().Perm(), bare(err))
	}
	info, err := os.Lstat(folder)
	switch {
	case err != nil:
		return "", fmt.Errorf("%s cannot be read: %w", folder, bare(err))
	case !info.IsDir() || !isMine(info):
		return "", fmt.Errorf("%s is no folder of the user that runs this, and would hold private keys; remove it or name another directory", folder)
	case !isOpen(info):
		return folder, nil
	}
	if err := os.Chmod(folder, private); err != nil {
		return "", fmt.Errorf("%s is open to other users (mode %04o) and would hold private keys (%w); chmod 700 it", folder, info.Mode().Perm(), bare(err))
	}
	return folder, nil
}

// probe tells whether files can be made in a directory. A full disk is no reason not to start: what was saved is there.
func probe(dir string) error {
	file, err := os.CreateTemp(dir, ".probe-*")
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return nil
	case err != nil:
		return fmt.Errorf("no permission to write to %s; give it to the user that runs this, or name another", dir)
	}
	file.Close()
	os.Remove(file.Name())
	return nil
}

// defaultCache is below the state directory that systemd gives to the service
// (StateDirectory=), else below the user's cache directory.
func defaultCache() (string, error) {
	if state, _, _ := strings.Cut(os.Getenv("STATE_DIRECTORY"), ":"); state != "" {
		return filepath.Join(state, "acme"), nil
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", errors.New("this user has no cache directory; name the directory to keep the certificates in")
	}
	return filepath.Join(dir, "beckon", "acme"), nil
}
