package natlab_test

import (
	"fmt"
	"sync"
	"testing"
	"time"
)

// TestEveryPairOfHomesConnects has somebody in each kind of home call somebody in each, and then some particular pairs.
func TestEveryPairOfHomesConnects(t *testing.T) {
	t.Parallel()
	m := newMatrix(t, embedded)
	m.play(t, kinds, kinds)
	m.playMore(t)
	t.Logf("who calls in rows, who is called in columns:\n%s", m.results.markdown(true))
	m.results.compareWithREADME(t)
}

// TestHardPairsConnectThroughCoturn is the same with another relay, where a relay is needed.
func TestHardPairsConnectThroughCoturn(t *testing.T) {
	t.Parallel()
	m := newMatrix(t, coturn)
	m.play(t, []kind{symmetric, blocked}, kinds)
	t.Logf("who calls in rows, who is called in columns:\n%s", m.results.markdown(true))
	m.results.compareWithREADME(t)
}

// matrix is a lab with two homes of each kind.
type matrix struct {
	*lab
	files      files
	one, other map[kind]*home
	results    results
}

func newMatrix(t *testing.T, r relay) *matrix {
	l := newLab(t)
	m := &matrix{lab: l, files: newFiles(t), one: map[kind]*home{}, other: map[kind]*home{}}
	l.newSiteWith(r, m.files)
	for _, k := range kinds {
		m.one[k], m.other[k] = l.home(k, onlyV4, 1), l.home(k, onlyV4, 1)
	}
	return m
}

func (m *matrix) play(t *testing.T, ones, others []kind) {
	t.Run("pair", func(t *testing.T) {
		for _, one := range ones {
			for _, other := range others {
				name := fmt.Sprintf("%s calls %s", one, other)
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					p := m.meet(t, m.files, name, m.one[one].hosts[0], m.other[other].hosts[0])
					path, took := p.path(patience)
					m.results.add(cell{string(one), string(other)}, path, took)
				})
			}
		}
	})
}

// morePairs are of homes that differ in something else.
var morePairs = []struct {
	name       string
	kind       kind
	one, other families
}{
	{"both in one home", symmetric, onlyV4, onlyV4},
	{"IPv6 only, both behind a firewall", portCone, onlyV6, onlyV6},
	{"IPv6 only, both with UDP blocked", blocked, onlyV6, onlyV6},
	{"IPv4 and IPv6, both behind a router", portCone, dualStack, dualStack},
	{"IPv4 only calls IPv4 and IPv6", portCone, onlyV4, dualStack},
	{"IPv4 and IPv6 calls IPv6 only", portCone, dualStack, onlyV6},
	{"IPv4 only calls IPv6 only", portCone, onlyV4, onlyV6},
	{"IPv6 only calls IPv4 only", portCone, onlyV6, onlyV4},
}

func (m *matrix) playMore(t *testing.T) {
	t.Run("more", func(t *testing.T) {
		for i, c := range morePairs {
			hosts := m.home(c.kind, c.one, 2).hosts
			if i > 0 {
				hosts = []namespace{hosts[0], m.home(c.kind, c.other, 1).hosts[0]}
			}
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				relays := func(one, other *task) {
					one.RelaysV4 = c.one == onlyV6 && !c.other.v6
					other.RelaysV4 = c.other == onlyV6 && !c.one.v6
				}
				path, took := m.meet(t, m.files, c.name, hosts[0], hosts[1], relays).path(patience)
				m.results.add(cell{c.name, ""}, path, took)
			})
		}
	})
}

// cell names a pair of homes: that of who calls, and that of who is called; or one of morePairs.
type cell struct{ one, other string }

// result is how a pair connects, and how long that takes.
type result struct {
	path string
	took time.Duration
}

type results struct {
	mu    sync.Mutex
	cells map[cell]result // guarded by mu
}

func (r *results) add(c cell, path string, took time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.cells == nil {
		r.cells = map[cell]result{}
	}
	r.cells[c] = result{path, took}
}
