import type { ChecksumAlgorithm } from "../body/checksum-algorithms.ts";
import { type ReceivedBody, receiveBody } from "../body/receive.ts";
import { S3Error } from "../http/errors.ts";
import type { Reply } from "../http/reply.ts";
import type { Body } from "../store/bodies.ts";
import type { Call } from "./operation.ts";

/** The most bytes of one PutObject or UploadPart: 5 GiB. */
const maxBodyBytes = 5 * 1024 ** 3;

/** A body that has arrived on disk, as declared. */
export interface StoredBody extends ReceivedBody {
  readonly body: Body;
}

/**
 * Receives a call's body to disk and has it made an object or a part. The body is deleted again when it does not
 * arrive as declared, or when `keep` throws.
 * @param wanted a checksum to compute where none is declared
 * @param keep takes the body over
 * @throws S3Error MissingContentLength, EntityTooLarge, those of receiveBody and of `keep`
 */
export async function withStoredBody(
  call: Call,
  wanted: ChecksumAlgorithm | undefined,
  keep: (stored: StoredBody) => Reply,
): Promise<Reply> {
  const { bodies } = call.state;
  checkSize(call.incoming.declaration.sizeBytes);
  const writer = bodies.newBody();
  let stored: StoredBody;
  try {
    const received = await receiveBody(call.incoming, (content) => writer.write(content), wanted);
    stored = { ...received, body: await writer.finish() };
  } catch (error) {
    await writer.discard();
    throw error;
  }
  try {
    return keep(stored);
  } catch (error) {
    bodies.release(stored.body);
    throw error;
  }
}

function checkSize(sizeBytes: number | undefined): void {
  if (sizeBytes === undefined) throw new S3Error("MissingContentLength");
  if (sizeBytes > maxBodyBytes) {
    throw new S3Error("EntityTooLarge", undefined, {
      elements: { ProposedSize: String(sizeBytes), MaxSizeAllowed: String(maxBodyBytes) },
    });
  }
}
