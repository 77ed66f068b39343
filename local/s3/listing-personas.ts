import { documentReply } from "./http/reply.ts";
import type { Call } from "./operations/operation.ts";
import { type Answer, type Persona, refusesChecksums } from "./persona.ts";
import { compareKeys } from "./store/key-order.ts";

/** How a store lists that does not list as Amazon S3 does. It is for buckets of up to a thousand objects. */
interface ListingManner {
  readonly compare?: (a: string, b: string) => number;
  /** Default: what the request asks for. */
  readonly pageSize?: number;
  /** Each page after the first one begins with the last key of the one before. */
  readonly repeatsKeys?: boolean;
  /** Elements that its listing lacks, in entries or around them. */
  readonly without?: readonly string[];
  /** What it does not know of the query. */
  readonly unknownParameters?: readonly string[];
}

/** Walks folders: what is in `a/` comes before `a.txt`. */
export const listsByFolder: Persona = lists({ compare: compareByFolder, pageSize: 2 });

/** Lists keys in an order that says nothing. */
export const listsInNoOrder: Persona = lists({ compare: (a, b) => compareKeys(reversed(a), reversed(b)), pageSize: 3 });

/** Begins each page with the key that ended the one before. */
export const repeatsKeysInListings: Persona = lists({ pageSize: 2, repeatsKeys: true });

/** Lists only the key, the size and the time of an object; the end of the listing is where it ends. */
export const listsWithoutEtags: Persona = lists({ without: ["ETag", "IsTruncated", "StorageClass"] });

/** Sends the ETag of an object only with its content, and keeps no checksums. */
export const tellsNoEtags: Persona = {
  ...refusesChecksums,
  answers: {
    ...listsWithoutEtags.answers,
    HeadObject: async (call, usual) => {
      const reply = await usual(call);
      const headers = Object.entries(reply.headers ?? {}).filter(([name]) => name !== "etag");
      return { ...reply, headers: Object.fromEntries(headers) };
    },
  },
};

/** Lists keys as they are, whatever encoding is asked for. */
export const listsWithoutEncoding: Persona = lists({ unknownParameters: ["encoding-type"] });

/** Knows only the first version of listings, in pages of two. */
export const listsByMarker: Persona = {
  unknownSubResources: ["list-type"],
  answers: { ListObjects: (call, usual) => usual(withQuery(call, { "max-keys": "2" })) },
};

/** Leaves elements out of its listings. */
export function listsWithout(...without: readonly string[]): Persona {
  return lists({ without });
}

function lists(manner: ListingManner): Persona {
  return { answers: { ListObjectsV2: listingIn(manner) } };
}

function listingIn(manner: ListingManner): Answer {
  const { compare = compareKeys, repeatsKeys = false, without = [], unknownParameters = [] } = manner;
  return async (call, usual) => {
    const ignored = [...unknownParameters, "continuation-token"].map((name) => [name, undefined] as const);
    const whole = await usual(withQuery(call, Object.fromEntries(ignored)));
    const document = String(whole.content);
    const entries = (document.match(ENTRY) ?? []).sort((a, b) => compare(keyIn(a), keyIn(b)));
    const start = Number(call.request.query.get("continuation-token") ?? 0);
    const end = start + (manner.pageSize ?? entries.length);
    const page = entries.slice(repeatsKeys && start > 0 ? start - 1 : start, end);
    const around = document.replaceAll(ENTRY, "").replace(/<IsTruncated>.*?</, `<IsTruncated>${end < entries.length}<`);
    const token = end < entries.length ? `<NextContinuationToken>${end}</NextContinuationToken>` : "";
    const full = around.replace("</ListBucketResult>", () => `${page.join("")}${token}</ListBucketResult>`);
    return documentReply(withoutElements(full, without));
  };
}

const ENTRY = /<Contents>.*?<\/Contents>/gs;

function keyIn(entry: string): string {
  return decodeURIComponent(/<Key>(.*?)<\/Key>/s.exec(entry)?.[1]?.replaceAll("+", " ") ?? "");
}

function withoutElements(document: string, names: readonly string[]): string {
  return names.reduce((text, name) => text.replaceAll(new RegExp(`<${name}>[^<]*</${name}>`, "g"), ""), document);
}

/** @param parameters undefined takes one away. */
function withQuery(call: Call, parameters: Readonly<Record<string, string | undefined>>): Call {
  const query = new Map([...call.request.query, ...Object.entries(parameters)]);
  const given = [...query].flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  return { ...call, request: { ...call.request, query: new Map(given) } };
}

function compareByFolder(a: string, b: string): number {
  return compareKeys(a.replaceAll("/", "\0"), b.replaceAll("/", "\0"));
}

function reversed(key: string): string {
  return [...key].reverse().join("");
}
