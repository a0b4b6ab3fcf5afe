package tarball

import "io/fs"

// deploy unpacks the site on a server.
const deploy = `#!/bin/sh
# Sends the site to a server: ./deploy.sh user@host /var/www
set -eu
sitegen build
ssh "$1" tar -x -C "$2" <dist/site.tar
`

// Add gives what `sitegen add` writes beside site.yaml, where it is not there yet.
func (Adapter) Add(fs.FS) (map[string][]byte, error) {
	return map[string][]byte{"deploy.sh": []byte(deploy)}, nil
}
