package netlify

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// functionsAPI is the package of Netlify's that every JavaScript function carries: it turns the events of the platform into
// requests. Netlify's own build takes it from npm and puts it into the archive; so does a deploy from here, without npm. The
// bytes are those of the version that the tests hold against Netlify's build, or none.
type functionsAPI struct {
	version   string
	integrity string // as package-lock.json has it
	registry  string // of npm; "" for the one that npm here is set up with
	http      *http.Client
}

const (
	functionsPackage   = "@netlify/serverless-functions-api"
	functionsVersion   = "2.18.0"
	functionsIntegrity = "sha512-Uo5XyMFZOinq6AonHu6dUOkLvVydn+SaldoVkB4yQSpDrtqYWi56CoA26IIOur1EMJqRdt6JIzjzIe4jpzYdhQ=="
)

// runtimeFiles are the two files of the package that go into an archive.
type runtimeFiles struct {
	bootstrap, telemetry []byte
}

// maxPackage is more than the package has, packed and unpacked.
const maxPackage = 32 << 20

// get gives the files, from the folder cache or from npm.
func (f *functionsAPI) get(ctx context.Context, cache string) (runtimeFiles, error) {
	name := filepath.Join(cache, "netlify", "serverless-functions-api-"+f.version+".tgz")
	data, err := os.ReadFile(name)
	if err != nil || !f.genuine(data) {
		if data, err = f.fetch(ctx); err != nil {
			return runtimeFiles{}, err
		}
		// A cache that cannot be written costs time the next time, nothing else.
		if os.MkdirAll(filepath.Dir(name), 0o777) == nil {
			if os.WriteFile(name+".new", data, 0o666) == nil {
				os.Rename(name+".new", name)
			}
		}
	}
	return unpackRuntime(data)
}

// cached says whether get needs no network.
func (f *functionsAPI) cached(cache string) bool {
	data, err := os.ReadFile(filepath.Join(cache, "netlify", "serverless-functions-api-"+f.version+".tgz"))
	return err == nil && f.genuine(data)
}

func (f *functionsAPI) genuine(data []byte) bool {
	sum := sha512.Sum512(data)
	return "sha512-"+base64.StdEncoding.EncodeToString(sum[:]) == f.integrity
}

// address gives the address of npm's registry, without a slash at the end: npm itself knows it, with whatever mirror the
// machine is set up for.
func (f *functionsAPI) address(ctx context.Context) (string, error) {
	if f.registry != "" {
		return strings.TrimSuffix(f.registry, "/"), nil
	}
	out, err := exec.CommandContext(ctx, "npm", "config", "get", "registry").Output()
	address := strings.TrimSuffix(strings.TrimSpace(string(out)), "/")
	if err != nil || !strings.HasPrefix(address, "http") {
		return "", errors.New("npm is not here to say where its registry is")
	}
	return address, nil
}

func (f *functionsAPI) fetch(ctx context.Context) ([]byte, error) {
	registry, err := f.address(ctx)
	if err != nil {
		return nil, err
	}
	url := registry + "/" + functionsPackage + "/-/serverless-functions-api-" + f.version + ".tgz"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	res, err := f.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s", url, res.Status)
	}
	data, err := io.ReadAll(io.LimitReader(res.Body, maxPackage))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", url, err)
	}
	if !f.genuine(data) {
		return nil, fmt.Errorf("%s is not what this sitegen was tested with: its checksum is another", url)
	}
	return data, nil
}

func unpackRuntime(data []byte) (files runtimeFiles, err error) {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return files, err
	}
	for t := tar.NewReader(io.LimitReader(z, maxPackage)); ; {
		h, err := t.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return files, err
		}
		var into *[]byte
		switch _, name, _ := strings.Cut(h.Name, "/"); name { // the first element is "package"
		case "dist/index.js":
			into = &files.bootstrap
		case "dist/telemetry/instrumentation.js":
			into = &files.telemetry
		default:
			continue
		}
		if *into, err = io.ReadAll(t); err != nil {
			return files, err
		}
	}
	if files.bootstrap == nil || files.telemetry == nil {
		return files, errors.New(functionsPackage + " lacks a file that functions need")
	}
	return files, nil
}
