package httpcase

import (
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// SyntaxError is a mistake in a file of cases.
type SyntaxError struct {
	File    string
	Line    int // from 1
	Message string
}

// Error gives place and message.
func (e *SyntaxError) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Message) }

// Parse reads a file of cases. Every mistake is reported, joined with errors.Join; a file with mistakes has no cases.
func Parse(name, text string) (*File, error) {
	p := &parser{file: name, group: groupOf(name), variants: []string{"default"}, seen: map[string]bool{}}
	if !utf8.ValidString(text) {
		p.fail(1, "the file is not UTF-8")
		return nil, errors.Join(p.errs...)
	}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		p.line(i+1, strings.TrimRight(line, " \t\r"))
	}
	p.end()
	if len(p.cases) == 0 && len(p.errs) == 0 {
		p.fail(1, "the file holds no cases")
	}
	if len(p.errs) > 0 {
		return nil, errors.Join(p.errs...)
	}
	return &File{Name: p.group, Cases: p.cases}, nil
}

func groupOf(name string) string {
	name = name[strings.LastIndexByte(name, '/')+1:]
	return strings.TrimSuffix(name, ".http")
}

type parser struct {
	file     string
	group    string
	variants []string // of cases that do not say
	cases    []*Case
	seen     map[string]bool
	errs     []error

	open *block
}

// block is a case as it stands in the file: its head, its lines, and the rows that make a table of it.
type block struct {
	line     int
	name     string
	priority string
	star     bool
	source   string
	variants []string
	lines    []numbered
	rows     []numbered
}

type numbered struct {
	n    int
	text string
}

func (p *parser) fail(line int, format string, a ...any) {
	p.errs = append(p.errs, &SyntaxError{p.file, line, fmt.Sprintf(format, a...)})
}

func (p *parser) line(n int, text string) {
	switch {
	case strings.HasPrefix(text, "=== "):
		p.end()
		p.head(n, text[4:])
	case text == "" || strings.HasPrefix(text, "#"):
	case strings.HasPrefix(text, "variants: "):
		list := p.list(n, text[len("variants: "):])
		switch {
		case p.open == nil:
			p.variants = list
		case len(p.open.lines) > 0:
			p.fail(n, "variants stand at the beginning of a case")
		default:
			p.open.variants = list
		}
	case p.open == nil:
		p.fail(n, "a line outside of a case: a case begins with === name | priority | source")
	case text[0] == '|':
		p.open.rows = append(p.open.rows, numbered{n, text})
	case len(p.open.rows) > 0:
		p.fail(n, "the rows of a table stand at the end of its case")
	default:
		p.open.lines = append(p.open.lines, numbered{n, text})
	}
}

func (p *parser) list(n int, text string) []string {
	var out []string
	for item := range strings.SplitSeq(text, ",") {
		item = strings.TrimSpace(item)
		if !caseName.MatchString(item) {
			p.fail(n, "%q is no name of a variant", item)
		}
		out = append(out, item)
	}
	return out
}

var (
	caseName   = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	sourceName = regexp.MustCompile(`^(behaviour ([1-9]|1[0-9]|20)|security C([1-9]|1[0-9]|2[0-8]))$`)
)

// head reads "name | P0 | behaviour 1".
func (p *parser) head(n int, text string) {
	b := &block{line: n, variants: p.variants}
	p.open = b
	fields := strings.Split(text, "|")
	if len(fields) != 3 {
		p.fail(n, "a case begins with === name | priority | source")
		return
	}
	b.name, b.source = strings.TrimSpace(fields[0]), strings.TrimSpace(fields[2])
	b.priority, b.star = strings.CutSuffix(strings.TrimSpace(fields[1]), "*")
	if !caseName.MatchString(b.name) {
		p.fail(n, "the name of a case is made of small letters, digits and single hyphens, not %q", b.name)
	}
	if !slices.Contains([]string{"P0", "P1", "P2"}, b.priority) {
		p.fail(n, "the priority is P0, P1 or P2, with a * behind it where the case asks for more than the original does, not %q", strings.TrimSpace(fields[1]))
	}
	if !sourceName.MatchString(b.source) {
		p.fail(n, `the source is a section, "behaviour 7", or a class, "security C3", not %q`, b.source)
	}
}

