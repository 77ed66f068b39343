import assert from "node:assert/strict";
import { parseStsUrl } from "../../../src/agent/connection/connection-url.ts";

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
