package config

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"time"

	"github.com/alecthomas/kong"
)

// mappers read the values of flags in place of kong's own, for the sake of error messages
// that speak to the operator.
func mappers() []kong.Option {
	return []kong.Option{
		kong.KindMapper(reflect.String, mapper(func(s string) (string, error) { return s, nil })),
		kong.KindMapper(reflect.Int, mapper(parseInt)),
		kong.TypeMapper(reflect.TypeFor[time.Duration](), mapper(parseDuration)),
	}
}

// mapper makes a kong.Mapper of a function that parses a flag's value.
func mapper[T any](parse func(string) (T, error)) kong.Mapper {
	return kong.MapperFunc(func(ctx *kong.DecodeContext, target reflect.Value) error {
		if next := ctx.Scan.Peek(); next.IsEOL() || !next.IsValue() {
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
