package config

import (
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// mappers read the values of flags in place of kong's own, for the sake of error messages
// that speak to the operator.
func mappers() []kong.Option {
	return []kong.Option{
		kong.KindMapper(reflect.String, mapper(func(s string) (string, error) { return s, nil })),
		kong.KindMapper(reflect.Int, mapper(parseInt)),
		kong.KindMapper(reflect.Bool, boolMapper{mapper(parseBool)}),
		kong.TypeMapper(reflect.TypeFor[time.Duration](), mapper(parseDuration)),
		kong.TypeMapper(reflect.TypeFor[fs.FileMode](), mapper(parseMode)),
		kong.TypeMapper(reflect.TypeFor[netip.Addr](), mapper(parseIP)),
		kong.TypeMapper(reflect.TypeFor[netip.Prefix](), mapper(parseNetwork)),
	}
}

// mapper makes a kong.Mapper of a function that parses a flag's value.
func mapper[T any](parse func(string) (T, error)) kong.Mapper {
	return kong.MapperFunc(func(ctx *kong.DecodeContext, target reflect.Value) error {
		if next := ctx.Scan.Peek(); next.IsEOL() || !next.IsValue() && !negative.MatchString(next.String()) {
			return errors.New("needs a value")
		}
		value, err := parse(ctx.Scan.Pop().String())
		if err != nil {
			return err
		}
		target.Set(reflect.ValueOf(value).Convert(target.Type()))
		return nil
	})
}

// negative matches a value that looks like a flag: whoever writes it is to be told which numbers are good.
var negative = regexp.MustCompile(`^-[0-9]`)

// boolMapper reads a flag that stands for true when it has no value: --flag, --flag=false.
type boolMapper struct{ valued kong.Mapper }

// IsBool tells kong not to take the next argument for the flag's value.
func (boolMapper) IsBool() bool { return true }

// Decode is part of kong.Mapper.
func (m boolMapper) Decode(ctx *kong.DecodeContext, target reflect.Value) error {
	if ctx.Scan.Peek().Type == kong.FlagValueToken {
		return m.valued.Decode(ctx, target)
	}
	target.SetBool(true)
	return nil
}

func parseBool(s string) (bool, error) {
	switch strings.ToLower(s) {
	case "true", "yes", "on", "1":
		return true, nil
	case "false", "no", "off", "0":
		return false, nil
	}
	return false, fmt.Errorf("must be true or false, got %q", s)
}

// parseMode reads permissions as chmod takes them.
func parseMode(s string) (fs.FileMode, error) {
	mode, err := strconv.ParseUint(s, 8, 32)
	if err != nil || mode > uint64(fs.ModePerm) {
		return 0, fmt.Errorf("must be permissions in octal such as 0660, got %q", s)
	}
	return fs.FileMode(mode), nil
}

func parseInt(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0, fmt.Errorf("must be a whole number, got %q", s)
	}
	return n, nil
}

func parseDuration(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil {
		return 0, fmt.Errorf("must be a duration such as 25s, 500ms or 2m, got %q", s)
	}
	return d, nil
}

func parseIP(s string) (netip.Addr, error) {
	ip, err := netip.ParseAddr(strings.TrimSpace(s))
	if err != nil {
		return ip, fmt.Errorf("must be an IPv4 or IPv6 address, got %q", s)
	}
	return ip, nil
}

// parseNetwork reads an address or a network.
func parseNetwork(s string) (netip.Prefix, error) {
	s = strings.TrimSpace(s)
	if ip, err := netip.ParseAddr(s); err == nil && ip.Zone() == "" {
		ip = ip.Unmap()
		return netip.PrefixFrom(ip, ip.BitLen()), nil
	}
	network, err := netip.ParsePrefix(s)
	if err != nil || network.Addr().Is4In6() {
		return network, fmt.Errorf("must be an address or a network such as 10.0.0.0/8, got %q", s)
	}
	return network, nil
}