// end makes cases of the open block.
func (p *parser) end() {
	b := p.open
	p.open = nil
	if b == nil {
		return
	}
	if len(b.rows) == 0 {
		p.add(b, b.line, b.name, b.lines)
		return
	}
	columns := cells(b.rows[0].text)
	if len(columns) == 0 || columns[0] != "name" {
		p.fail(b.rows[0].n, `the first row names the columns, and the first column is "name"`)
		return
	}
	for i, c := range columns {
		if !columnName.MatchString(c) || slices.Contains(columns[:i], c) {
			p.fail(b.rows[0].n, "%q is no name of a column, or there are two", c)
			return
		}
	}
	if len(b.rows) == 1 {
		p.fail(b.rows[0].n, "the table has no rows")
	}
	used := map[string]bool{"name": true}
	for _, row := range b.rows[1:] {
		values := cells(row.text)
		if len(values) != len(columns) {
			p.fail(row.n, "the row has %d cells, the table %d columns", len(values), len(columns))
			continue
		}
		if !caseName.MatchString(values[0]) {
			p.fail(row.n, "the name of a row is made of small letters, digits and single hyphens, not %q", values[0])
			continue
		}
		p.add(b, row.n, b.name+"/"+values[0], p.fill(b, columns, values, used))
	}
	for _, c := range columns {
		if !used[c] && len(b.rows) > 1 {
			p.fail(b.rows[0].n, "no line uses the column %q: write $%s", c, c)
		}
	}
}

var (
	columnName = regexp.MustCompile(`^[a-z][a-z0-9]*$`)
	column     = regexp.MustCompile(`\$([a-z][a-z0-9]*)`)
)

// cells takes a row apart; \| is a stroke in a cell.
func cells(row string) []string {
	row = strings.TrimSuffix(strings.TrimPrefix(row, "|"), "|")
	var out []string
	var cell strings.Builder
	for i := 0; i < len(row); i++ {
		switch {
		case row[i] == '\\' && i+1 < len(row) && row[i+1] == '|':
			cell.WriteByte('|')
			i++
		case row[i] == '|':
			out = append(out, strings.TrimSpace(cell.String()))
			cell.Reset()
		default:
			cell.WriteByte(row[i])
		}
	}
	return append(out, strings.TrimSpace(cell.String()))
}

// fill puts the cells of a row into the lines of the block. A line with a cell that is only "-" is left out.
func (p *parser) fill(b *block, columns, values []string, used map[string]bool) []numbered {
	var out []numbered
	for _, l := range b.lines {
		dropped := false
		text := column.ReplaceAllStringFunc(l.text, func(m string) string {
			i := slices.Index(columns, m[1:])
			if i < 0 {
				p.fail(l.n, "the table has no column %q", m[1:])
				return m
			}
			used[columns[i]] = true
			dropped = dropped || values[i] == "-"
			return values[i]
		})
		if !dropped {
			out = append(out, numbered{l.n, strings.TrimRight(text, " \t")})
		}
	}
	return out
}

// add parses the lines of one case.
func (p *parser) add(b *block, line int, name string, lines []numbered) {
	c := &Case{ID: p.group + "/" + name, Priority: b.priority, Star: b.star, Source: b.source, Variants: b.variants, Line: line}
	if p.seen[c.ID] {
		p.fail(line, "there are two cases named %s", c.ID)
	}
	p.seen[c.ID] = true
	cp := &caseParser{p: p, c: c}
	for _, l := range lines {
		cp.line(l.n, l.text)
	}
	cp.finish()
	if len(c.exchanges) == 0 {
		p.fail(line, "the case sends nothing")
	}
	p.cases = append(p.cases, c)
}

type caseParser struct {
	p    *parser
	c    *Case
	x    *exchange
	asks bool // the exchange is written with ask
	hasB bool // a body was given with =
}

