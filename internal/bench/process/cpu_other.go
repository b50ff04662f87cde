//go:build !linux

package process

import (
	"errors"
	"time"
)

func cpuTime(int) (time.Duration, error) {
	return 0, errors.New("its processor clock can only be read on Linux")
}
