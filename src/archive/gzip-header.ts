import { Transform } from "node:stream";

/** Place of the byte that names the operating system, and its value for "unknown". Source: RFC 1952, section 2.3. */
const SYSTEM_OFFSET = 9;
const UNKNOWN_SYSTEM = 255;

/** Sets the operating system in the header of a gzip stream to "unknown", so that all agents compress to the same bytes. */
export function withoutSystem(): Transform {
  let positionBytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const offset = SYSTEM_OFFSET - positionBytes;
      if (offset >= 0 && offset < chunk.length) chunk[offset] = UNKNOWN_SYSTEM;
      positionBytes += chunk.length;
      done(null, chunk);
    },
  });
}