func (cp *caseParser) fail(n int, format string, a ...any) { cp.p.fail(n, format, a...) }

// begin opens an exchange.
func (cp *caseParser) begin(n int, fresh bool) {
	cp.finish()
	cp.x = &exchange{line: n, fresh: fresh, method: "GET"}
	cp.asks, cp.hasB = false, false
	cp.c.exchanges = append(cp.c.exchanges, cp.x)
}

// finish completes the exchange: the end of the head of an ask, with its length.
func (cp *caseParser) finish() {
	x := cp.x
	if x == nil {
		return
	}
	cp.closeAsk()
	if len(x.expect) == 0 && !x.leave && x.hangup == nil {
		cp.fail(x.line, "nothing is expected of the answer: say at least status, or leave, or hangup")
	}
	if len(x.expect) > 0 && (x.leave || x.hangup != nil) {
		cp.fail(x.line, "an answer that is not read cannot be expected to be anything")
	}
	cp.x = nil
}

// closeAsk ends the head of a request that was written with ask: with the body's length where there is a body.
func (cp *caseParser) closeAsk() {
	if !cp.asks {
		return
	}
	cp.asks = false
	x := cp.x
	at := len(x.sends)
	for i, s := range x.sends {
		if s.body {
			at = i
			break
		}
	}
	end := "\r\n"
	if cp.hasB {
		end = "Content-Length: {length}\r\n\r\n"
	}
	x.sends = slices.Insert(x.sends, at, send{text: end, times: 1})
}

func (cp *caseParser) line(n int, text string) {
	word, rest, _ := strings.Cut(text, " ")
	if cp.x == nil && word != "then" && word != "anew" {
		cp.begin(n, true)
	}
	x := cp.x
	sending := func() bool {
		if len(x.expect) > 0 || x.leave || x.hangup != nil {
			cp.fail(n, "something is sent after the answer: begin with then (the same connection) or anew (another one)")
			return false
		}
		return true
	}
	switch word {
	case "then", "anew":
		if rest != "" {
			cp.fail(n, "%s stands alone", word)
		}
		if len(cp.c.exchanges) == 0 {
			cp.fail(n, "%s needs a request before it", word)
		}
		cp.begin(n, word == "anew")
	case "ask":
		cp.ask(n, rest, sending())
	case "+":
		if !cp.asks || cp.hasB {
			cp.fail(n, "header lines stand between ask and the body")
			return
		}
		x.sends = append(x.sends, send{text: cp.unescape(n, rest) + "\r\n", times: 1})
	case "=", "=*":
		if !cp.asks {
			cp.fail(n, "a body needs ask before it")
			return
		}
		cp.hasB = true
		cp.piece(n, word == "=*", rest, true)
	case ">":
		if sending() {
			cp.raw(n, cp.unescape(n, rest)+"\r\n")
		}
	case ">=", ">*":
		if sending() {
			if len(x.sends) == 0 {
				cp.raw(n, "")
			}
			cp.piece(n, word == ">*", rest, cp.headEnded())
		}
	case "pause":
		d := cp.duration(n, rest)
		cp.closeAskForPause()
		x.sends = append(x.sends, send{pause: d})
	case "shut":
		cp.closeAsk()
		x.sends = append(x.sends, send{finish: true})
	case "leave":
		cp.closeAsk()
		x.leave = true
	case "hangup":
		cp.closeAsk()
		x.hangup = &hangup{}
		if rest != "" {
			after, ok := strings.CutPrefix(rest, "after ")
			if !ok {
				cp.fail(n, "it is hangup, or hangup after TEXT")
			}
			x.hangup.after = cp.unescape(n, after)
		}
	default:
		cp.closeAsk()
		cp.expectation(n, word, rest)
	}
}

func (cp *caseParser) closeAskForPause() {
	if !cp.hasB {
		cp.closeAsk()
	}
}

