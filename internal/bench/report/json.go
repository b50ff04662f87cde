package report

import (
	"encoding/json"
	"io"
)

// WriteJSON writes a document as one JSON object.
func WriteJSON(w io.Writer, d Document) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(d)
}
