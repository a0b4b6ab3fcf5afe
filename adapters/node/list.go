package node

import (
	"context"

	"sitegen.dev/core/adapter"
	"sitegen.dev/core/manifest"
)

// FileList lists a folder of finished files as the runtime wants it, so that they can be served where no server was
// built. Nothing is compressed or written.
func FileList(ctx context.Context, dir, assetsDir string) (string, error) {
	st := &store{level: "off", tmp: dir} // with a tmp, hidden files are left out rather than removed
	list, err := st.files(ctx, &adapter.Site{ClientDir: dir, Manifest: &manifest.Manifest{AssetsDir: assetsDir}})
	return string(encodeList(list)), err
}