// ask writes request line and Host.
func (cp *caseParser) ask(n int, rest string, ok bool) {
	method, target, found := strings.Cut(rest, " ")
	if !found || method == "" || target == "" || strings.ContainsRune(target, ' ') {
		cp.fail(n, "it is ask METHOD TARGET")
		return
	}
	if len(cp.x.sends) > 0 || !ok {
		cp.fail(n, "a request was begun already: begin with then or anew")
		return
	}
	cp.asks, cp.x.method = true, method
	cp.x.sends = append(cp.x.sends, send{text: method + " " + cp.unescape(n, target) + " HTTP/1.1\r\nHost: {host}\r\n", times: 1})
}

// raw appends a line of a request that is written out.
func (cp *caseParser) raw(n int, text string) {
	if cp.asks {
		cp.fail(n, "ask and > do not mix in one request")
		return
	}
	if len(cp.x.sends) == 0 {
		cp.x.method, _, _ = strings.Cut(text, " ")
	}
	cp.x.sends = append(cp.x.sends, send{text: text, times: 1, body: cp.headEnded()})
}

// headEnded says whether the empty line behind a head that is written out was sent.
func (cp *caseParser) headEnded() bool {
	for i, s := range cp.x.sends {
		if s.text == "\r\n" && i > 0 {
			return true
		}
	}
	return false
}

// maxRepeat bounds what a short line can grow to.
const maxRepeat = 64 << 20

func (cp *caseParser) piece(n int, repeat bool, rest string, body bool) {
	times := 1
	if repeat {
		count, text, _ := strings.Cut(rest, " ")
		var err error
		if times, err = strconv.Atoi(count); err != nil || times < 1 || times > maxRepeat/max(1, len(text)) {
			cp.fail(n, "it is * COUNT TEXT, and at most %d bytes in all", maxRepeat)
			return
		}
		rest = text
	}
	cp.x.sends = append(cp.x.sends, send{text: cp.unescape(n, rest), times: times, body: body})
}

func (cp *caseParser) duration(n int, text string) time.Duration {
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 || d > 30*time.Second {
		cp.fail(n, "%q is no duration such as 200ms", text)
		return 0
	}
	return d
}

func (cp *caseParser) expectation(n int, word, rest string) {
	e := expectation{line: n}
	switch word {
	case "status":
		e.kind = kindStatus
		for item := range strings.SplitSeq(rest, ",") {
			item = strings.TrimSpace(item)
			if item == "none" {
				e.codes = append(e.codes, 0)
				continue
			}
			code, err := strconv.Atoi(item)
			if err != nil || code < 100 || code > 999 {
				cp.fail(n, "%q is no status", item)
				return
			}
			e.codes = append(e.codes, code)
		}
	case "header":
		if !cp.header(n, rest, &e) {
			return
		}
	case "cookie":
		e.kind, e.text = kindCookie, cp.unescape(n, rest)
	case "cookies":
		e.kind = kindNoCookies
		if rest != "none" {
			cp.fail(n, "it is cookies none; say each cookie in a line of its own")
		}
	case "body":
		if !cp.body(n, rest, &e) {
			return
		}
	case "closed", "broken":
		if e.kind = kindClosed; word == "broken" {
			e.kind = kindBroken
		}
		if rest != "" {
			cp.fail(n, "%s stands alone", word)
		}
	case "head", "within", "after":
		e.kind = map[string]kind{"head": kindHead, "within": kindWithin, "after": kindAfter}[word]
		e.limit = cp.duration(n, strings.TrimPrefix(rest, "within "))
	case "gap":
		e.kind = kindGap
		fields := strings.SplitN(rest, " ", 2)
		e.limit = cp.duration(n, fields[0])
		first, second, ok := strings.Cut(strings.Join(fields[1:], ""), " ... ")
		if !ok || first == "" || second == "" {
			cp.fail(n, "it is gap DURATION FIRST ... SECOND")
			return
		}
		e.text, e.text2 = cp.unescape(n, first), cp.unescape(n, second)
	case "informational":
		e.kind = kindInformational
		var err error
		if e.n, err = strconv.Atoi(rest); err != nil || e.n < 100 || e.n > 199 {
			cp.fail(n, "it is informational 100")
		}
	default:
		cp.fail(n, "%q is nothing that can be sent or expected", word)
		return
	}
	if len(cp.x.expect) == 0 && e.kind != kindStatus {
		cp.fail(n, "the first expectation is status")
	}
	cp.x.expect = append(cp.x.expect, e)
}

