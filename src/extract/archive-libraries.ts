/** The libraries that read archives: a file of their own in the package, which only steps that extract load. */
export { extract as extractTar } from "tar-stream";
export { fromRandomAccessReaderPromise as openZip, getFileNameLowLevel, RandomAccessReader } from "yauzl";
