// A server that answers as S3 does and stores nothing, like main.ts one folder up, on all cores. Of an object it keeps what it takes to
// answer for it: large ones are one block again and again.
package main

import (
	"crypto/tls"
	"encoding/hex"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"time"
)

var (
	patternFile = flag.String("pattern", "", "the block that large files are made of")
	certificate = flag.String("cert", "", "a certificate in PEM; without it, the server speaks http")
	key         = flag.String("key", "", "the key of the certificate")
	address     = flag.String("address", "127.0.0.1", "where to listen")
	latencyMs   = flag.Int("latency-ms", 0, "how long each answer is held back")
)

func main() {
	flag.Parse()
	pattern, err := os.ReadFile(*patternFile)
	if err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(*address, "0"))
	if err != nil {
		log.Fatal(err)
	}
	store := newStore(pattern)
	latency := time.Duration(*latencyMs) * time.Millisecond
	server := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { serve(store, latency, w, r) }),
		// Only HTTP/1.1, as Amazon S3.
		TLSNextProto: map[string]func(*http.Server, *tls.Conn, http.Handler){},
		// Clients break their connections off when they are done.
		ErrorLog: log.New(io.Discard, "", 0),
	}
	scheme := "http"
	if *certificate != "" {
		scheme = "https"
	}
	fmt.Printf("%s://%s\n", scheme, listener.Addr())
	if *certificate != "" {
		log.Fatal(server.ServeTLS(listener, *certificate, *key))
	}
	log.Fatal(server.Serve(listener))
}

func serve(store *store, latency time.Duration, w http.ResponseWriter, r *http.Request) {
	body, err := store.take(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	time.Sleep(latency)
	w.Header().Set("x-amz-request-id", hex.EncodeToString([]byte(r.Method)))
	store.answer(w, r, body)
}
