import { ServiceError } from "../../aws/errors/errors.ts";
import { guessContentType } from "../../files/content-type.ts";
import type { ObjectHead } from "../../s3/head-object.ts";
import type { RemoteObject } from "../../s3/listing/list-objects.ts";
import { DEFAULT_ALGORITHM } from "../../s3/store/checksum-support.ts";
import type { ObjectSettings } from "../options.ts";
import { type CompareContext, headOrRefusal } from "./compare.ts";
import type { PlanRemark } from "./plan.ts";

/** The type that S3 stores if an upload has no Content-Type. */
const S3_DEFAULT = "binary/octet-stream";
const MAX_HEADS_OF_A_TYPE = 2;
const MAX_HEADS = 10;

/**
 * Finds unchanged objects that another tool has stored without a Content-Type, which a browser downloads instead of showing. A listing
 * does not contain the type, so a few objects are checked with a HEAD, but none that was stored with the checksum that this step would
 * send.
 */
export class UntypedObjects {
  readonly #context: CompareContext & { readonly settings: ObjectSettings };
  /** By the type that the file would have. */
  readonly #heads = new Map<string, number>();
  #headsLeft = MAX_HEADS;
  #found: { readonly key: string; readonly contentType: string } | undefined;

  constructor(context: CompareContext & { readonly settings: ObjectSettings }) {
    this.#context = context;
  }

  /**
   * Checks an object with the same bytes as a file.
   *
   * @param head if it was already requested.
   */
  async look(path: string, object: RemoteObject, head: ObjectHead | undefined): Promise<void> {
    const contentType = guessContentType(path);
    const isNamed = "content-type" in this.#context.settings.headersFor(path);
    if (this.#found || isNamed || contentType === "application/octet-stream") return;
    const known = head ?? (await this.#ask(object, contentType));
    if (known?.headers["content-type"] === S3_DEFAULT) this.#found ??= { key: object.key, contentType };
  }

  remarks(): PlanRemark[] {
    if (!this.#found) return [];
    const { key, contentType } = this.#found;
    const what = `${key} is unchanged, but its Content-Type is ${S3_DEFAULT} and not ${contentType}. Other objects may have the same problem.`;
    const advice = "To correct that without uploading files again, set their Content-Type by pattern in headers.";
    return [{ kind: "warning", input: "headers", code: "content-type-missing", message: `${what} ${advice}` }];
  }

  async #ask({ key, checksumAlgorithm }: RemoteObject, contentType: string): Promise<ObjectHead | undefined> {
    const asked = this.#heads.get(contentType) ?? 0;
    const own = this.#context.settings.checksumAlgorithm;
    const isOwn = checksumAlgorithm === (own === "auto" ? DEFAULT_ALGORITHM : own);
    if (isOwn || this.#headsLeft === 0 || asked === MAX_HEADS_OF_A_TYPE) return undefined;
    this.#heads.set(contentType, asked + 1);
    this.#headsLeft--;
    try {
      const head = await headOrRefusal(this.#context, key);
      if (!(head instanceof ServiceError)) return head;
    } catch {
      this.#context.signal.throwIfAborted();
    }
    // Not worth a failure.
    this.#headsLeft = 0;
    return undefined;
  }
}
