package attrname

import "testing"

func TestOf(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "T": "t", "Title": "title", "FirstName": "firstName", "URL": "url", "ImageURL": "imageURL", "URLOf": "urlOf", "ID": "id", "IDs": "iDs", "Über": "über", "title": "title", "A1": "a1",
	} {
		if got := Of(in); got != want {
			t.Errorf("Of(%q) = %q, want %q", in, got, want)
		}
	}
}
