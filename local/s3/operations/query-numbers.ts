import { S3Error } from "../http/errors.ts";
import type { S3Request } from "../http/request.ts";

/** The most keys, parts or uploads on a page; a request for more gets as many. */
const maxPageItems = 1000;

/**
 * A page size from the query.
 * @throws S3Error InvalidArgument when it is no number from 0 on
 */
export function pageSize(request: S3Request, name: string): number {
  return Math.min(queryNumber(request, name) ?? maxPageItems, maxPageItems);
}

/** @throws S3Error InvalidArgument when it is no number from 0 on */
export function queryNumber({ query }: S3Request, name: string): number | undefined {
  const text = query.get(name);
  if (text === undefined || text === "") return undefined;
  if (!/^\d{1,9}$/.test(text)) {
    throw new S3Error("InvalidArgument", `Provided ${name} not an integer or within integer range`, {
      elements: { ArgumentName: name, ArgumentValue: text },
    });
  }
  return Number(text);
}

/** The number of a part to upload: 1 to 10,000. @throws S3Error InvalidArgument */
export function partNumberToUpload(request: S3Request): number {
  const partNumber = queryNumber(request, "partNumber") ?? 0;
  if (partNumber >= 1 && partNumber <= 10_000) return partNumber;
  throw new S3Error("InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive", {
    elements: { ArgumentName: "partNumber", ArgumentValue: request.query.get("partNumber") ?? "" },
  });
}
