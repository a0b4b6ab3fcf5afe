package src

import (
	"time"

	"sitegen.dev/core/site/content"
)

// Teas are compiled into whatever renders on demand: no adapter has a file system to read them from.
var Teas = content.New[Tea]("teas").Newest().At("/teas/[slug]")

type Tea struct {
	Title  string `content:",required"`
	Date   time.Time
	Tags   []string
	Grower content.Ref[Grower]
}

var Growers = content.New[Grower]("growers")

type Grower struct {
	Name   string `content:",required"`
	Height int
}
