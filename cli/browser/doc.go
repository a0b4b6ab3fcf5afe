// Package browser holds the tests that look at this repository's site the way a visitor does, in Chromium. They need
// the tag browser, because they need Chromium; scripts/browser runs them.
package browser
