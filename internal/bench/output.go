package bench

import (
	"io"
	"os"

	"beckon/internal/bench/report"
)

// show writes a document to stdout, and to the files that were asked for.
func (c *common) show(d report.Document, stdout io.Writer) error {
	if err := report.WriteText(stdout, d); err != nil {
		return err
	}
	if err := writeFile(c.json, d, report.WriteJSON); err != nil {
		return err
	}
	return writeFile(c.html, d, report.WriteHTML)
}

func writeFile(path string, d report.Document, write func(io.Writer, report.Document) error) error {
	if path == "" {
		return nil
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := write(file, d); err != nil {
		file.Close()
		return err
	}
	return file.Close()
}
