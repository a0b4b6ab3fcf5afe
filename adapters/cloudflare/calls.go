package cloudflare

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"sitegen.dev/core/diag"
)

// What a Worker cannot do, by package and name.
var (
	listening = map[string]string{
		"net": "Listen ListenPacket ListenTCP ListenUDP ListenUnix ListenIP ListenMulticastUDP ListenUnixgram ListenConfig FileListener",
		"os":  "StartProcess", "syscall": "ForkExec Exec StartProcess", "crypto/tls": "Listen NewListener"}
	dialing = map[string]string{
		"net":        "Dial DialTimeout DialTCP DialUDP DialUnix DialIP Dialer Resolver LookupHost LookupIP LookupAddr LookupCNAME LookupMX LookupNS LookupPort LookupSRV LookupTXT ResolveIPAddr ResolveTCPAddr ResolveUDPAddr",
		"crypto/tls": "Dial DialWithDialer Dialer"}
	filing = map[string]string{
		"os": "Open OpenFile OpenRoot OpenInRoot Create CreateTemp ReadFile WriteFile ReadDir Mkdir MkdirAll MkdirTemp Remove RemoveAll Rename Stat Lstat DirFS CopyFS " +
			"Truncate Chmod Chtimes Link Symlink Readlink",
		"path/filepath": "Walk WalkDir Glob EvalSymlinks", "io/ioutil": "ReadFile WriteFile ReadDir TempFile TempDir"}
)

// unable is a place in the site's own code that does what a Worker cannot do.
type unable struct {
	in   string // the function around it, as the linker knows it; "" for all that a package does when it starts
	pkg  *goPackage
	what diag.Diagnostic
	file bool // it is about files, which may be read while prerendering
}

// calls looks through the site's own code for what a Worker cannot do. Whether it is part of the Worker is known only when
// that is linked: a function that reads files for prerendered pages may stand beside one that is called on demand.
func (b *builder) calls(p *goPackage) {
	for _, name := range p.GoFiles {
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			continue // compiling says what is wrong
		}
		local := map[string]string{} // names of imports
		for _, spec := range f.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if err != nil || listening[path] == "" && dialing[path] == "" && filing[path] == "" {
				continue
			}
			name := path[strings.LastIndexByte(path, '/')+1:]
			if spec.Name != nil {
				name = spec.Name.Name
			}
			local[name] = path
		}
		if len(local) == 0 {
			continue
		}
		for _, decl := range f.Decls {
			in := symbol(p.ImportPath, decl)
			ast.Inspect(decl, func(n ast.Node) bool {
				sel, ok := n.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				id, ok := sel.X.(*ast.Ident)
				if !ok || local[id.Name] == "" {
					return true
				}
				path := local[id.Name]
				has := func(list string) bool { return slices.Contains(strings.Fields(list), sel.Sel.Name) }
				u := unable{in: in, pkg: p}
				u.what.Range = diag.Range{Pos: b.place(fset.Position(sel.Pos()))}
				u.what.Code = "SG6302"
				called := path + "." + sel.Sel.Name
				switch {
				case has(listening[path]):
					u.what.Message, u.what.Hint = called+" cannot work in a Worker", "remove it; Cloudflare hands requests to the Worker by itself"
				case has(dialing[path]):
					u.what.Message, u.what.Hint = called+" cannot work in a Worker, which has no sockets", "ask over HTTP with site.Fetch"
				case has(filing[path]):
					u.what.Code, u.file = "SG6303", true
					u.what.Message = called + " fails in a Worker, which has no files"
					u.what.Hint = "embed the data with //go:embed; what only prerendered pages need belongs into a function that no page on demand calls"
				default:
					return true
				}
				b.unable = append(b.unable, u)
				return true
			})
		}
	}
}

// symbol is the name that the linker knows a function by; "" for anything else.
func symbol(pkg string, decl ast.Decl) string {
	f, ok := decl.(*ast.FuncDecl)
	if !ok || f.Name.Name == "init" {
		return ""
	}
	name := linkPath(pkg) + "."
	if f.Recv != nil && len(f.Recv.List) == 1 {
		recv, star := f.Recv.List[0].Type, false
		for {
			switch t := recv.(type) {
			case *ast.StarExpr:
				recv, star = t.X, true
				continue
			case *ast.ParenExpr:
				recv = t.X
				continue
			case *ast.IndexExpr: // of a generic type, whose instances the linker names otherwise
				recv = t.X
				continue
			case *ast.IndexListExpr:
				recv = t.X
				continue
			case *ast.Ident:
				if star {
					name += "(*" + t.Name + ")."
				} else {
					name += t.Name + "."
				}
			}
			break
		}
	}
	return name + f.Name.Name
}

// linkPath is an import path as names of functions have it (cmd/internal/objabi.PathToPrefix).
func linkPath(path string) string {
	var out strings.Builder
	slash := strings.LastIndexByte(path, '/')
	for i := range len(path) {
		if c := path[i]; c <= ' ' || c == '.' && i > slash || c == '%' || c == '"' || c >= 0x7f {
			fmt.Fprintf(&out, "%%%02x", c)
		} else {
			out.WriteByte(c)
		}
	}
	return out.String()
}

// reportUnable reports what of the things that a Worker cannot do is part of this one. linked are the names of its
// functions, those that were inlined too; nil where they could not be read.
func (b *builder) reportUnable(linked map[string]bool) {
	for _, u := range b.unable {
		switch {
		case linked == nil && u.file:
			u.what.Severity = diag.Warning
		case linked != nil && u.in != "" && !linked[u.in]:
			continue
		}
		if !strings.Contains(u.pkg.ImportPath, "/.sitegen/gen/") {
			if chain := b.packages.chain(b.site.Bundle, u.pkg.ImportPath); len(chain) > 2 {
				u.what.Notes = append(u.what.Notes, diag.Note{Range: b.importPlace(b.packages, chain), Message: b.story(b.packages, chain) + " " + u.pkg.ImportPath})
			}
		}
		b.out.Report(u.what)
	}
}

// linkedNames gives the names of all functions of a program, without what tells the instances of generic ones apart; nil
// where the tables of the program are not as they are known here.
func linkedNames(module []byte) map[string]bool {
	r := wasmReader{data: bytes.TrimPrefix(module, []byte("\x00asm\x01\x00\x00\x00"))}
	for len(r.data) > 0 && !r.bad {
		kind := r.byte()
		s := wasmReader{data: r.bytes(r.number())}
		if kind != dataSection || r.bad {
			continue
		}
		memory, ok := readMemory(s.data)
		if !ok {
			return nil
		}
		t := findPclntab(memory)
		if t == nil {
			return nil
		}
		names := map[string]bool{}
		for name := range bytes.SplitSeq(t.names, []byte{0}) {
			names[withoutTypes(string(name))] = true
		}
		return names
	}
	return nil
}

// withoutTypes takes brackets with what stands in them out of the name of a function.
func withoutTypes(name string) string {
	var out strings.Builder
	depth := 0
	for i := range len(name) {
		switch c := name[i]; {
		case c == '[':
			depth++
		case c == ']':
			depth--
		case depth == 0:
			out.WriteByte(c)
		}
	}
	return out.String()
}
