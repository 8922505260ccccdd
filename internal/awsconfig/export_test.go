package awsconfig

// Edited is Apply on a text instead of a file.
func Edited(path, text string, edits ...Edit) (string, error) {
	for _, e := range edits {
		if err := e.check(); err != nil {
			return "", err
		}
	}
	return edited(path, text, edits)
}
