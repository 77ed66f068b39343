import assert from "node:assert/strict";
import { saysForbidden } from "../../../local/s3/persona.ts";
import type { StepError } from "../../../src/sync/step-error.ts";
import { startEmbeddedTarget, type Target } from "../../target.ts";
import { SyncBench } from "./sync-bench.ts";

const HINTS: [title: string, wrong: Partial<Target>, code: string, hint: string][] = [
  [
    "key",
    { accessKeyId: "AKIANOBODYHASTHISKEY" },
    "access-key-not-found",
    "Forbidden: No such key: AKIANOBODYHASTHISKEY (403 AccessDenied). Check the access key ID in the service connection (awsCredentials). This server does not know it. Temporary keys also need their session token.",
  ],
  [
    "secret",
    { secretAccessKey: "wrong" },
    "secret-key-wrong",
    "Forbidden: Invalid signature (403 AccessDenied). Check the secret access key in the service connection (awsCredentials). It does not belong to the access key ID.",
  ],
  [
    "region",
    { region: "eu-north-1" },
    "region-wrong",
    'The region name is not valid (403 InvalidRegionName). Set regionName (or the region of awsCredentials) to the region where the bucket "BUCKET" is.',
  ],
];

describe("a store that has codes of its own for what is wrong with a connection", () => {
  for (const [title, wrong, code, hint] of HINTS) {
    describe(`, a ${title}`, () => {
      const bench = new SyncBench(async () => ({
        ...(await startEmbeddedTarget({ persona: saysForbidden })),
        ...wrong,
      }));

      it("is understood", async () => {
        const { name } = bench.bucket;
        const message = `Listing s3://${name}/ failed: ${hint.replace("BUCKET", name)}`;
        await assert.rejects(bench.planDownload("", bench.folder().path), (error: StepError) => {
          assert.deepEqual([error.code, error.message.replace(/, request id \w+/, "")], [code, message]);
          return true;
        });
      });
    });
  }
});
