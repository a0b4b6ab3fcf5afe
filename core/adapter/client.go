package adapter

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"sitegen.dev/core/manifest"
)

// Client is what lies in the client directory of a site.
type Client struct {
	Names  []string // of the files for visitors, sorted
	Hidden []string // files and folders that are not for visitors and must not be published
	// Pages are the prerendered files that have another status than 200 or headers of their own, by path.
	Pages []manifest.Prerendered
}

// ReadClient lists the client directory of a site.
func ReadClient(ctx context.Context, site *Site) (*Client, error) {
	c := &Client{}
	err := fs.WalkDir(os.DirFS(site.ClientDir), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name != "." && Hidden(name):
			c.Hidden = append(c.Hidden, name)
			if d.IsDir() {
				return fs.SkipDir
			}
		case !d.IsDir():
			c.Names = append(c.Names, name)
		}
		return ctx.Err()
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(c.Names)
	err = Prerendered(site, func(p manifest.Prerendered) {
		if p.Status != 200 && p.Status != 0 || len(p.Headers) > 0 {
			c.Pages = append(c.Pages, p)
		}
	})
	return c, err
}

// Prerendered calls f for each prerendered file, in the order of their paths, of which there may be more than fit into memory.
// There is none where nothing was prerendered.
func Prerendered(site *Site, f func(manifest.Prerendered)) error {
	if site.Prerendered == "" {
		return nil
	}
	file, err := os.Open(site.Prerendered)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	dec := json.NewDecoder(bufio.NewReader(file))
	for {
		var p manifest.Prerendered
		if err := dec.Decode(&p); err == io.EOF {
			return nil
		} else if err != nil {
			return fmt.Errorf("list of prerendered files: %w", err)
		}
		f(p)
	}
}

// Has says whether there is a file of that name.
func (c *Client) Has(name string) bool {
	_, ok := slices.BinarySearch(c.Names, name)
	return ok
}

// Hidden says whether a name below the client directory has an element that begins with a dot: such files are for the
// build, not for visitors. What RFC 8615 puts below .well-known is not hidden.
func Hidden(name string) bool {
	for i, e := range strings.Split(name, "/") {
		if strings.HasPrefix(e, ".") && !(i == 0 && e == ".well-known") {
			return true
		}
	}
	return false
}
