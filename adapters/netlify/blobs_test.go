package netlify

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"sitegen.dev/core/site/netlify"
)

// testBlobs goes through everything that the client of package core/site/netlify does. said is what the platform tells functions.
func testBlobs(t *testing.T, said string) {
	t.Helper()
	ctx := netlify.With(t.Context(), &netlify.Context{BlobsContext: said})
	for _, b := range []netlify.Blobs{{Name: "notes"}, {Name: "notes two", Strong: true}} {
		if data, err := b.Get(ctx, "none"); data != nil || err != nil {
			t.Errorf("a blob that is not there: %q, %v", data, err)
		}
		if keys, err := b.List(ctx, ""); len(keys) != 0 || err != nil {
			t.Errorf("an empty store: %q, %v", keys, err)
		}
		for key, value := range map[string]string{"a": "1", "b/c": "2", "b/d": "3", "b/ü ?#%&+": "4", "empty": ""} {
			if err := b.Set(ctx, key, []byte(value)); err != nil {
				t.Fatal(err)
			}
			data, err := b.Get(ctx, key)
			if err != nil || data == nil || string(data) != value {
				t.Errorf("%q: %q, %v; want %q", key, data, err, value)
			}
		}
		if err := b.Delete(ctx, "b/ü ?#%&+"); err != nil { // the server of Netlify's package lists such keys as they are sent
			t.Error(err)
		}
		large := bytes.Repeat([]byte{0, 1, 0xff}, 1<<20)
		if err := b.Set(ctx, "a", large); err != nil {
			t.Fatal(err)
		}
		if data, err := b.Get(ctx, "a"); !bytes.Equal(data, large) || err != nil {
			t.Errorf("%d bytes, %v", len(data), err)
		}
		if keys, err := b.List(ctx, ""); !slices.Equal(keys, []string{"a", "b/c", "b/d", "empty"}) || err != nil {
			t.Errorf("%q, %v", keys, err)
		}
		if keys, err := b.List(ctx, "b/"); !slices.Equal(keys, []string{"b/c", "b/d"}) || err != nil {
			t.Errorf("%q, %v", keys, err)
		}
		if wrote, err := b.SetNew(ctx, "b/c", []byte("new")); wrote || err != nil {
			t.Errorf("written over what was there: %v, %v", wrote, err)
		}
		if wrote, err := b.SetNew(ctx, "new", []byte("new")); !wrote || err != nil {
			t.Errorf("not written: %v, %v", wrote, err)
		}
		for range 2 {
			if err := b.Delete(ctx, "b/c"); err != nil {
				t.Error(err)
			}
		}
		if data, err := b.Get(ctx, "b/c"); data != nil || err != nil {
			t.Errorf("a blob that was deleted: %q, %v", data, err)
		}
	}
	s := netlify.Sessions{Store: "sessions"}
	if err := s.Save(ctx, "id", []byte("{}"), time.Now()); err != nil {
		t.Fatal(err)
	}
	if data, err := s.Load(ctx, "id"); string(data) != "{}" || err != nil {
		t.Errorf("%q, %v", data, err)
	}
	if err := s.Delete(ctx, "id"); err != nil {
		t.Error(err)
	}
	if data, err := s.Load(ctx, "id"); data != nil || err != nil {
		t.Errorf("%q, %v", data, err)
	}
}

func TestBlobs(t *testing.T) {
	b, err := startBlobs()
	if err != nil {
		t.Fatal(err)
	}
	defer b.server.Close()
	testBlobs(t, b.context())
}

func TestBlobsErrors(t *testing.T) {
	b, err := startBlobs()
	if err != nil {
		t.Fatal(err)
	}
	said := b.context()
	ctx := netlify.With(t.Context(), &netlify.Context{BlobsContext: said})
	notes := netlify.Blobs{Name: "notes"}
	if _, err := notes.Get(context.Background(), "a"); !errors.Is(err, netlify.ErrElsewhere) {
		t.Error(err)
	}
	if err := netlify.Purge(ctx, "a"); !errors.Is(err, netlify.ErrElsewhere) {
		t.Error(err)
	}
	for _, name := range []string{"", "a/b", "deploy:1"} {
		if _, err := (netlify.Blobs{Name: name}).Get(ctx, "a"); err == nil {
			t.Errorf("a store of the name %q", name)
		}
	}
	if err := notes.Set(ctx, "/a", nil); err == nil {
		t.Error("a key with a slash in front")
	}
	for _, said := range []string{"!", base64JSON(map[string]string{}), base64JSON([]int{1})} {
		if _, err := notes.Get(netlify.With(t.Context(), &netlify.Context{BlobsContext: said}), "a"); err == nil {
			t.Errorf("%q says where blobs are", said)
		}
	}
	b.token = "another"
	if _, err := notes.Get(ctx, "secret-key"); err == nil || !strings.Contains(err.Error(), "401") || strings.Contains(err.Error(), "secret-key") {
		t.Error(err)
	}
	b.server.Close()
	if err := notes.Delete(ctx, "secret-key"); err == nil || strings.Contains(err.Error(), "secret-key") || strings.Contains(err.Error(), "http://") {
		t.Error(err)
	}
}
