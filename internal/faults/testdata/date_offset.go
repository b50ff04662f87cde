package time

import "syscall"

// dateOffset is by how many seconds the date is off: the content of a file, so that it can change at any time. It
// becomes part of package time in a program whose clock is to jump.
func dateOffset() (seconds int64) {
	path, _ := syscall.Getenv("DATE_OFFSET_FILE")
	if path == "" {
		return 0
	}
	fd, err := syscall.Open(path, syscall.O_RDONLY, 0)
	if err != nil {
		return 0
	}
	defer syscall.Close(fd)
	var text [20]byte
	n, _ := syscall.Read(fd, text[:])
	sign := int64(1)
	for _, c := range text[:max(n, 0)] {
		switch {
		case c == '-':
			sign = -1
		case '0' <= c && c <= '9':
			seconds = 10*seconds + int64(c-'0')
		}
	}
	return sign * seconds
}
