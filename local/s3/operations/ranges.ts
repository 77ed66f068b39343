import { S3Error } from "../http/errors.ts";
import type { S3Request } from "../http/request.ts";
import type { ObjectPart, StoredObject } from "../store/object-version.ts";
import { queryNumber } from "./query-numbers.ts";

/** What a read asks for: bytes from `start` up to, not including, `end`. */
export interface Selection {
  readonly start: number;
  readonly end: number;
  readonly kind: "whole" | "range" | "part";
  /** The part of a multipart object that was asked for. */
  readonly part?: ObjectPart;
}

/**
 * Which bytes a GetObject or HeadObject asks for, by its Range header or its part number.
 * @throws S3Error InvalidRange, InvalidPartNumber, InvalidRequest when both are given
 */
export function selectBytes(request: S3Request, object: StoredObject): Selection {
  const range = request.headers.get("range");
  const partNumber = queryNumber(request, "partNumber");
  if (partNumber === undefined) return selectRange(range, object.sizeBytes);
  if (range !== undefined) {
    throw new S3Error("InvalidRequest", "Cannot specify both Range header and partNumber query parameter");
  }
  return selectPart(partNumber, object);
}

/** Several ranges, or one that is not understood, are ignored: the whole object is answered. */
function selectRange(range: string | undefined, sizeBytes: number): Selection {
  const match = /^bytes=(\d*)-(\d*)$/.exec(range?.trim() ?? "");
  const [, first = "", last = ""] = match ?? [];
  const isBackward = first !== "" && last !== "" && Number(first) > Number(last);
  if (match === null || (first === "" && last === "") || isBackward) {
    return { start: 0, end: sizeBytes, kind: "whole" };
  }
  const start = first === "" ? Math.max(0, sizeBytes - Number(last)) : Number(first);
  const end = first === "" || last === "" ? sizeBytes : Math.min(Number(last) + 1, sizeBytes);
  if (start >= end) {
    throw new S3Error("InvalidRange", undefined, {
      elements: { RangeRequested: range ?? "", ActualObjectSize: String(sizeBytes) },
      headers: { "content-range": `bytes */${sizeBytes}` },
    });
  }
  return { start, end, kind: "range" };
}

function selectPart(partNumber: number, { parts, sizeBytes }: StoredObject): Selection {
  if (parts === undefined) {
    if (partNumber === 1) return { start: 0, end: sizeBytes, kind: "part" };
  } else {
    let start = 0;
    for (const part of parts) {
      if (part.partNumber === partNumber) return { start, end: start + part.sizeBytes, kind: "part", part };
      start += part.sizeBytes;
    }
  }
  throw new S3Error("InvalidPartNumber", undefined, {
    elements: { PartNumberRequested: String(partNumber), ActualPartCount: String(parts?.length ?? 1) },
  });
}
