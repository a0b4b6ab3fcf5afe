// Package cachedir keeps results of work in files that are found by what went into them. An entry lies at xx/yyyy below the
// folder, xx being the beginning of its hash, and holds the SHA-256 of its data in front of them. It may be deleted at any
// time; a damaged one counts as none.
//
// It must not import anything of ours.
package cachedir

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

const (
	// keep is how long an entry stays that no build has used. A build that uses an entry says so once a day.
	keep  = 30 * 24 * time.Hour
	daily = 24 * time.Hour
	// trimmed holds, as its time, when the folder was last looked through.
	trimmed = "trimmed"
)

// Dir is the folder of a cache; it need not exist.
type Dir string

// name is the file of the entry for a key, which names the work and everything that goes into it.
func (d Dir) name(key string) string {
	sum := sha256.Sum256([]byte(key))
	hash := hex.EncodeToString(sum[:])
	return filepath.Join(string(d), hash[:2], hash[2:])
}

// Get gives what Put has kept.
func (d Dir) Get(key string) ([]byte, bool) {
	name := d.name(key)
	data, err := os.ReadFile(name)
	if err != nil || len(data) < sha256.Size {
		return nil, false
	}
	body := data[sha256.Size:]
	if sum := sha256.Sum256(body); !bytes.Equal(sum[:], data[:sha256.Size]) {
		return nil, false
	}
	used(name)
	return body, true
}

// Used says that an entry is still wanted, where it need not be read.
func (d Dir) Used(key string) { used(d.name(key)) }

// used sets the time of a file, once a day.
func used(name string) {
	if info, err := os.Stat(name); err == nil && time.Since(info.ModTime()) > daily {
		now := time.Now()
		os.Chtimes(name, now, now) // on a disk that cannot be written, nothing is deleted either
	}
}

// Put keeps data. An entry is there as a whole or not at all, whoever else writes it at the same time.
func (d Dir) Put(key string, data []byte) error {
	name := d.name(key)
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(name), ".new*")
	if err != nil {
		return err
	}
	sum := sha256.Sum256(data)
	_, err = tmp.Write(sum[:])
	if err == nil {
		_, err = tmp.Write(data)
	}
	if err = errors.Join(err, tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), name)
	}
	if err != nil {
		os.Remove(tmp.Name())
	}
	return err
}

// Trim deletes what no build has used for a month, and what was left half written. It looks once a day, and after a build,
// so that all that the build has used is younger.
func (d Dir) Trim() {
	mark := filepath.Join(string(d), trimmed)
	if info, err := os.Stat(mark); err == nil && time.Since(info.ModTime()) < daily {
		return
	}
	if info, err := os.Stat(string(d)); err != nil || !info.IsDir() {
		return // nothing was ever kept
	}
	if os.WriteFile(mark, nil, 0o666) != nil {
		return
	}
	now := time.Now()
	os.Chtimes(mark, now, now) // an empty file that is written again keeps its time
	filepath.WalkDir(string(d), func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || name == mark {
			return nil
		}
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() && now.Sub(info.ModTime()) > keep {
			os.Remove(name)
		}
		return nil
	})
}
