/** A digest that is computed while bytes pass. */
export interface Digest {
  /** The chunk may be overwritten once this returns. */
  update(chunk: Uint8Array): void;
  /** The digest, most significant byte first, as S3 writes it in base64 (ETags in hex). To be called once. */
  digest(): Buffer;
}
