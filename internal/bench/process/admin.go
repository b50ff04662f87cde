package process

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// Inside is what a Go server says of itself on its admin listener.
type Inside struct {
	Goroutines int
	Heap       int64 // live after a collection, bytes
	Stacks     int64 // bytes
}

// Ask has the server at an admin address, http://HOST:PORT, collect its garbage, and reads its metrics.
func Ask(admin string) (Inside, error) {
	admin = strings.TrimSuffix(admin, "/")
	if _, err := get(admin + "/debug/pprof/heap?gc=1"); err != nil {
		return Inside{}, err
	}
	text, err := get(admin + "/metrics")
	if err != nil {
		return Inside{}, err
	}
	return readMetrics(text)
}

func get(url string) (string, error) {
	response, err := http.Get(url)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", url, response.Status)
	}
	return string(body), err
}

// readMetrics reads Prometheus's text format, as far as it has no labels.
func readMetrics(text string) (Inside, error) {
	values := map[string]float64{}
	lines := bufio.NewScanner(strings.NewReader(text))
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), " ")
		if number, err := strconv.ParseFloat(value, 64); err == nil {
			values[name] = number
		}
	}
	if values["go_goroutines"] == 0 {
		return Inside{}, fmt.Errorf("the metrics have no go_goroutines: is this a Go server's admin listener?")
	}
	return Inside{
		Goroutines: int(values["go_goroutines"]),
		Heap:       int64(values["go_memstats_heap_alloc_bytes"]),
		Stacks:     int64(values["go_memstats_stack_inuse_bytes"]),
	}, nil
}
