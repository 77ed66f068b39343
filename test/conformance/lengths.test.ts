import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { conformance, type Subject } from "./conformance.ts";
import { type RawAnswer, type RawRequest, sendRaw } from "./raw-request.ts";

const body = "a body of some bytes";

function put({ target, bucket }: Subject, more: Partial<RawRequest>): Promise<RawAnswer> {
  return sendRaw(target, { method: "PUT", path: `/${bucket}/body`, body, ...more });
}

function refusal({ status, error }: RawAnswer): [number, string | undefined] {
  return [status, error.Code];
}

conformance("body lengths and Content-MD5", (behaves) => {
  behaves("takes a body with its MD5", async (subject) => {
    const headers = { "content-md5": createHash("md5").update(body).digest("base64") };
    assert.equal((await put(subject, { headers })).status, 200);
  });

  behaves("refuses a body with another MD5", async (subject) => {
    const headers = { "content-md5": createHash("md5").update("else").digest("base64") };
    assert.deepEqual(refusal(await put(subject, { headers })), [400, "BadDigest"]);
  });

  behaves("refuses an MD5 that is none", async (subject) => {
    assert.deepEqual(refusal(await put(subject, { headers: { "content-md5": "none" } })), [400, "InvalidDigest"]);
  });

  behaves("refuses a body of unknown length", async (subject) => {
    const answer = await put(subject, {
      tamper: (headers) => {
        delete headers["content-length"];
        headers["transfer-encoding"] = "chunked";
      },
    });
    assert.deepEqual(refusal(answer), [411, "MissingContentLength"]);
  });

  behaves("refuses an object of more than 5 GiB in one go, before it is sent", async (subject) => {
    const answer = await put(subject, {
      tamper: (headers) => {
        headers["content-length"] = String(5 * 1024 ** 3 + 1);
      },
    });
    assert.deepEqual(refusal(answer), [400, "EntityTooLarge"]);
  });
});
