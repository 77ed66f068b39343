package main

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A body that has come. What is larger than the pattern is the pattern again and again, and not kept.
type body struct {
	size    int64
	md5     []byte
	content []byte
}

type object struct {
	size     int64
	etag     string
	modified time.Time
	// What comes back with HEAD and GET as it came.
	headers http.Header
	content []byte
}

type upload struct {
	headers http.Header
	parts   map[int]body
}

type store struct {
	pattern []byte
	mutex   sync.Mutex
	// By key and size, whatever the bucket: a body is digested once, and from then on the server lets it pass.
	known   map[string]body
	buckets map[string]map[string]object
	uploads map[string]*upload
}

func newStore(pattern []byte) *store {
	return &store{
		pattern: pattern,
		known:   map[string]body{},
		buckets: map[string]map[string]object{},
		uploads: map[string]*upload{},
	}
}

var buffers = sync.Pool{New: func() any { block := make([]byte, 256*1024); return &block }}

// Reads a request's body. The first one of a key is held against the checksum that came with it.
func (s *store) take(r *http.Request) (body, error) {
	if r.Body == nil || r.ContentLength <= 0 && r.Header.Get("x-amz-decoded-content-length") == "" {
		return body{md5: md5Of(nil)}, nil
	}
	_, key := target(r)
	decoded := r.Header.Get("x-amz-decoded-content-length")
	name := fmt.Sprintf("%s %s %d %s", key, r.URL.Query().Get("partNumber"), r.ContentLength, decoded)
	s.mutex.Lock()
	known, isKnown := s.known[name]
	s.mutex.Unlock()
	block := buffers.Get().(*[]byte)
	defer buffers.Put(block)
	if isKnown {
		return known, drain(r.Body, *block)
	}
	content, err := io.ReadAll(r.Body)
	if err != nil {
		return body{}, err
	}
	if decoded != "" {
		content = decodeChunks(content)
	}
	if err := checkCrc(content, r); err != nil {
		return body{}, err
	}
	taken := body{size: int64(len(content)), md5: md5Of(content)}
	if len(content) <= len(s.pattern) {
		taken.content = content
	}
	s.mutex.Lock()
	s.known[name] = taken
	s.mutex.Unlock()
	return taken, nil
}

func drain(from io.Reader, block []byte) error {
	for {
		if _, err := from.Read(block); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// Of a POST it is the checksum of the object, not of the document that completes it.
func checkCrc(content []byte, r *http.Request) error {
	told := r.Header.Get("x-amz-checksum-crc32")
	if told == "" || r.Method != http.MethodPut {
		return nil
	}
	sum := binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(content))
	if base64.StdEncoding.EncodeToString(sum) != told {
		return fmt.Errorf("a body came that does not have the CRC32 sent with it")
	}
	return nil
}

// What stands in an aws-chunked body: chunks behind lines with their sizes in hex, and a trailer.
func decodeChunks(encoded []byte) []byte {
	var content []byte
	for {
		line, rest, _ := strings.Cut(string(encoded), "\r\n")
		hexSize, _, _ := strings.Cut(line, ";")
		size, err := strconv.ParseInt(hexSize, 16, 64)
		if err != nil || size <= 0 || int64(len(rest)) < size+2 {
			return content
		}
		content = append(content, rest[:size]...)
		encoded = []byte(rest[size+2:])
	}
}

func md5Of(content []byte) []byte {
	sum := md5.Sum(content)
	return sum[:]
}

func target(r *http.Request) (bucket, key string) {
	bucket, key, _ = strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	return bucket, key
}

func keptHeaders(r *http.Request) http.Header {
	kept := http.Header{}
	for name, values := range r.Header {
		lower := strings.ToLower(name)
		isKept := lower == "content-type" || lower == "cache-control" || strings.HasPrefix(lower, "x-amz-meta-") ||
			strings.HasPrefix(lower, "x-amz-checksum-") && lower != "x-amz-checksum-algorithm"
		if isKept {
			kept[name] = values
		}
	}
	return kept
}

func (s *store) answer(w http.ResponseWriter, r *http.Request, taken body) {
	bucket, key := target(r)
	query := r.URL.Query()
	switch {
	case key == "":
		s.answerForBucket(w, r, bucket)
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		s.read(w, r, bucket, key)
	case r.Method == http.MethodPut && query.Has("uploadId"):
		s.putPart(w, query.Get("uploadId"), query.Get("partNumber"), taken)
	case r.Method == http.MethodPut:
		etag := hex.EncodeToString(taken.md5)
		s.put(bucket, key, object{taken.size, etag, time.Now(), keptHeaders(r), taken.content})
		w.Header().Set("ETag", `"`+etag+`"`)
	case r.Method == http.MethodPost && query.Has("uploads"):
		s.beginUpload(w, r, bucket, key)
	case r.Method == http.MethodPost && query.Has("uploadId"):
		s.completeUpload(w, r, bucket, key, query.Get("uploadId"))
	case r.Method == http.MethodDelete:
		w.WriteHeader(http.StatusNoContent)
	default:
		refuse(w, http.StatusNotImplemented, "NotImplemented")
	}
}

func (s *store) put(bucket, key string, stored object) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.buckets[bucket] == nil {
		s.buckets[bucket] = map[string]object{}
	}
	s.buckets[bucket][key] = stored
}

