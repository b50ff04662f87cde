package main

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
)

func TestMessagesArePassedOn(t *testing.T) {
	server := httptest.NewServer(newRelay())
	defer server.Close()
	users := map[string]*websocket.Conn{}
	for _, name := range []string{"Ana", "Bob"} {
		ws, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(server.URL, "http"), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer ws.Close()
		users[name] = ws
		expect(t, ws, `{"type":"connect"`)
		say(t, ws, `{"type":"login","name":"`+name+`"}`)
		expect(t, ws, `{"type":"login","success":true`)
	}
	long := strings.Repeat("x", 10_000)
	for _, value := range []string{`"short"`, `"` + long + `"`, `null`} {
		say(t, users["Ana"], `{"type":"offer","name":"Bob","offer":`+value+`}`)
		expect(t, users["Bob"], `{"type":"offer","name":"Ana","offer":`+value+`}`)
	}
	say(t, users["Bob"], `{"type":"offer","name":"nobody"}`)
	say(t, users["Bob"], `{"type":"nothing"}`)
	say(t, users["Bob"], `{"type":"answer","name":"Ana"}`)
	expect(t, users["Ana"], `{"type":"answer","name":"Bob"}`)
}

func say(t *testing.T, ws *websocket.Conn, text string) {
	t.Helper()
	if err := ws.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		t.Fatal(err)
	}
}

func expect(t *testing.T, ws *websocket.Conn, beginning string) {
	t.Helper()
	_, text, err := ws.ReadMessage()
	if err != nil || !strings.HasPrefix(string(text), beginning) {
		t.Fatalf("got %.60q, %v, want %.60q", text, err, beginning)
	}
}
