package tarball

import (
	"fmt"
	"strings"

	"sitegen.dev/core/adapter"
)

// deploy unpacks the site on a server.
const deploy = `#!/bin/sh
# Sends the site to a server: ./deploy.sh user@host /var/www
set -eu
sitegen build
ssh "$1" tar -x -C "$2" <%s/site.tar
`

// Add gives what `sitegen add` writes beside site.yaml, where it is not there yet.
func (Adapter) Add(p adapter.Project) (map[string][]byte, error) {
	out := "'" + strings.ReplaceAll(p.OutDir, "'", `'\''`) + "'" // for the shell
	return map[string][]byte{"deploy.sh": fmt.Appendf(nil, deploy, out)}, nil
}