func (s *store) answerForBucket(w http.ResponseWriter, r *http.Request, bucket string) {
	query := r.URL.Query()
	switch {
	case query.Has("list-type"):
		s.list(w, bucket, query.Get("prefix"), query.Get("continuation-token"), query.Get("encoding-type"))
	case query.Has("uploads"):
		xml(w, "ListMultipartUploadsResult", "<IsTruncated>false</IsTruncated>")
	case query.Has("location"):
		xml(w, "LocationConstraint", "")
	case r.Method == http.MethodPut || r.Method == http.MethodHead:
	default:
		refuse(w, http.StatusNotImplemented, "NotImplemented")
	}
}

func (s *store) list(w http.ResponseWriter, bucket, prefix, token, encoding string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	var keys []string
	for key := range s.buckets[bucket] {
		if strings.HasPrefix(key, prefix) {
			keys = append(keys, key)
		}
	}
	sort.Strings(keys)
	start, _ := strconv.Atoi(token)
	end := min(start+1000, len(keys))
	var content strings.Builder
	fmt.Fprintf(&content, "<Name>%s</Name><KeyCount>%d</KeyCount><MaxKeys>1000</MaxKeys>", bucket, end-start)
	fmt.Fprintf(&content, "<IsTruncated>%t</IsTruncated>", end < len(keys))
	if encoding == "url" {
		content.WriteString("<EncodingType>url</EncodingType>")
	}
	if end < len(keys) {
		fmt.Fprintf(&content, "<NextContinuationToken>%d</NextContinuationToken>", end)
	}
	for _, key := range keys[start:end] {
		each := s.buckets[bucket][key]
		fmt.Fprintf(&content, "<Contents><Key>%s</Key><LastModified>%s</LastModified><ETag>&quot;%s&quot;</ETag><Size>%d</Size>"+
			"<StorageClass>STANDARD</StorageClass></Contents>", key, each.modified.UTC().Format("2006-01-02T15:04:05.000Z"), each.etag, each.size)
	}
	xml(w, "ListBucketResult", content.String())
}

