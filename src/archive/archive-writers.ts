/** The library that writes tar archives: a file of its own beside the bundle, since few steps need it. */
export { pack } from "tar-stream";
