// Writes all files below a folder into a zip and a tar.gz archive: write_archives FOLDER ZIP TGZ.
package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"os"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	folder := os.DirFS(os.Args[1])
	zipFile, err := os.Create(os.Args[2])
	must(err)
	zipWriter := zip.NewWriter(zipFile)
	must(zipWriter.AddFS(folder))
	must(zipWriter.Close())
	tarFile, err := os.Create(os.Args[3])
	must(err)
	gzipWriter := gzip.NewWriter(tarFile)
	tarWriter := tar.NewWriter(gzipWriter)
	must(tarWriter.AddFS(folder))
	must(tarWriter.Close())
	must(gzipWriter.Close())
}
