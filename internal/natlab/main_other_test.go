//go:build !linux

package natlab_test

import (
	"errors"
	"testing"
)

func TestMain(*testing.M) { leaveOut(errors.New("the lab is made of Linux namespaces")) }