// header reads "Name: value", "Name ~ regexp", "Name has text", "Name lacks text", "Name absent", "Name present".
func (cp *caseParser) header(n int, rest string, e *expectation) bool {
	e.kind = kindHeader
	if name, value, ok := strings.Cut(rest, ": "); ok && !strings.ContainsRune(name, ' ') {
		e.name, e.op, e.text = name, opIs, cp.unescape(n, value)
		return true
	}
	name, rest, _ := strings.Cut(rest, " ")
	how, text, _ := strings.Cut(rest, " ")
	e.name = name
	switch how {
	case "~":
		return cp.regexp(n, text, e)
	case "has", "lacks":
		if e.op = opHas; how == "lacks" {
			e.op = opLacks
		}
		e.text = cp.unescape(n, text)
	case "absent", "present":
		if e.op = opAbsent; how == "present" {
			e.op = opPresent
		}
		if text != "" {
			cp.fail(n, "nothing stands behind %s", how)
		}
	default:
		cp.fail(n, "it is header NAME: VALUE, or header NAME with ~, has, lacks, absent or present")
		return false
	}
	return true
}

func (cp *caseParser) body(n int, rest string, e *expectation) bool {
	e.kind = kindBody
	how, text, _ := strings.Cut(rest, " ")
	switch how {
	case "is", "has", "lacks":
		e.op = map[string]op{"is": opIs, "has": opHas, "lacks": opLacks}[how]
		if e.text = cp.unescape(n, text); e.text == "" {
			cp.fail(n, "a text stands behind %s; for no body it is body empty", how)
		}
	case "~":
		return cp.regexp(n, text, e)
	case "length":
		var err error
		e.op = opLength
		if e.n, err = strconv.Atoi(text); err != nil || e.n < 0 {
			cp.fail(n, "it is body length NUMBER")
		}
	case "sha256":
		sum, err := hex.DecodeString(text)
		if err != nil || len(sum) != 32 {
			cp.fail(n, "a SHA-256 has 64 hexadecimal digits")
		}
		e.op, e.text = opHash, strings.ToLower(text)
	case "empty":
		e.op = opEmpty
	default:
		cp.fail(n, "it is body with is, has, lacks, ~, length, sha256 or empty")
		return false
	}
	return true
}

func (cp *caseParser) regexp(n int, text string, e *expectation) bool {
	re, err := regexp.Compile(text)
	if err != nil || text == "" {
		cp.fail(n, "%q is no regular expression", text)
		return false
	}
	e.op, e.re, e.text = opMatches, re, text
	return true
}

// unescape reads \r \n \t \0 \s (a blank) \\ and \xHH.
func (cp *caseParser) unescape(n int, s string) string {
	if !strings.ContainsRune(s, '\\') {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			b.WriteByte(s[i])
			continue
		}
		i++
		c := byte(0)
		if i < len(s) {
			c = s[i]
		}
		switch c {
		case 'r':
			b.WriteByte('\r')
		case 'n':
			b.WriteByte('\n')
		case 't':
			b.WriteByte('\t')
		case '0':
			b.WriteByte(0)
		case 's':
			b.WriteByte(' ')
		case '\\':
			b.WriteByte('\\')
		case 'x':
			if i+2 < len(s) {
				if v, err := hex.DecodeString(s[i+1 : i+3]); err == nil {
					b.WriteByte(v[0])
					i += 2
					continue
				}
			}
			cp.fail(n, `\x needs two hexadecimal digits`)
		default:
			cp.fail(n, `a backslash begins \r, \n, \t, \0, \s, \xHH or \\`)
			return b.String()
		}
	}
	return b.String()
}
