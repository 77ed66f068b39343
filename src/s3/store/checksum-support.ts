import { ServiceError, UnsupportedInputError } from "../../aws/errors/errors.ts";
import type { ChecksumAlgorithm } from "../../checksums/algorithms.ts";
import type { GivenUp } from "./given-up.ts";

/** Which checksums are sent: those of whole objects and of parts, those of objects in one piece and of parts, or none. */
export type ChecksumLevel = "wholeObject" | "partsOnly" | "none";

const LEVELS: readonly ChecksumLevel[] = ["wholeObject", "partsOnly", "none"];

/** The checksum that goes with objects if no input asks for one. */
export const DEFAULT_ALGORITHM: ChecksumAlgorithm = "CRC32";

/** Codes for bytes that do not match the checksum or the MD5. */
const MISMATCH_CODES = /Digest|Mismatch/;

/** A request with a checksum. */
interface CheckedRequest {
  readonly algorithm: ChecksumAlgorithm;
  /** Whether an input asks for it. If none does, it is not sent to a store that refuses it. */
  readonly isRequired: boolean;
  /** All others that the request has. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The store of a bucket. */
interface Store {
  readonly isAmazon: boolean;
  readonly checksums: ChecksumSupport;
}

/** What is known about the checksums that a bucket's store accepts. Only Amazon S3 is sure to accept all. */
export class ChecksumSupport {
  readonly #onGivenUp: (what: GivenUp) => void;
  #level: ChecksumLevel = "wholeObject";
  #acceptsMode = true;

  /** @param onGivenUp called once for each thing that is not sent any more. */
  constructor(onGivenUp: (what: GivenUp) => void = () => undefined) {
    this.#onGivenUp = onGivenUp;
  }

  get level(): ChecksumLevel {
    return this.#level;
  }

  /** Whether the store accepts to be asked for checksums (`x-amz-checksum-mode`). */
  get acceptsMode(): boolean {
    return this.#acceptsMode && this.#level !== "none";
  }

  lowerTo(level: "partsOnly" | "none"): void {
    if (LEVELS.indexOf(level) <= LEVELS.indexOf(this.#level)) return;
    this.#level = level;
    this.#onGivenUp(level === "none" ? "checksums" : "wholeObject");
  }

  giveUpMode(): void {
    if (!this.acceptsMode) return;
    this.#acceptsMode = false;
    this.#onGivenUp("checksumMode");
  }
}

/**
 * Sends something with the best checksums that the store accepts. What it refuses is not sent again in this step.
 *
 * @param levels those that make a difference for the request, the best one first.
 * @throws {UnsupportedInputError} if the store refuses what an input asks for; what `send` throws.
 */
export async function withChecksums<T>(
  store: Store,
  request: CheckedRequest,
  levels: readonly ChecksumLevel[],
  send: (level: ChecksumLevel) => Promise<T>,
): Promise<T> {
  let refusal: ServiceError | undefined;
  for (const level of levelsToTry(store, request, levels)) {
    try {
      const result = await send(level);
      if (refusal && level !== "wholeObject") store.checksums.lowerTo(level);
      return result;
    } catch (error) {
      if (store.isAmazon || !isChecksumRefusal(error)) throw error;
      refusal = error;
    }
  }
  if (!refusal || !request.isRequired || isPerhapsOfOthers(refusal, request)) throw refusal;
  throw new UnsupportedInputError(
    "checksum-not-supported",
    `checksumAlgorithm: the store refused the checksum ${request.algorithm}: ${refusal.message}. Set checksumAlgorithm to auto, which sends no checksum if the store refuses it, or to none.`,
    { cause: refusal },
  );
}

function levelsToTry(
  { isAmazon, checksums }: Store,
  { isRequired }: CheckedRequest,
  levels: readonly ChecksumLevel[],
): readonly ChecksumLevel[] {
  if (isAmazon) return levels.slice(0, 1);
  const best = !isRequired || checksums.level !== "none" ? checksums.level : "partsOnly";
  const usable = levels.filter((level) => LEVELS.indexOf(level) >= LEVELS.indexOf(best));
  const others = usable.length > 0 ? usable : levels.slice(-1);
  return others.filter((level) => !isRequired || level !== "none");
}

/** Sends a request that asks for an object's checksums, or without this question if the store refuses it. */
export async function withChecksumMode<T>(
  { isAmazon, checksums }: Store,
  send: (headers: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  if (!checksums.acceptsMode) return send({});
  try {
    return await send({ "x-amz-checksum-mode": "ENABLED" });
  } catch (error) {
    if (isAmazon || !isChecksumRefusal(error)) throw error;
    const result = await send({});
    checksums.giveUpMode();
    return result;
  }
}

const CHECKSUM_HEADER = /checksum|x-amz-mp-object-size/i;
const ANY_HEADER = /\bx-amz-[a-z0-9-]+/i;

/** Whether a refusal may be about checksums: a store does not always say which header it does not know. */
function isChecksumRefusal(error: unknown): error is ServiceError {
  if (!(error instanceof ServiceError)) return false;
  const { status, serverMessage } = error.details;
  if (status === 501) return CHECKSUM_HEADER.test(serverMessage) || !ANY_HEADER.test(serverMessage);
  return status === 400 && !MISMATCH_CODES.test(error.awsCode) && CHECKSUM_HEADER.test(serverMessage);
}

/** Whether it does not say which header it is about, and the request has others that a store may not know. */
function isPerhapsOfOthers({ details }: ServiceError, { headers }: CheckedRequest): boolean {
  const others = Object.keys(headers).filter((name) => /^(x-amz-(?!meta-)|if-)/.test(name));
  return others.length > 0 && !CHECKSUM_HEADER.test(details.serverMessage);
}
