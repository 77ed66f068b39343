/** The library that writes tar archives, in a separate file beside the bundle, because few steps need it. */
export { pack } from "tar-stream";
