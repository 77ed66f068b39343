import assert from "node:assert/strict";
import { parseStoreUrl, parseStsUrl } from "../../../src/agent/connection/connection-url.ts";

describe("the address of a server", () => {
  const withKeys: [url: string, shown: string, why: string][] = [
    ["https://AKIAEXAMPLE:secret/part@minio.example.com:9000", "https://minio.example.com:9000", "is not a URL"],
    ["https://user:se@cret/part@minio.example.com", "https://minio.example.com", "has a user name or a password"],
    ["https://user:se#cret@minio.example.com", "https://minio.example.com", "is not a URL"],
    ["AKIAEXAMPLE:secret@minio.example.com", "minio.example.com", "does not start with https:// or http://"],
    ["https://minio.example.com/?key=secret", "https://minio.example.com/", "has a query or fragment"],
  ];
  for (const [url, shown, why] of withKeys) {
    it(`is not shown with a key in it: ${url}`, () => {
      for (const [name, parse] of [
        ["server URL", parseStoreUrl],
        ["STS endpoint", (text: string) => parseStsUrl(text, true)],
      ] as const) {
        assert.throws(
          () => parse(url),
          ({ message }: Error) => message.startsWith(`its ${name} "${shown}" ${why}. `),
        );
      }
    });
  }
});

describe("the address of STS", () => {
  it("has to be https where the pipeline's token goes there", () => {
    assert.throws(
      () => parseStsUrl("http://sts.example.com/path", true),
      /^CodedError: its STS endpoint "http:\/\/sts\.example\.com\/path" uses http, so others could read the pipeline's token. .* https:\/\/\.$/,
    );
    assert.throws(() => parseStsUrl("http://127.0.0.1.example.com", true), /uses http/);
    assert.equal(parseStsUrl("https://sts.example.com", true).protocol, "https:");
  });

  it("may be http for signed requests, and on the machine itself", () => {
    assert.equal(parseStsUrl("http://sts.example.com", false).hostname, "sts.example.com");
    for (const host of ["127.0.0.1:8000", "127.1.2.3", "localhost:8000", "[::1]:8000"]) {
      assert.equal(parseStsUrl(`http://${host}`, true).host, host);
    }
  });
});
