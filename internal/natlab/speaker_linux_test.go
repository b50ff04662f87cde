package natlab_test

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/webrtc/v4"
)

// bePeer is the life of a peer: it ends with its standard input.
func bePeer(text string) int {
	var t task
	if err := json.Unmarshal([]byte(text), &t); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	s := &speaker{
		task: t, door: &door{name: t.Name, in: make(chan notice)}, api: newAPI(t), later: make(chan func(), 64),
	}
	go s.door.attend()
	go s.attend()
	io.Copy(io.Discard, os.Stdin)
	return 0
}

// How long a peer waits for a path between hosts to work before it takes one that a STUN server has shown, and for such
// a one before it takes a relay.
const (
	waitForHost  = 2 * time.Second
	waitForSrflx = 4 * time.Second
)

// newAPI is pion with the patience of a browser: it prefers the cheaper path though the dearer one is ready first, and
// notices a broken one soon.
func newAPI(t task) *webrtc.API {
	var e webrtc.SettingEngine
	e.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	e.SetSrflxAcceptanceMinWait(waitForHost)
	e.SetPrflxAcceptanceMinWait(waitForHost)
	e.SetRelayAcceptanceMinWait(waitForSrflx)
	e.SetICETimeouts(3*time.Second, 6*time.Second, time.Second)
	e.SetSCTPRTOMax(2 * time.Second)
	if t.RelaysV4 {
		e.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	}
	return webrtc.NewAPI(webrtc.WithSettingEngine(e))
}

// speaker is a peer from within. All fields but the last group belong to attend.
type speaker struct {
	task
	door  *door
	api   *webrtc.API
	later chan func() // what other goroutines ask it to do

	pc        *webrtc.PeerConnection
	servers   []webrtc.ICEServer
	waiting   []webrtc.ICECandidateInit  // for the remote description
	offer     *webrtc.SessionDescription // waits for fresh credentials
	began     time.Time                  // when the last offer was made, or came
	lost      time.Time                  // since when it has not been connected; zero while it is
	connected bool
	talks     bool // the channel has been opened

	mu          sync.Mutex
	heard, said int // guarded by mu
}

// tell writes a report.
func (s *speaker) tell(r report) {
	text, err := json.Marshal(r)
	if err != nil {
		panic(err)
	}
	os.Stdout.Write(append(text, '\n'))
}

func (s *speaker) complain(err error) {
	if err != nil {
		s.tell(report{Event: "trouble", State: err.Error()})
	}
}

// attend does one thing after the other.
func (s *speaker) attend() {
	ticks := time.NewTicker(500 * time.Millisecond)
	for {
		select {
		case n := <-s.door.in:
			s.complain(s.take(n))
		case f := <-s.later:
			f()
		case <-ticks.C:
			s.mend()
		}
	}
}

// take is what it does about a frame of the server.
func (s *speaker) take(n notice) error {
	switch n.Type {
	case "login":
		s.servers = n.servers()
		if s.Renews {
			s.door.say(map[string]any{"type": "ice"})
		}
		if slices.Contains(n.Users, user{s.Other}) {
			return s.call()
		}
	case "updateUsers":
		if n.User.UserName == s.Other {
			return s.call()
		}
	case "pong":
		if time.Since(s.began) > time.Second {
			return s.call()
		}
	case "offer":
		return s.takeOffer(n)
	case "answer":
		return s.takeAnswer(n)
	case "candidate":
		return s.takeCandidate(n)
	case "ice":
		return s.renew(n)
	}
	return nil
}

// call makes an offer if that is its part and it is not connected.
func (s *speaker) call() error {
	if !s.Calls || s.connected {
		return nil
	}
	return s.makeOffer()
}

func (s *speaker) makeOffer() error {
	if err := s.prepare(); err != nil {
		return err
	}
	s.tell(report{Event: "offer"})
	s.began = time.Now()
	if s.pc.SignalingState() == webrtc.SignalingStateHaveLocalOffer { // what was offered has not arrived; it is still good
		s.door.say(map[string]any{"type": "offer", "name": s.Other, "offer": s.pc.LocalDescription()})
		return nil
	}
	offer, err := s.pc.CreateOffer(&webrtc.OfferOptions{ICERestart: s.pc.RemoteDescription() != nil})
	if err != nil {
		return err
	}
	if err := s.pc.SetLocalDescription(offer); err != nil {
		return err
	}
	s.door.say(map[string]any{"type": "offer", "name": s.Other, "offer": offer})
	return nil
}

// prepare makes the connection, or tells it of the servers of the moment.
func (s *speaker) prepare() error {
	config := webrtc.Configuration{ICEServers: s.servers}
	if s.pc != nil {
		return s.pc.SetConfiguration(config)
	}
	pc, err := s.api.NewPeerConnection(config)
	if err != nil {
		return err
	}
	s.pc, s.lost = pc, time.Now()
	pc.OnICECandidate(func(c *webrtc.ICECandidate) {
		if c != nil {
			s.door.say(map[string]any{"type": "candidate", "name": s.Other, "candidate": c.ToJSON()})
		}
	})
	pc.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		s.later <- func() { s.note(state) }
	})
	pc.OnDataChannel(s.converse)
	if s.Calls {
		channel, err := pc.CreateDataChannel("messenger", nil)
		if err != nil {
			return err
		}
		s.converse(channel)
	}
	return nil
}

