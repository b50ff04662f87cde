//go:build linux

package soak_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"beckon/internal/testkit"
)

// What is read of the server's metrics.
const (
	goroutines  = "go_goroutines"
	heapLive    = "go_memstats_heap_alloc_bytes"
	users       = "beckon_users"
	rooms       = "beckon_rooms"
	waiting     = "beckon_sessions_waiting"
	connections = "beckon_connections"
)

// reading is the metrics at one moment, by name; series that differ in labels only are added up.
type reading map[string]float64

func (s *server) read() (reading, error) {
	body, err := s.ask(http.MethodGet, "/metrics")
	if err != nil {
		return nil, err
	}
	r := reading{}
	for lines := bufio.NewScanner(strings.NewReader(body)); lines.Scan(); {
		series, text, found := strings.Cut(lines.Text(), " ")
		name, _, _ := strings.Cut(series, "{")
		if value, err := strconv.ParseFloat(text, 64); found && err == nil {
			r[name] += value
		}
	}
	return r, nil
}

// settled is read after garbage collections, the second for what pools held on to through the first.
func (s *server) settled() (reading, error) {
	for range 2 {
		if _, err := s.ask(http.MethodGet, "/debug/pprof/heap?gc=1"); err != nil {
			return nil, err
		}
	}
	return s.read()
}

// stacks is what the server's goroutines do, those that do the same counted together.
func (s *server) stacks() string {
	const longest = 4000
	text, err := s.ask(http.MethodGet, "/debug/pprof/goroutine?debug=1")
	if err != nil {
		return err.Error()
	}
	return text[:min(len(text), longest)]
}

// listed is a user as the server lists it.
type listed struct{ ID, Name, Room, Dialect, State string }

// list is all users, by id.
func (s *server) list() (map[string]listed, error) {
	all := map[string]listed{}
	for query := "?limit=1000"; ; {
		body, err := s.ask(http.MethodGet, "/api/v1/users"+query)
		if err != nil {
			return nil, err
		}
		var page struct {
			Users []listed
			Next  string
		}
		if err := json.Unmarshal([]byte(body), &page); err != nil {
			return nil, err
		}
		for _, u := range page.Users {
			if _, twice := all[u.ID]; twice {
				return nil, fmt.Errorf("%s is listed twice", u.ID)
			}
			all[u.ID] = u
		}
		if page.Next == "" {
			return all, nil
		}
		query = "?limit=1000&after=" + url.QueryEscape(page.Next)
	}
}

// dismiss ends the connection and the session of a user.
func (s *server) dismiss(id string) error {
	_, err := s.ask(http.MethodDelete, "/api/v1/users/"+id)
	return err
}

func (s *server) ask(method, path string) (body string, err error) {
	request, err := http.NewRequest(method, "http://"+s.admin+path, nil)
	if err != nil {
		return "", err
	}
	request.Close = true
	client := http.Client{Timeout: testkit.Patience}
	response, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode/100 != 2 {
		err = fmt.Errorf("%s %s: %s: %s", method, path, response.Status, text)
	}
	return string(text), err
}
