package node

import (
	"path"
	"strings"
)

// contentTypes is the type by extension. It is a list of our own because the tables of operating systems differ, and
// the answer must not depend on where the server runs.
var contentTypes = map[string]string{
	".html":        "text/html; charset=utf-8",
	".htm":         "text/html; charset=utf-8",
	".xhtml":       "application/xhtml+xml; charset=utf-8",
	".css":         "text/css; charset=utf-8",
	".js":          "text/javascript; charset=utf-8",
	".mjs":         "text/javascript; charset=utf-8",
	".cjs":         "text/javascript; charset=utf-8",
	".json":        "application/json; charset=utf-8",
	".jsonld":      "application/ld+json; charset=utf-8",
	".geojson":     "application/geo+json; charset=utf-8",
	".map":         "application/json; charset=utf-8",
	".webmanifest": "application/manifest+json; charset=utf-8",
	".xml":         "application/xml; charset=utf-8",
	".xsl":         "application/xml; charset=utf-8",
	".rss":         "application/rss+xml; charset=utf-8",
	".atom":        "application/atom+xml; charset=utf-8",
	".txt":         "text/plain; charset=utf-8",
	".text":        "text/plain; charset=utf-8",
	".log":         "text/plain; charset=utf-8",
	".md":          "text/markdown; charset=utf-8",
	".csv":         "text/csv; charset=utf-8",
	".tsv":         "text/tab-separated-values; charset=utf-8",
	".ics":         "text/calendar; charset=utf-8",
	".vcf":         "text/vcard; charset=utf-8",
	".vtt":         "text/vtt; charset=utf-8",
	".srt":         "text/plain; charset=utf-8",
	".yaml":        "application/yaml; charset=utf-8",
	".yml":         "application/yaml; charset=utf-8",
	".toml":        "application/toml; charset=utf-8",
	".svg":         "image/svg+xml; charset=utf-8",
	".png":         "image/png",
	".apng":        "image/apng",
	".jpg":         "image/jpeg",
	".jpeg":        "image/jpeg",
	".gif":         "image/gif",
	".webp":        "image/webp",
	".avif":        "image/avif",
	".jxl":         "image/jxl",
	".bmp":         "image/bmp",
	".tif":         "image/tiff",
	".tiff":        "image/tiff",
	".ico":         "image/x-icon",
	".cur":         "image/x-icon",
	".woff":        "font/woff",
	".woff2":       "font/woff2",
	".ttf":         "font/ttf",
	".otf":         "font/otf",
	".ttc":         "font/collection",
	".eot":         "application/vnd.ms-fontobject",
	".mp3":         "audio/mpeg",
	".m4a":         "audio/mp4",
	".aac":         "audio/aac",
	".oga":         "audio/ogg",
	".ogg":         "audio/ogg",
	".opus":        "audio/ogg",
	".wav":         "audio/wav",
	".flac":        "audio/flac",
	".weba":        "audio/webm",
	".mp4":         "video/mp4",
	".m4v":         "video/mp4",
	".webm":        "video/webm",
	".ogv":         "video/ogg",
	".mov":         "video/quicktime",
	".m3u8":        "application/vnd.apple.mpegurl",
	".ts":          "video/mp2t",
	".pdf":         "application/pdf",
	".epub":        "application/epub+zip",
	".wasm":        "application/wasm",
	".zip":         "application/zip",
	".gz":          "application/gzip",
	".tgz":         "application/gzip",
	".bz2":         "application/x-bzip2",
	".xz":          "application/x-xz",
	".zst":         "application/zstd",
	".br":          "application/octet-stream",
	".tar":         "application/x-tar",
	".7z":          "application/x-7z-compressed",
	".rar":         "application/vnd.rar",
	".doc":         "application/msword",
	".docx":        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	".xls":         "application/vnd.ms-excel",
	".xlsx":        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	".ppt":         "application/vnd.ms-powerpoint",
	".pptx":        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
	".odt":         "application/vnd.oasis.opendocument.text",
	".ods":         "application/vnd.oasis.opendocument.spreadsheet",
	".rtf":         "application/rtf",
	".gltf":        "model/gltf+json",
	".glb":         "model/gltf-binary",
	".pem":         "application/x-pem-file",
	".apk":         "application/vnd.android.package-archive",
	".dmg":         "application/octet-stream",
	".exe":         "application/octet-stream",
}

// wellKnown are files without an extension, or whose type their extension does not tell.
var wellKnown = map[string]string{
	"apple-app-site-association": "application/json; charset=utf-8",
}

// ContentType gives the type of a file by its name.
func ContentType(name string) string { return contentType(name) }

// contentType is ContentType.
func contentType(name string) string {
	base := path.Base(name)
	if t, ok := wellKnown[base]; ok {
		return t
	}
	if t, ok := contentTypes[strings.ToLower(path.Ext(base))]; ok {
		return t
	}
	return "application/octet-stream"
}

// compressible says whether bytes of that type shrink. Fonts in WOFF, pictures and films are compressed already.
func compressible(ctype string) bool {
	ctype, params, _ := strings.Cut(ctype, ";")
	switch ctype {
	case "application/wasm", "font/ttf", "font/otf", "font/collection", "application/vnd.ms-fontobject",
		"image/x-icon", "image/bmp", "model/gltf+json", "model/gltf-binary", "application/rtf":
		return true
	}
	return params != "" // all text has a charset
}
