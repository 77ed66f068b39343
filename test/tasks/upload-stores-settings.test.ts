import { refusesSettings } from "../../local/s3/persona.ts";
import { assertDone, assertFailed, uploadBench } from "./upload-bench.ts";

describe("AwsS3Upload, in a store that refuses headers it does not know", () => {
  const bench = uploadBench("embedded", { persona: refusesSettings });
  const refusal =
    "the store refused an object with this setting: A header you provided implies functionality that is not implemented (501 NotImplemented). Remove the settings that this store does not support. 1 of 1 files are not uploaded. [object-setting-not-supported]";

  const encrypted = { keyManagement: "customerManaged", customerKey: "00112233445566778899aabbccddeeff".repeat(2) };

  for (const [named, inputs] of [
    ["tags", { tags: "team=web" }],
    ["keyManagement", encrypted],
    ["tags, keyManagement", { tags: "team=web", ...encrypted }],
  ] as const) {
    it(`ends with an error that names what was asked for: ${named}`, async () => {
      bench.source.write({ "a.txt": "a" });
      assertFailed(await bench.upload(inputs), [`Upload to s3://${bench.bucket}/ failed: ${named}: ${refusal}`]);
    });
  }

  it("uploads, and changes headers later, with inputs that ask for nothing of it", async () => {
    bench.source.write({ "a.txt": "a" });
    assertDone(await bench.upload(), { uploaded: 1, bytes: 1 });
    assertDone(await bench.upload({ cacheControl: "**=no-cache" }), { updated: 1 });
    assertDone(await bench.upload({ cacheControl: "**=no-cache" }), { unchanged: 1 });
  });
});
