/** The libraries that write archives, in a separate file beside the bundle, because few steps need them. */
export { pack } from "tar-stream";
export { ZipFile } from "yazl";
