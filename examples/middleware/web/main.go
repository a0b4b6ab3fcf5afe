// Command web is a Go program of one's own with a site mounted in it: the program answers /api/, the site everything
// else. Run `sitegen build` first; it writes the package that is imported here.
package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"log"
	"net/http"
	"time"

	"example.com/middleware/dist/server"
	"example.com/middleware/visitor"
)

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/time", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(map[string]time.Time{"now": time.Now()})
	})
	mux.Handle("/", withVisitor(server.Handler(server.Options{Client: "dist/client"})))

	srv := &http.Server{Addr: "127.0.0.1:8080", Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	log.Println("listening on http://" + srv.Addr + "/")
	if err := srv.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		log.Fatal(err)
	}
}

// withVisitor is any middleware of net/http. What it puts into the context under a key of the site, pages find in
// page.Locals.
func withVisitor(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := cmp.Or(r.URL.Query().Get("name"), "stranger")
		next.ServeHTTP(w, r.WithContext(visitor.Name.WithContext(r.Context(), name)))
	})
}
