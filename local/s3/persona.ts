import { S3Error, type S3ErrorCode } from "./http/errors.ts";
import { documentReply, type Reply } from "./http/reply.ts";
import type { S3Request } from "./http/request.ts";
import { xmlDocument } from "./http/xml.ts";
import { bucketOf, type Call, keyOf, type Operation } from "./operations/operation.ts";
import { compareKeys } from "./store/key-order.ts";

/** How a store answers that lacks some of what Amazon S3 has. All that is not said here is as on Amazon S3. */
export interface Persona {
  /** Query parameters it does not know: such a request is one for the object or the bucket itself. */
  readonly unknownSubResources?: readonly string[];
  /** Headers that it ignores. */
  readonly ignoredHeaders?: readonly string[];
  /** Headers that it refuses. */
  readonly refusedHeaders?: HeaderRefusal;
  /** What it answers to an operation, by the operation's name: always the same, or in a manner of its own. */
  readonly answers?: Readonly<Record<string, Reply | Answer>>;
  /** What it says instead of an error of S3, by S3's code. */
  readonly refusals?: Readonly<Partial<Record<S3ErrorCode, Refusal>>>;
}

interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** @param usual answers as Amazon S3 does. */
export type Answer = (call: Call, usual: Operation["handle"]) => Promise<Reply> | Reply;

interface HeaderRefusal {
  readonly name: RegExp;
  /** The only operation that refuses them; by default all do. */
  readonly operation?: string;
  /** NotImplemented does not say which header it is. */
  readonly code: "NotImplemented" | "InvalidArgument";
}

/** Takes a request for an object's tags for one for the object, so that tags replace its content. */
export const takesTagsForObject: Persona = { unknownSubResources: ["tagging"], ignoredHeaders: ["x-amz-tagging"] };

/** Implements no requests for tags, and ignores those that come with an object. */
export const hasNoTags: Persona = {
  ignoredHeaders: ["x-amz-tagging"],
  answers: {
    GetObjectTagging: () => {
      throw new S3Error("NotImplemented", "The tagging sub-resource is not implemented.");
    },
  },
};

const anyChecksum = /^x-amz-(checksum-|sdk-checksum-|mp-object-size)/;

/** Implements no header about checksums, and does not say which header it means. */
export const refusesChecksums: Persona = { refusedHeaders: { name: anyChecksum, code: "NotImplemented" } };

/** Accepts no checksums, and names the header. */
export const refusesChecksumsByName: Persona = {
  refusedHeaders: { name: /^x-amz-(checksum-(?!mode)|sdk-checksum-|mp-object-size)/, code: "InvalidArgument" },
};

/** Accepts checksums of objects and of parts, but no type of them. */
export const refusesChecksumTypes: Persona = {
  refusedHeaders: { name: /^x-amz-checksum-type$/, code: "InvalidArgument" },
};

/** Accepts no checksum of the whole object when parts are joined. */
export const refusesWholeChecksums: Persona = {
  refusedHeaders: { name: anyChecksum, operation: "CompleteMultipartUpload", code: "InvalidArgument" },
};

/** Implements no header about tags, keys of customers, redirects or checksums, and does not say which header it means. */
export const refusesSettings: Persona = {
  refusedHeaders: {
    name: /^x-amz-(tagging|server-side-encryption-customer|website-redirect-location|checksum-(?!mode|algorithm)|mp-object-size)/,
    code: "NotImplemented",
  },
};

/** Has an ACL for each object, without any grantee. */
export const namesNoGrantees: Persona = {
  answers: {
    GetObjectAcl: documentReply(
      xmlDocument("AccessControlPolicy", {
        Owner: { ID: "", DisplayName: "" },
        AccessControlList: { Grant: { Grantee: { "@_xsi:type": "CanonicalUser" }, Permission: "FULL_CONTROL" } },
      }),
    ),
  },
};

/** Answers a request for an ACL with the object. */
export const hasNoAcls: Persona = { unknownSubResources: ["acl"] };

