// Package app is for Go that several components share. They import it as "example.com/site"; a package in a folder of
// its own works just as well.
package app

// Name is what the site is called.
const Name = "SITENAME"
