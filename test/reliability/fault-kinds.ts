import type { FaultAction } from "../../local/s3/faults.ts";
import {
  afterInterimAnswers,
  answering,
  cutInBody,
  cutInChunks,
  cutInHead,
  cutWithoutLength,
  distorted,
  GARBAGE,
  instead,
  interimAlone,
  page,
  shortened,
  tooLong,
  twice,
  withByteFlipped,
  withOtherChecksum,
  withOtherEtag,
} from "./wire-faults.ts";

/** One way in which a request can go wrong. */
export interface FaultKind {
  /** Of its row on the page. */
  readonly name: string;
  readonly action: FaultAction;
  /** How many connections are refused after the request; as many as are tried if the fault is there to stay. */
  readonly refusals?: number;
  /** Whether it is only seen when a timeout ends. */
  readonly isSilent?: boolean;
  /** The only operations for which it is ordered. */
  readonly operations?: RegExp;
  /** Whether the answer is well-formed and not true, so that the step may do more than it has to. */
  readonly isFalse?: boolean;
}

const ELSEWHERE = "Location: http://127.0.0.1:1/elsewhere";
const ERROR_DOCUMENT =
  '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>InternalError</Code><Message>We encountered an internal error. Please try again.</Message></Error>';

function status(status: number, code: string, message?: string): FaultAction {
  return { kind: "status", status, code, ...(message ? { message } : {}) };
}

const WITH_BODY = /^(Put|Upload|Complete|Delete|Create|Change|Assume)/;

/** Where a body is expected: an empty answer is the right one to the others. */
const ANSWERED_WITH_BODY = /^(?!(PutObjectTagging|PutBucket|PutPublicAccessBlock|CreateBucket|Head|AbortMultipart))/;
/** A listing has no checksum: only TLS protects it. */
const NO_LISTING = /^(?!ListObjectsV2$)/;

/** All ways in which one request can go wrong, as the page lists them. */
export const FAULT_KINDS: readonly FaultKind[] = [
  { name: "connection refused", action: { kind: "reset" }, refusals: 2 },
  { name: "reset before the body of the request", action: { kind: "reset", when: "beforeBody" } },
  {
    name: "reset within the body of the request",
    action: { kind: "reset", when: "duringBody" },
    operations: WITH_BODY,
  },
  { name: "reset after the request", action: { kind: "reset", when: "afterBody" } },
  { name: "request carried out, answer lost", action: { kind: "reset", when: "afterWork" } },
  { name: "closed without an answer", action: instead(Buffer.alloc(0), "end") },
  { name: "reset in the head of the answer", action: distorted(cutInHead) },
  { name: "reset in the body of the answer", action: distorted(cutInBody("reset")) },
  { name: "answer cut short, with Content-Length", action: distorted(cutInBody("end")) },
  { name: "answer cut short, without Content-Length", action: distorted(cutWithoutLength) },
  { name: "answer cut short, in chunks", action: distorted(cutInChunks) },
  { name: "no answer", action: { kind: "hang" }, isSilent: true },
  { name: "answer stops half-way", action: distorted(cutInBody("stay")), isSilent: true },
  { name: "500 InternalError", action: status(500, "InternalError") },
  {
    name: "500 after the request was carried out",
    action: distorted(() => ({
      bytes: answering("500 Internal Server Error", ["Content-Type: application/xml"], ERROR_DOCUMENT),
      connection: "stay",
    })),
  },
  { name: "502 with a page", action: instead(page("502 Bad Gateway")) },
  { name: "503 SlowDown", action: status(503, "SlowDown") },
  { name: "503 with a page", action: instead(page("503 Service Unavailable")) },
  {
    name: "503 before the request was read",
    action: {
      kind: "rewrite",
      work: "unread",
      rewrite: () => ({ bytes: page("503 Service Unavailable", ["Connection: close"]), connection: "end" }),
    },
  },
  { name: "504 with a page", action: instead(page("504 Gateway Timeout")) },
  { name: "429 with a page", action: instead(page("429 Too Many Requests", ["Retry-After: 1"])) },
  { name: "408 with a page", action: instead(page("408 Request Timeout", ["Connection: close"]), "end") },
  { name: "400 RequestTimeout", action: status(400, "RequestTimeout") },
  { name: "400 BadDigest", action: status(400, "BadDigest") },
  { name: "400 ExpiredToken", action: status(400, "ExpiredToken") },
  { name: "403 ExpiredToken", action: status(403, "ExpiredToken") },
  { name: "403 AccessDenied", action: status(403, "AccessDenied") },
  { name: "403 RequestTimeTooSkewed", action: status(403, "RequestTimeTooSkewed") },
  { name: "409 OperationAborted", action: status(409, "OperationAborted") },
  { name: "409 ConditionalRequestConflict", action: status(409, "ConditionalRequestConflict") },
  {
    name: "200 with an error document",
    action: instead(answering("200 OK", ["Content-Type: application/xml"], ERROR_DOCUMENT)),
  },
  { name: "200 with a page", action: instead(page("200 OK")), isFalse: true },
  {
    name: "200 without a body",
    action: instead(answering("200 OK", [], "")),
    operations: ANSWERED_WITH_BODY,
    isFalse: true,
  },
  {
    name: "204",
    action: instead(Buffer.from("HTTP/1.1 204 No Content\r\n\r\n")),
    operations: ANSWERED_WITH_BODY,
    isFalse: true,
  },
  { name: "301 to elsewhere", action: instead(page("301 Moved Permanently", [ELSEWHERE])) },
  { name: "307 to elsewhere", action: instead(page("307 Temporary Redirect", [ELSEWHERE])) },
  { name: "bytes that are not HTTP", action: instead(GARBAGE, "end") },
  { name: "100 and 103 before the answer", action: distorted(afterInterimAnswers) },
  { name: "100 and no answer", action: distorted(interimAlone) },
  { name: "a second answer nobody asked for", action: distorted(twice) },
  { name: "body of half the size, length to match", action: distorted(shortened), isFalse: true },
  { name: "body longer than its length", action: distorted(tooLong), isFalse: true },
  {
    name: "one bit of an object wrong",
    action: distorted(withByteFlipped),
    operations: /^(GetObject|Website)$/,
    isFalse: true,
  },
  { name: "wrong ETag", action: distorted(withOtherEtag), operations: NO_LISTING, isFalse: true },
  { name: "wrong checksum", action: distorted(withOtherChecksum), isFalse: true },
];
