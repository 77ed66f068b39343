/** The libraries that write archives: a file of its own beside the bundle, since few steps need them. */
export { pack } from "tar-stream";
export { ZipFile } from "yazl";