func (s *store) read(w http.ResponseWriter, r *http.Request, bucket, key string) {
	s.mutex.Lock()
	stored, isThere := s.buckets[bucket][key]
	s.mutex.Unlock()
	if !isThere {
		refuse(w, http.StatusNotFound, "NoSuchKey")
		return
	}
	start, end, isRange := int64(0), stored.size, false
	if first, last, ok := strings.Cut(strings.TrimPrefix(r.Header.Get("Range"), "bytes="), "-"); ok {
		isRange = true
		start, _ = strconv.ParseInt(first, 10, 64)
		if to, err := strconv.ParseInt(last, 10, 64); err == nil {
			end = min(end, to+1)
		}
	}
	header := w.Header()
	for name, values := range stored.headers {
		// Of a range S3 tells no checksum.
		if !isRange || !strings.HasPrefix(strings.ToLower(name), "x-amz-checksum-") {
			header[name] = values
		}
	}
	header.Set("ETag", `"`+stored.etag+`"`)
	header.Set("Last-Modified", stored.modified.UTC().Format(http.TimeFormat))
	header.Set("Content-Length", strconv.FormatInt(end-start, 10))
	if isRange {
		header.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", start, end-1, stored.size))
		w.WriteHeader(http.StatusPartialContent)
	}
	if r.Method == http.MethodHead {
		return
	}
	if stored.content != nil {
		w.Write(stored.content[start:end])
		return
	}
	for start < end {
		offset := start % int64(len(s.pattern))
		count, err := w.Write(s.pattern[offset:min(int64(len(s.pattern)), offset+end-start)])
		if err != nil {
			return
		}
		start += int64(count)
	}
}

func (s *store) putPart(w http.ResponseWriter, uploadId, partNumber string, taken body) {
	number, _ := strconv.Atoi(partNumber)
	s.mutex.Lock()
	defer s.mutex.Unlock()
	begun := s.uploads[uploadId]
	if begun == nil {
		refuse(w, http.StatusNotFound, "NoSuchUpload")
		return
	}
	begun.parts[number] = taken
	w.Header().Set("ETag", `"`+hex.EncodeToString(taken.md5)+`"`)
}

func (s *store) beginUpload(w http.ResponseWriter, r *http.Request, bucket, key string) {
	s.mutex.Lock()
	uploadId := fmt.Sprintf("upload-%d-%d", len(s.uploads), time.Now().UnixNano())
	s.uploads[uploadId] = &upload{keptHeaders(r), map[int]body{}}
	s.mutex.Unlock()
	xml(w, "InitiateMultipartUploadResult",
		fmt.Sprintf("<Bucket>%s</Bucket><Key>%s</Key><UploadId>%s</UploadId>", bucket, key, uploadId))
}

func (s *store) completeUpload(w http.ResponseWriter, r *http.Request, bucket, key, uploadId string) {
	s.mutex.Lock()
	begun := s.uploads[uploadId]
	delete(s.uploads, uploadId)
	s.mutex.Unlock()
	if begun == nil {
		refuse(w, http.StatusNotFound, "NoSuchUpload")
		return
	}
	var sums []byte
	var size int64
	for number := 1; number <= len(begun.parts); number++ {
		sums = append(sums, begun.parts[number].md5...)
		size += begun.parts[number].size
	}
	etag := fmt.Sprintf("%x-%d", md5Of(sums), len(begun.parts))
	// The checksum of the whole, where the client has told it: who downloads it holds the bytes against it.
	for name, values := range keptHeaders(r) {
		if strings.HasPrefix(strings.ToLower(name), "x-amz-checksum-") {
			begun.headers[name] = values
		}
	}
	s.put(bucket, key, object{size, etag, time.Now(), begun.headers, nil})
	xml(w, "CompleteMultipartUploadResult",
		fmt.Sprintf("<Bucket>%s</Bucket><Key>%s</Key><ETag>&quot;%s&quot;</ETag>", bucket, key, etag))
}

func xml(w http.ResponseWriter, root, content string) {
	document := fmt.Sprintf("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<%s>%s</%s>", root, content, root)
	w.Header().Set("Content-Type", "application/xml")
	w.Header().Set("Content-Length", strconv.Itoa(len(document)))
	io.WriteString(w, document)
}

func refuse(w http.ResponseWriter, status int, code string) {
	document := fmt.Sprintf("<Error><Code>%s</Code><Message>%s</Message></Error>", code, code)
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	io.WriteString(w, document)
}
