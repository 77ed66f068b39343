import { S3Error } from "../http/errors.ts";
import { ObjectTable } from "./objects.ts";
import { UploadTable } from "./uploads.ts";

export interface Bucket {
  readonly name: string;
  readonly created: Date;
  readonly objects: ObjectTable;
  readonly uploads: UploadTable;
}

/** All buckets of the server. */
export class BucketTable {
  readonly #buckets = new Map<string, Bucket>();

  /** @throws S3Error NoSuchBucket */
  get(name: string): Bucket {
    const bucket = this.#buckets.get(name);
    if (bucket === undefined) throw new S3Error("NoSuchBucket", undefined, { elements: { BucketName: name } });
    return bucket;
  }

  has(name: string): boolean {
    return this.#buckets.has(name);
  }

  /** @throws S3Error InvalidBucketName */
  create(name: string, created: Date): void {
    if (!isBucketName(name)) throw new S3Error("InvalidBucketName", undefined, { elements: { BucketName: name } });
    this.#buckets.set(name, { name, created, objects: new ObjectTable(), uploads: new UploadTable() });
  }

  delete(name: string): void {
    this.#buckets.delete(name);
  }

  /** All buckets by name. */
  sorted(): Bucket[] {
    return [...this.#buckets.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

const reservedPrefixes = ["xn--", "sthree-", "amzn-s3-demo-"];
const reservedSuffixes = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];

/** Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
function isBucketName(name: string): boolean {
  return (
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
    !name.includes("..") &&
    !/^\d+\.\d+\.\d+\.\d+$/.test(name) &&
    !reservedPrefixes.some((prefix) => name.startsWith(prefix)) &&
    !reservedSuffixes.some((suffix) => name.endsWith(suffix))
  );
}
