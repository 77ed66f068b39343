import type { HttpRequest } from "./messages.ts";

const BAD_TARGET = /[^\x21-\x7e]/;
const BAD_NAME = /[^!#$%&'*+.^_`|~0-9A-Za-z-]/;
const BAD_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

/**
 * The request line and the headers as they go on the wire, a byte for each character.
 *
 * @throws {TypeError} if the target or a header contains a character that is not allowed there: it could start another header, or another
 * request.
 *
 * Source: RFC 9112, sections 3 and 5.
 */
export function requestHead({ method, target, headers }: Pick<HttpRequest, "method" | "target" | "headers">): string {
  if (BAD_TARGET.test(target)) throw new TypeError("the target of a request has a character that is not allowed");
  let head = `${method} ${target} HTTP/1.1\r\n`;
  for (const name in headers) {
    const value = headers[name] as string;
    if (BAD_NAME.test(name) || BAD_VALUE.test(value)) {
      throw new TypeError(`the header ${JSON.stringify(name)} has a character that is not allowed`);
    }
    head += `${name}: ${value}\r\n`;
  }
  return `${head}connection: keep-alive\r\n\r\n`;
}