func (s *speaker) note(state webrtc.PeerConnectionState) {
	was := s.connected
	s.connected = state == webrtc.PeerConnectionStateConnected
	if was && !s.connected {
		s.lost = time.Now()
	}
	s.tell(report{Event: "state", State: state.String()})
	if s.connected && s.talks {
		s.complain(s.reportPath())
	}
}

// mend asks whether the site is there where the connection has been broken for a while, again and again. The answer
// makes it call: before, there is nothing that an offer could go through, or candidates be gathered with.
func (s *speaker) mend() {
	const after, again = 2 * time.Second, 5 * time.Second
	if s.pc != nil && !s.connected && time.Since(s.lost) > after && time.Since(s.began) > again {
		s.door.say(map[string]any{"type": "ping"})
	}
}

func (s *speaker) takeOffer(n notice) error {
	var offer webrtc.SessionDescription
	if err := json.Unmarshal(n.Offer, &offer); err != nil {
		return err
	}
	if s.Renews && s.pc != nil && s.offer == nil {
		s.offer = &offer
		s.door.say(map[string]any{"type": "ice"})
		return nil
	}
	return s.answer(offer)
}

func (s *speaker) answer(offer webrtc.SessionDescription) error {
	if err := s.prepare(); err != nil {
		return err
	}
	s.began = time.Now()
	if err := s.pc.SetRemoteDescription(offer); err != nil {
		return err
	}
	answer, err := s.pc.CreateAnswer(nil)
	if err != nil {
		return err
	}
	if err := s.pc.SetLocalDescription(answer); err != nil {
		return err
	}
	s.door.say(map[string]any{"type": "answer", "name": s.Other, "answer": answer})
	return s.addWaiting()
}

func (s *speaker) takeAnswer(n notice) error {
	var answer webrtc.SessionDescription
	if err := json.Unmarshal(n.Answer, &answer); err != nil {
		return err
	}
	if err := s.pc.SetRemoteDescription(answer); err != nil {
		return err
	}
	return s.addWaiting()
}

func (s *speaker) takeCandidate(n notice) error {
	var candidate webrtc.ICECandidateInit
	if err := json.Unmarshal(n.Candidate, &candidate); err != nil {
		return err
	}
	s.waiting = append(s.waiting, candidate)
	if s.pc == nil || s.pc.RemoteDescription() == nil || s.offer != nil {
		return nil
	}
	return s.addWaiting()
}

func (s *speaker) addWaiting() error {
	for _, candidate := range s.waiting {
		if err := s.pc.AddICECandidate(candidate); err != nil {
			return err
		}
	}
	s.waiting = nil
	return nil
}

// renew takes fresh credentials. Those that a path is in use by are replaced before they expire; who answers gets
// fresh ones with each offer.
func (s *speaker) renew(n notice) error {
	first := s.servers == nil
	s.servers = n.servers()
	if s.offer != nil {
		offer := *s.offer
		s.offer = nil
		return s.answer(offer)
	}
	if !s.Calls {
		return nil
	}
	time.AfterFunc(time.Duration(n.TTL)*time.Second*6/10, func() { s.door.say(map[string]any{"type": "ice"}) })
	if first || s.pc == nil {
		return nil
	}
	return s.makeOffer()
}

// converse counts aloud and listens.
func (s *speaker) converse(channel *webrtc.DataChannel) {
	channel.OnMessage(func(m webrtc.DataChannelMessage) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if want := strconv.Itoa(s.heard + 1); string(m.Data) != want {
			s.tell(report{Event: "wrong", State: fmt.Sprintf("heard %.20q, want %s", m.Data, want)})
		}
		s.heard++
		s.tell(report{Event: "count", Heard: s.heard, Said: s.said})
	})
	channel.OnOpen(func() {
		s.later <- func() {
			s.talks = true
			s.complain(s.reportPath())
		}
		for range time.Tick(200 * time.Millisecond) {
			s.mu.Lock()
			s.said++
			n := s.said
			s.mu.Unlock()
			if err := channel.SendText(strconv.Itoa(n)); err != nil {
				s.complain(err)
				return
			}
		}
	})
}

func (s *speaker) reportPath() error {
	took := time.Since(s.began)
	selected, err := s.pc.SCTP().Transport().ICETransport().GetSelectedCandidatePair()
	if err != nil {
		return err
	}
	s.tell(report{
		Event: "path", Milliseconds: took.Milliseconds(), Address: selected.Remote.Address,
		Local: selected.Local.Typ.String(), Remote: selected.Remote.Typ.String(), Via: s.via(),
	})
	return nil
}

// via is how it talks to the relay that it uses, or empty.
func (s *speaker) via() string {
	stats := s.pc.GetStats()
	for _, entry := range stats {
		if pair, ok := entry.(webrtc.ICECandidatePairStats); ok && pair.Nominated {
			if local, ok := stats[pair.LocalCandidateID].(webrtc.ICECandidateStats); ok {
				return local.RelayProtocol
			}
		}
	}
	return ""
}
