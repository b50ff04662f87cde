//go:build !unix

package turn

import "errors"

// inherit is not possible here.
func (s *server) inherit() error { return errors.ErrUnsupported }
