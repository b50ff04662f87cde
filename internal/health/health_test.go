package health

import (
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// part is one of a server that can be made to keep whoever asks it waiting.
type part struct {
	mu    sync.Mutex
	asked int
	again chan struct{} // closed when it answers; nil if it does at once
	err   error
}

func (p *part) check() error {
	p.mu.Lock()
	p.asked++
	again, err := p.again, p.err
	p.mu.Unlock()
	if again != nil {
		<-again
	}
	return err
}

// hang makes it stand still until the function returned is called.
func (p *part) hang() (goOn func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	again := make(chan struct{})
	p.again = again
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.again = nil
		close(again)
	}
}

func (p *part) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.err = err
}

func (p *part) expectAsked(t *testing.T, times int) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.asked != times {
		t.Errorf("asked %d times, want %d", p.asked, times)
	}
}

func two(t *testing.T, test func(t *testing.T, m *Monitor, first, second *part)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		first, second := new(part), new(part)
		test(t, New(Part{"the first", first.check}, Part{"the second", second.check}), first, second)
	})
}

// expect asks, and wants an answer after so long; "" is health.
func expect(t *testing.T, m *Monitor, want string, after time.Duration) {
	t.Helper()
	begun := time.Now()
	err := m.Check()
	if got := ""; err == nil && got != want || err != nil && err.Error() != want {
		t.Errorf("%v, want %q", err, want)
	}
	if took := time.Since(begun); took != after {
		t.Errorf("it took %v, want %v", took, after)
	}
}

func TestHealthIsGoodForASecond(t *testing.T) {
	two(t, func(t *testing.T, m *Monitor, first, second *part) {
		for range 100 {
			expect(t, m, "", 0)
		}
		time.Sleep(fresh - 1)
		expect(t, m, "", 0)
		first.expectAsked(t, 1)
		time.Sleep(time.Nanosecond)
		expect(t, m, "", 0)
		first.expectAsked(t, 2)
		second.expectAsked(t, 2)
		time.Sleep(time.Hour)
		second.expectAsked(t, 2)
	})
}

// A part that does not answer is named, after the limit for who asked first and at once for who comes later. It is not
// asked again meanwhile, and well as soon as it answers.
func TestPartThatHangs(t *testing.T) {
	two(t, func(t *testing.T, m *Monitor, first, second *part) {
		for i, p := range []*part{first, second} {
			name := []string{"the first", "the second"}[i]
			goOn := p.hang()
			var others sync.WaitGroup
			for range 10 {
				others.Go(func() { expect(t, m, name+": no answer", Limit) })
			}
			others.Wait()
			expect(t, m, name+": no answer", 0)
			time.Sleep(time.Hour)
			expect(t, m, name+": no answer", 0)
			p.expectAsked(t, []int{1, 3}[i]) // the second twice before it hangs
			goOn()
			synctest.Wait()
			expect(t, m, "", 0)
			time.Sleep(fresh)
		}
	})
}

// What answers late has answered.
func TestPartThatIsSlow(t *testing.T) {
	two(t, func(t *testing.T, m *Monitor, first, _ *part) {
		time.AfterFunc(Limit-1, first.hang())
		expect(t, m, "", Limit-1)
		time.Sleep(fresh)
		time.AfterFunc(Limit+1, first.hang())
		expect(t, m, "the first: no answer", Limit)
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		expect(t, m, "", 0)
	})
}

func TestPartThatIsNotWell(t *testing.T) {
	two(t, func(t *testing.T, m *Monitor, first, second *part) {
		first.fail(errors.New("it is not well"))
		expect(t, m, "the first: it is not well", 0)
		second.expectAsked(t, 0)
		first.fail(nil)
		expect(t, m, "the first: it is not well", 0) // it has just been asked
		time.Sleep(fresh)
		expect(t, m, "", 0)
	})
}
