package admin

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"beckon/internal/hub"
	"beckon/internal/name"
)

// The length of a page.
const (
	defaultLimit = 100
	maxLimit     = 1000
)

// query is what a listing may be asked for.
type query struct {
	values  url.Values
	limit   int
	inRoom  bool   // whether one room is asked for
	roomKey string // which
}

// parseQuery reads the query of r. Its errors are for people.
func parseQuery(r *http.Request) (query, error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return query{}, errors.New("the query cannot be read: escape what stands in it")
	}
	q := query{values: values, limit: defaultLimit, inRoom: values.Has("room")}
	for key, given := range values {
		if len(given) > 1 {
			return q, fmt.Errorf("%q is given %d times", key, len(given))
		}
	}
	if values.Has("limit") {
		q.limit, err = strconv.Atoi(values.Get("limit"))
		if err != nil || q.limit < 1 || q.limit > maxLimit {
			return q, fmt.Errorf("limit must be a number from 1 to %d", maxLimit)
		}
	}
	if room := values.Get("room"); room != "" { // else the lobby
		parsed, err := name.Parse(room)
		if about := new(name.Error); errors.As(err, &about) {
			return q, errors.New(about.About("room name"))
		}
		q.roomKey = parsed.Key()
	}
	return q, nil
}

// only refuses parameters other than the given: a misspelled one would else be a listing of everything.
func (q query) only(known ...string) error {
	for key := range q.values {
		if !slices.Contains(known, key) {
			return fmt.Errorf("there is no parameter %q: use %q", key, known)
		}
	}
	return nil
}

var errCursor = errors.New("after must be what the page before gave as next")

// roomCursor is the least key that the page may begin with.
func (q query) roomCursor() (string, error) {
	if !q.values.Has("after") {
		return "", nil
	}
	keys, err := parseCursor(q.values.Get("after"), 1)
	if err != nil {
		return "", err
	}
	return hub.After(keys[0]), nil
}

// userCursor is the least place that the page may begin with.
func (q query) userCursor() (hub.Place, error) {
	if !q.values.Has("after") {
		return hub.Place{RoomKey: q.roomKey}, nil
	}
	keys, err := parseCursor(q.values.Get("after"), 2)
	if err != nil {
		return hub.Place{}, err
	}
	if q.inRoom && keys[0] != q.roomKey {
		return hub.Place{}, errCursor
	}
	return hub.Place{RoomKey: keys[0], NameKey: hub.After(keys[1])}, nil
}

// cursor is the last entry of a page, by its keys, for the next page to go on behind it.
func cursor(keys ...string) string {
	text, err := json.Marshal(keys)
	if err != nil { // cannot be: strings only
		panic("admin: " + err.Error())
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

func parseCursor(s string, n int) ([]string, error) {
	var keys []string
	text, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || json.Unmarshal(text, &keys) != nil || len(keys) != n {
		return nil, errCursor
	}
	return keys, nil
}
