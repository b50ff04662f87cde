//go:build linux

package soak_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Errors that are about a message for somebody else.
const (
	unknownUser   = "unknown_user"
	recipientBusy = "recipient_busy"
)

// nameTaken is a login's only error that nobody asked for.
const nameTaken = "name_taken"

func (f *message) parse(data []byte) error { return json.Unmarshal(data, f) }

// heardGreeting takes the first message. It needs client.mu.
func (k *conn) heardGreeting(f message) error {
	if f.Type != "connect" {
		return errors.New("it comes before the greeting")
	}
	k.welcome = true
	close(k.greeted)
	return nil
}

// heard takes a message of the server. It needs mu.
func (c *client) heard(f message) error {
	switch f.Type {
	case "login":
		return c.heardLogin(f)
	case "pong":
		return c.heardPong(f)
	case "ice":
		_, err := c.take(f.Type, "", f)
		return err
	case "error":
		if f.Code == unknownUser || f.Code == recipientBusy {
			return c.refused(f.Code, f.Name)
		}
		_, err := c.take(f.Type, f.Code, f)
		return err
	case "presence", "updateUsers", "removeUser":
		return c.heardPresence(f)
	case "leave":
		if f.User != nil {
			return c.heardPresence(f)
		}
		return c.heardMessage(f)
	case "offer", "answer", "candidate":
		return c.heardMessage(f)
	default:
		return errors.New("there is no such type")
	}
}

func (c *client) heardPong(f message) error {
	d, err := c.take(f.Type, f.Data, f)
	if err != nil || d.stay == nil {
		return err
	}
	if err := c.soak.model.prove(d.stay, d.sent); err != nil {
		return err
	}
	if d.left {
		c.gone()
		c.since = d.sent
	}
	return nil
}

// gone notes that the user has left for certain. It needs mu.
func (c *client) gone() {
	c.soak.model.leave(c.stay)
	c.nobody()
}

// nobody makes the client one that is not logged in. It needs mu.
func (c *client) nobody() {
	c.stay, c.session, c.roster, c.leaving, c.doubtful = nil, "", nil, false, false
}

func (c *client) heardPresence(f message) error {
	batch := f.Type == "presence"
	switch {
	case batch != c.v1 || !batch && f.User == nil:
		return errors.New("it is of the other dialect")
	case c.stay == nil:
		return errors.New("the client is not logged in")
	case c.roster == nil:
		return errors.New("the client has asked for no presence")
	default:
		return c.roster.hear(f)
	}
}

func (c *client) heardMessage(f message) error {
	if c.stay == nil {
		return errors.New("the client is not logged in")
	}
	from, begun, err := c.soak.model.hear(c.stay, f)
	if err != nil || c.roster == nil || from == c.stay {
		return err
	}
	if _, there := c.roster.names[from.id]; !there && !begun.Before(c.resumed) && !c.soak.draining.Load() {
		return fmt.Errorf("the client was not told that its sender is there, or was told that it has left: %v", from)
	}
	return nil
}

func (c *client) heardLogin(f message) error {
	what := f.Code
	if what == nameTaken {
		what = "" // which may happen to any login
	}
	d, err := c.take(f.Type, what, f)
	if err != nil {
		return err
	}
	switch {
	case d.login == nil: // a refusal that was asked for
		return nil
	case !f.Success:
		return c.heardTaken(d)
	case f.Resumed:
		return c.heardResumed(d, f)
	default:
		return c.heardEntered(d, f)
	}
}

// heardTaken takes name_taken.
func (c *client) heardTaken(d *due) error {
	if err := c.soak.model.refuse(d.login); err != nil || !d.back {
		return err
	}
	err := c.mayBeOver()
	c.forget()
	c.gone()
	return err
}

// heardEntered takes the reply to a login that has succeeded, and resumed nothing.
func (c *client) heardEntered(d *due, f message) error {
	if d.back {
		if err := c.mayBeOver(); err != nil {
			return err
		}
		c.forget()
		c.gone()
	}
	c.nobody()
	c.stay, c.room, c.received, c.attempts, c.resumed, c.cut = d.login, f.Room, 0, 0, time.Time{}, time.Time{}
	if err := c.soak.model.enter(c.stay, f.ID); err != nil {
		return err
	}
	return c.welcomed(d, f)
}

// heardResumed takes the reply to a login that has resumed the session.
func (c *client) heardResumed(d *due, f message) error {
	if !d.back || f.ID != c.stay.id || f.Session != c.session {
		return fmt.Errorf("it resumes another session than that of %v", c.stay)
	}
	c.soak.model.resume(d.login)
	c.received, c.resumed, c.doubtful, c.leaving, c.cut = 0, time.Now(), false, false, time.Time{}
	return c.welcomed(d, f)
}

// welcomed looks at what the reply to a login holds besides.
func (c *client) welcomed(d *due, f message) (err error) {
	if f.Name != c.stay.name || f.Room != d.login.room {
		return fmt.Errorf("it is for another name or room than that of %v", c.stay)
	}
	if c.v1 != (f.Session != "") || c.v1 && f.ResumeWindow != resumeWindow.Seconds() {
		return errors.New("its session is not as it must be")
	}
	c.session = f.Session
	if !c.presence {
		if len(f.Users) > 0 {
			return errors.New("it tells who is there, which was not asked for")
		}
		return nil
	}
	if c.roster, err = newRoster(f.Users); err == nil && c.roster.names[f.ID] != "" {
		err = errors.New("the client itself is among the others")
	}
	return err
}

// mayBeOver says what is wrong with the end of a session that the client wanted to resume. It needs mu.
func (c *client) mayBeOver() error {
	if took := time.Since(c.cut); took < resumeWindow && !c.doubtful && !c.soak.model.claimed(c.stay, c.cut) {
		return fmt.Errorf("the session is not resumed, but the connection was lost %v ago at most: %v", took, c.stay)
	}
	return nil
}
