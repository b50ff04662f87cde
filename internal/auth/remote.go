package auth

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"

	"beckon/internal/address"
)

// How an issuer is asked for its keys, besides the interval.
const (
	// fetchPause is the least time between two attempts: tokens that name keys which do not exist, and an issuer that is
	// down, do not make for more.
	fetchPause = 10 * time.Second
	// fetchTimeout is how long one may take.
	fetchTimeout = 10 * time.Second
	// loginPatience is how long a login waits for an attempt that may bring the key of its token.
	loginPatience = 2 * time.Second

	maxRedirects = 5
)

// Fetched is what came of one attempt to fetch a JWK Set.
type Fetched struct {
	Err     error // nil if the set is in use
	Usable  bool  // whether there are keys to verify tokens with: these or, after an error, those of before
	Changed bool  // whether the set is another than before
}

// remote is the JWK Set that a URL gives. The goroutine of [Verifier.Run] fetches it, others ask for that.
type remote struct {
	url    string        // static
	every  time.Duration // from one attempt to the next; static
	client *http.Client  // static
	asked  chan struct{} // has room for one: somebody needs an attempt now; sent to and emptied with mu held
	text   []byte        // the set in use; nil for none; owned by Run

	mu      sync.Mutex
	ended   time.Time     // when the last attempt was over; guarded by mu
	pending chan struct{} // closed when the attempt is over that is due or under way; nil for none; guarded by mu
}

// FetchJWKS is [NewJWKS] with the JWK Set that a URL gives, which is fetched so often. Until [Verifier.Run] has fetched
// it, all tokens are refused.
func FetchJWKS(url string, every time.Duration, opts Options) *Verifier {
	v := newVerifier(noKeys{}, opts)
	v.remote = &remote{
		url:   url,
		every: every,
		client: &http.Client{
			Transport: &http.Transport{
				Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, MaxResponseHeaderBytes: 64 << 10,
				DisableKeepAlives: true, // minutes pass between two requests
			},
			CheckRedirect: checkRedirect,
			Timeout:       fetchTimeout,
		},
		asked:   make(chan struct{}, 1),
		pending: make(chan struct{}), // the first attempt is due at once
	}
	return v
}

// checkRedirect follows no redirect to where others could answer in the issuer's place.
func checkRedirect(next *http.Request, before []*http.Request) error {
	switch {
	case len(before) > maxRedirects:
		return fmt.Errorf("more than %d redirects", maxRedirects)
	case next.URL.Scheme == "https":
		return nil
	case next.URL.Scheme == "http" && before[0].URL.Scheme == "http" && address.IsLoopback(next.URL.Hostname()):
		return nil
	}
	return fmt.Errorf("it redirects to %s://%s, which is not https", next.URL.Scheme, next.URL.Host)
}

// Run keeps the keys up to date until ctx ends, where they are from a URL: it fetches them now, then at the interval,
// and sooner after a failure, for a token whose key is unknown, and after [Verifier.Reload]. What came of each attempt
// is reported, from the goroutine that calls Run. It is called once.
func (v *Verifier) Run(ctx context.Context, report func(Fetched)) {
	r := v.remote
	if r == nil {
		return
	}
	for {
		r.begin()
		fetched := v.fetch(ctx)
		r.end()
		if ctx.Err() != nil {
			return
		}
		report(fetched)
		wait := r.every
		if fetched.Err != nil {
			wait = min(wait, fetchPause)
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-r.asked:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// fetch makes one attempt. After an error the old keys stay: an issuer that is down has not said that they are bad.
func (v *Verifier) fetch(ctx context.Context) Fetched {
	r := v.remote
	text, err := r.get(ctx)
	if err != nil {
		return Fetched{Err: err, Usable: r.text != nil}
	}
	if bytes.Equal(text, r.text) {
		return Fetched{Usable: true}
	}
	ring, err := parseSet(text)
	if err != nil {
		return Fetched{Err: err, Usable: r.text != nil}
	}
	v.ring.Store(&ring)
	r.text = text
	return Fetched{Usable: true, Changed: true}
}

func (r *remote) get(ctx context.Context) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/jwk-set+json, application/json")
	response, err := r.client.Do(request)
	if err != nil {
		return nil, cause(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("it answers with status %d", response.StatusCode)
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, maxFileBytes+1))
	if err != nil {
		return nil, cause(err)
	}
	if len(text) > maxFileBytes {
		return nil, fmt.Errorf("its answer is longer than %d bytes", maxFileBytes)
	}
	return text, nil
}

// cause is what is wrong, without the URL, which the operator knows.
func cause(err error) error {
	var failed *url.Error
	if errors.As(err, &failed) {
		return failed.Err
	}
	return err
}

// begin is called by Run before an attempt. Whoever has asked for one means this.
func (r *remote) begin() {
	r.mu.Lock()
	defer r.mu.Unlock()
	select {
	case <-r.asked:
	default:
	}
	if r.pending == nil {
		r.pending = make(chan struct{})
	}
}

// end is called by Run after it.
func (r *remote) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	close(r.pending)
	r.pending, r.ended = nil, time.Now()
}

// ask has an attempt made after a pause since the last one, and returns a channel that is closed when it is over; nil
// where the pause is not over yet.
func (r *remote) ask(pause time.Duration) <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.pending == nil && time.Since(r.ended) >= pause {
		r.pending = make(chan struct{})
		r.asked <- struct{}{} // there is room: whoever was here before has left pending behind
	}
	return r.pending
}

// await tells whether there was an attempt that may have brought a key. It takes no longer than loginPatience.
func (r *remote) await() bool {
	over := r.ask(fetchPause)
	if over == nil {
		return false
	}
	timer := time.NewTimer(loginPatience)
	defer timer.Stop()
	select {
	case <-over:
		return true
	case <-timer.C:
		return false
	}
}
