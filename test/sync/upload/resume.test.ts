import assert from "node:assert/strict";
import { ServiceError } from "../../../src/aws/errors/errors.ts";
import { ConnectionError } from "../../../src/http/connection-error.ts";
import type { HttpResponse } from "../../../src/http/messages.ts";
import type { Bucket, S3Request } from "../../../src/s3/bucket.ts";
import { UnfinishedUploads } from "../../../src/sync/upload/resume.ts";

const HOUR_MS = 3_600_000;
const ROLE = "arn:aws:sts::111122223333:assumed-role/deploy";
const WRITE = { headers: {}, customerKeyHeaders: {}, checksumAlgorithm: "CRC32" } as const;
const PART =
  "<Part><PartNumber>1</PartNumber><Size>5</Size><ETag>&quot;e&quot;</ETag><LastModified>2026-01-01T00:00:00.000Z</LastModified></Part>";

type Answer = string | Error;
interface Setting {
  readonly uploads?: Answer;
  readonly parts?: Answer;
  readonly caller?: string;
  readonly journal?: readonly string[];
  readonly signal?: AbortSignal;
}

function listed(more = "", key = "large.bin", uploadId = "u1"): string {
  const initiated = new Date(Date.now() - 2 * HOUR_MS).toISOString();
  return `<Upload><Key>${key}</Key><UploadId>${uploadId}</UploadId><Initiated>${initiated}</Initiated>${more}</Upload>`;
}
const initiator = (id: string) => `<Initiator><ID>${id}</ID></Initiator>`;
const uploadsPage = (content: string) => `<ListMultipartUploadsResult>${content}</ListMultipartUploadsResult>`;
const partsPage = (content: string) => `<ListPartsResult>${content}</ListPartsResult>`;
const refusal = (status: number, awsCode: string) => new ServiceError({ status, awsCode, serverMessage: "no" });

/** What is found for a key, and which questions were asked for it. */
async function find({ uploads, parts, caller, journal = [], signal }: Setting) {
  const asked: string[] = [];
  const send = async (request: S3Request | (() => S3Request)): Promise<HttpResponse> => {
    const { key } = typeof request === "function" ? request() : request;
    asked.push(key === "" ? "uploads" : "parts");
    const answer = key === "" ? (uploads ?? uploadsPage(listed())) : (parts ?? partsPage(PART));
    if (answer instanceof Error) throw answer;
    return { status: 200, headers: {}, body: Buffer.from(answer) };
  };
  const unfinished = new UnfinishedUploads({
    bucket: { send } as unknown as Bucket,
    prefix: "",
    journal: { has: (id) => journal.includes(id), add: () => undefined },
    callerArn: caller === undefined ? undefined : async () => caller,
    signal: signal ?? new AbortController().signal,
  });
  const found = await unfinished.find("large.bin", WRITE);
  return { found: found && { isOwn: found.isOwn, parts: [...found.parts.keys()] }, asked };
}

const found = (isOwn: boolean) => ({ found: { isOwn, parts: [1] }, asked: ["uploads", "parts"] });
const passedOver = { found: undefined, asked: ["uploads"] };

describe("an unfinished upload", () => {
  it("of another session of the same role is an own one", async () => {
    const uploads = uploadsPage(listed(initiator(`${ROLE}/run-1`)));
    assert.deepEqual(await find({ uploads, caller: `${ROLE}/run-2` }), found(true));
  });

  for (const [what, arn] of [
    ["another role", "arn:aws:sts::111122223333:assumed-role/other/run-1"],
    ["a role of that name in another account", "arn:aws:sts::444455556666:assumed-role/deploy/run-1"],
    ["a user with the role's name", "arn:aws:iam::111122223333:user/deploy"],
    ["a role whose name begins like it", "arn:aws:sts::111122223333:assumed-role/deploy2/run-1"],
  ] as const) {
    it(`of ${what} is left alone`, async () => {
      assert.deepEqual(
        await find({ uploads: uploadsPage(listed(initiator(arn))), caller: `${ROLE}/run-2` }),
        passedOver,
      );
    });
  }

  it("is nobody's if the store names nobody, or it is not known who the step is", async () => {
    assert.deepEqual(await find({ caller: `${ROLE}/run-2` }), found(false));
    assert.deepEqual(
      await find({ uploads: uploadsPage(listed(initiator("75aa57f09aa0"))), caller: `${ROLE}/1` }),
      found(false),
    );
    assert.deepEqual(await find({ uploads: uploadsPage(listed(initiator(`${ROLE}/run-1`))) }), found(false));
  });

  it("that this job began is an own one, whoever it acted as", async () => {
    const uploads = uploadsPage(listed(initiator("arn:aws:iam::111122223333:user/other")));
    assert.deepEqual(await find({ uploads, caller: `${ROLE}/run-2`, journal: ["u1"] }), found(true));
  });

  describe("is not there", () => {
    const answers: Record<string, Answer> = {
      "is denied": refusal(403, "AccessDenied"),
      "fails in the server": refusal(500, "InternalError"),
      "is not implemented": refusal(501, "NotImplemented"),
      "loses its connection": new ConnectionError("ECONNRESET", "store", "reset"),
      "is too large": new Error("the answer has more than 16 MiB"),
      "is answered with nothing": "",
      "is answered with a page": "<html><body>Sign in</body></html>",
      "is answered with no XML": "\0\x01<<<&&&",
      "is answered with another document": "<ListBucketResult><Key>large.bin</Key></ListBucketResult>",
    };
    for (const [what, answer] of Object.entries(answers)) {
      it(`if the list of uploads ${what}`, async () => {
        assert.deepEqual(await find({ uploads: answer }), passedOver);
      });
    }
    for (const [what, answer] of Object.entries(answers)) {
      it(`if the list of parts ${what}`, async () => {
        assert.deepEqual(await find({ parts: answer }), { found: undefined, asked: ["uploads", "parts"] });
      });
    }

    it("if its time or its key make no sense", async () => {
      const uploads = uploadsPage(
        "<Upload><Key>large.bin</Key><UploadId>u1</UploadId><Initiated>soon</Initiated></Upload>",
      );
      assert.deepEqual((await find({ uploads })).found, undefined);
      assert.deepEqual(await find({ uploads: uploadsPage(listed("<Key><a/></Key>", "<b/>")) }), passedOver);
    });

    it("if the store has more of them than anybody", async () => {
      assert.deepEqual(await find({ uploads: uploadsPage(listed("", "a").repeat(10_001)) }), passedOver);
    });
  });

  it("has no parts with numbers that no part has", async () => {
    const numbers = ["0", "-1", "10001", "1.5", "1e3000", "__proto__", "", "2"];
    const parts = numbers.map((number) => PART.replace(">1<", `>${number}<`)).join("");
    assert.deepEqual((await find({ parts: partsPage(parts) })).found?.parts, [2]);
  });

  it("is not looked for after a cancel", async () => {
    const cancelled = new Error("cancelled");
    await assert.rejects(
      find({ uploads: refusal(500, "InternalError"), signal: AbortSignal.abort(cancelled) }),
      cancelled,
    );
  });
});
