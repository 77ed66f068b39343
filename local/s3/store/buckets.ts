import { S3Error } from "../http/errors.ts";
import type { ManagedEncryption } from "./encryption.ts";
import { ObjectTable } from "./objects.ts";
import type { BucketPolicy } from "./policy.ts";
import { UploadTable } from "./uploads.ts";
import type { WebsiteConfiguration } from "./website.ts";

/** Who owns the objects of a bucket; but for BucketOwnerEnforced they have access control lists. */
export const objectOwnerships = ["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"] as const;
export type ObjectOwnership = (typeof objectOwnerships)[number];

/** The four settings of Block Public Access, in the order in which S3 answers them. */
export const publicAccessSettings = [
  "BlockPublicAcls",
  "IgnorePublicAcls",
  "BlockPublicPolicy",
  "RestrictPublicBuckets",
] as const;
export type PublicAccessBlock = Readonly<Record<(typeof publicAccessSettings)[number], boolean>>;

/** What applies to new objects whose request says nothing of encryption. */
export interface DefaultEncryption {
  readonly encryption: ManagedEncryption;
  /** Whether objects under SSE-KMS get a bucket key where the request does not say. */
  readonly bucketKey: boolean;
  /** The kinds of encryption that requests may not ask for. */
  readonly blocked: readonly "SSE-C"[];
}

export interface Bucket {
  readonly name: string;
  readonly created: Date;
  readonly objects: ObjectTable;
  readonly uploads: UploadTable;
  /** Undefined until versioning is configured for the first time. */
  versioning: "Enabled" | "Suspended" | undefined;
  /** Undefined when the bucket's ownership controls were deleted: then each object is its writer's. */
  ownership: ObjectOwnership | undefined;
  /** The bucket's own, in addition to that of its account; undefined when it was deleted. */
  publicAccessBlock: PublicAccessBlock | undefined;
  readonly accountBlock: PublicAccessBlock;
  /** How many public policies are still refused while the last change of the bucket's block spreads. */
  refusalsLeft: number;
  policy: BucketPolicy | undefined;
  website: WebsiteConfiguration | undefined;
  defaultEncryption: DefaultEncryption;
}

/** S3's default: SSE-S3. (S3 also blocks SSE-C in new buckets since 2026; here it is open until it is blocked.) */
export const initialEncryption: DefaultEncryption = {
  encryption: { algorithm: "AES256" },
  bucketKey: false,
  blocked: [],
};

/** An account of Amazon's has no block of its own until it makes one. */
export const noneBlocked = Object.fromEntries(publicAccessSettings.map((name) => [name, false])) as PublicAccessBlock;

const allBlocked = Object.fromEntries(publicAccessSettings.map((name) => [name, true])) as PublicAccessBlock;

/** All buckets of the server. */
export class BucketTable {
  readonly #buckets = new Map<string, Bucket>();
  readonly #accountBlock: PublicAccessBlock;

  /** @param accountBlock the public access that the account which owns the buckets blocks in all of them */
  constructor(accountBlock: PublicAccessBlock = noneBlocked) {
    this.#accountBlock = accountBlock;
  }

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
  create(name: string, created: Date, ownership: ObjectOwnership = "BucketOwnerEnforced"): void {
    if (!isBucketName(name)) throw new S3Error("InvalidBucketName", undefined, { elements: { BucketName: name } });
    this.#buckets.set(name, {
      name,
      created,
      objects: new ObjectTable(),
      uploads: new UploadTable(),
      versioning: undefined,
      ownership,
      publicAccessBlock: allBlocked,
      accountBlock: this.#accountBlock,
      refusalsLeft: 0,
      policy: undefined,
      website: undefined,
      defaultEncryption: initialEncryption,
    });
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
