/** The libraries that read archives, in a separate file of the package. Only steps that extract load it. */
export { extract as extractTar } from "tar-stream";
export {
  fromRandomAccessReaderPromise as openZip,
  getFileNameLowLevel,
  parseExtraFields,
  RandomAccessReader,
} from "yauzl";
