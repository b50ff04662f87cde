//go:build linux

package soak_test

import (
	"encoding/json"

	"beckon/internal/testkit"
)

// message is a message of the server.
type message struct {
	Type, Code, Name, Call, Data string
	ID, Room, Session            string
	Success, Resumed             bool
	ResumeWindow                 float64
	Users, Joined, Left          []user
	User                         *user

	Offer, Answer, Candidate json.RawMessage
}

type user struct{ ID, UserName string }

// payload is what a relayed message carries, which is a string here.
func (m *message) payload() (text string) {
	raw := map[string]json.RawMessage{"offer": m.Offer, "answer": m.Answer, "candidate": m.Candidate}[m.Type]
	if json.Unmarshal(raw, &text) != nil {
		return string(raw)
	}
	return text
}

// fields are those of a message to the server.
type fields map[string]any

// of is a message of a type as a frame.
func (f fields) of(kind string) testkit.RawFrame {
	f["type"] = kind
	text, err := json.Marshal(f)
	if err != nil {
		panic(err) // not of what is sent here
	}
	return testkit.TextFrame(string(text))
}
