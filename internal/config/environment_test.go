package config

import (
	"io"
	"reflect"
	"testing"
)

// A variable that is nobody's setting stops nothing; whoever reads the log learns of it, and what it may have been meant
// to be.
func TestStrayVariables(t *testing.T) {
	for _, c := range []struct {
		environ []string
		want    []Stray
	}{
		{nil, nil},
		{[]string{"BECKON_MAX_USERS=7", "PORT=80", "HOME=/", "BECKON=1", "beckon_listn=x"}, nil},
		{[]string{"BECKON_LISTN=:1"}, []Stray{{"BECKON_LISTN", "BECKON_LISTEN"}}},
		{[]string{"BECKON_MAX_USER=1"}, []Stray{{"BECKON_MAX_USER", "BECKON_MAX_USERS"}}},
		{[]string{"BECKON_CONFGI=x"}, []Stray{{"BECKON_CONFGI", "BECKON_CONFIG"}}},
		{[]string{"BECKON_WHATEVER=1", "BECKON_ANYTHING=1", "BECKON_HELP=1"}, []Stray{{"BECKON_ANYTHING", ""}, {"BECKON_HELP", ""}, {"BECKON_WHATEVER", ""}}},
		{[]string{"BECKON_EMPTY="}, nil},
		// What images set.
		{[]string{"BECKON_VERSION=1.2.3", "BECKON_IMAGE=beckon:latest", "BECKON_HOME=/srv/beckon"}, []Stray{{"BECKON_HOME", ""}, {"BECKON_IMAGE", ""}, {"BECKON_VERSION", ""}}},
		// What Kubernetes sets, for services named beckon and beckon-admin, is known to be harmless.
		{[]string{
			"BECKON_SERVICE_HOST=10.0.0.1", "BECKON_SERVICE_PORT=9000", "BECKON_SERVICE_PORT_HTTP=9000", "BECKON_PORT=tcp://10.0.0.1:9000",
			"BECKON_PORT_9000_TCP=tcp://10.0.0.1:9000", "BECKON_PORT_9000_TCP_PROTO=tcp", "BECKON_PORT_9000_TCP_PORT=9000",
			"BECKON_PORT_9000_TCP_ADDR=10.0.0.1", "BECKON_ADMIN_SERVICE_HOST=10.0.0.2", "BECKON_ADMIN_PORT=tcp://10.0.0.2:9001",
		}, nil},
	} {
		in := Input{Environ: append(c.environ, "BECKON_MAX_ROOMS=5")}
		if got := in.Strays(); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q: %v, want %v", c.environ, got, c.want)
		}
		if cfg, err := in.Load(io.Discard); err != nil || cfg.MaxRooms != 5 {
			t.Errorf("%q: %d rooms, %v", c.environ, cfg.MaxRooms, err)
		}
	}
}