/** Has no Block Public Access. */
export const hasNoPublicAccessBlock: Persona = {
  answers: {
    GetPublicAccessBlock: () => {
      throw new S3Error("NotImplemented", "The publicAccessBlock sub-resource is not implemented.");
    },
  },
};

/** Accepts storage classes, and keeps all objects in one. */
export const keepsNoStorageClasses: Persona = { ignoredHeaders: ["x-amz-storage-class"] };

/** Keeps objects as files, so that no key is a folder of another one. */
export const keepsObjectsAsFiles: Persona = {
  answers: {
    PutObject: (call, usual) => {
      const { keys } = bucketOf(call).objects;
      const key = keyOf(call);
      const { value: next } = keys.from((other) => compareKeys(other, `${key}/`) < 0).next();
      const isInFile = [...key.matchAll(/\//g)].some(({ index }) => bucketOf(call).objects.get(key.slice(0, index)));
      if (isInFile || next?.startsWith(`${key}/`)) {
        throw new S3Error(
          "InvalidRequest",
          "There is a folder in the place of the file, or a file in that of a folder.",
        );
      }
      return usual(call);
    },
  },
};

/** Has one code for wrong keys, wrong secrets and missing rights, and one of its own for a wrong region. */
export const saysForbidden: Persona = {
  refusals: {
    InvalidAccessKeyId: { status: 403, code: "AccessDenied", message: "Forbidden: No such key: AKIANOBODYHASTHISKEY" },
    SignatureDoesNotMatch: { status: 403, code: "AccessDenied", message: "Forbidden: Invalid signature" },
    AuthorizationHeaderMalformed: { status: 403, code: "InvalidRegionName", message: "The region name is not valid." },
  },
};

/** Says with 204 that a bucket is no website yet. */
export const has204ForNoWebsite: Persona = { answers: { GetBucketWebsite: { status: 204 } } };

const notImplemented: Reply = documentReply(
  xmlDocument("Error", {
    Code: "NotImplemented",
    Message: "A header you provided implies functionality that is not implemented",
  }),
);

/** Answers that a bucket has no website configuration and no policy, and refuses to store them. */
export const refusesToBeSet: Persona = {
  answers: {
    PutBucketWebsite: { ...notImplemented, status: 501 },
    PutBucketPolicy: { ...notImplemented, status: 501 },
  },
};

const emptyListing = documentReply(xmlDocument("ListBucketResult", { Name: "bucket", IsTruncated: "false" }));

/** Lists the bucket when it is asked for its website or for the public access that it blocks. */
export const listsForSettings: Persona = {
  answers: { GetBucketWebsite: emptyListing, GetPublicAccessBlock: emptyListing },
};

/** @throws S3Error when the store refuses a header of the request */
export function checkHeadersAccepted({ headers }: S3Request, operation: string, { refusedHeaders }: Persona): void {
  if (refusedHeaders === undefined || (refusedHeaders.operation ?? operation) !== operation) return;
  const refused = [...headers.keys()].find((name) => refusedHeaders.name.test(name));
  if (refused === undefined) return;
  if (refusedHeaders.code === "NotImplemented") throw new S3Error("NotImplemented");
  throw new S3Error("InvalidArgument", `Unsupported header '${refused}' received for this API call.`);
}

/** What a store answers to a request. @throws what the operation throws */
export function answerAs({ answers = {} }: Persona, { name, handle }: Operation, call: Call): Promise<Reply> | Reply {
  const own = answers[name];
  if (typeof own === "function") return own(call, handle);
  return own ?? handle(call);
}

/** The request as a store understands it. Its signature must have been checked before. */
export function asUnderstood(request: S3Request, { ignoredHeaders = [] }: Persona): S3Request {
  if (ignoredHeaders.length === 0) return request;
  const headers = new Map([...request.headers].filter(([name]) => !ignoredHeaders.includes(name)));
  return { ...request, headers };
}
