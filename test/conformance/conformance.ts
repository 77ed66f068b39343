import assert from "node:assert/strict";
import type { S3Client } from "@aws-sdk/client-s3";
import { startTarget, type Target, targetName } from "../target.ts";

/** What a conformance test works with. */
export interface Subject {
  readonly target: Target;
  readonly client: S3Client;
  /** One bucket for all tests of a group; each test uses keys of its own. */
  readonly bucket: string;
}

type Behaviour = (title: string, test: (subject: Subject) => Promise<void>) => void;

/**
 * A group of tests of S3's behaviour, against the target.
 * @param define calls `behaves` for each test
 * @param skipped why the target cannot be asked, if so
 */
export function conformance(group: string, define: (behaves: Behaviour) => void, skipped?: string): void {
  if (skipped !== undefined) {
    it.skip(`S3 (${targetName}): ${group} — ${skipped}`);
    return;
  }
  describe(`S3 (${targetName}):`, () => {
    // A suite of its own, since the list of differences names groups by their titles.
    describe(group, () => {
      let subject: Subject;

      before(async () => {
        const target = await startTarget();
        subject = { target, client: target.client(), bucket: await target.newBucket() };
      });

      after(() => subject?.target.stop());

      define((title, test) => it(title, () => test(subject)));
    });
  });
}

/** What is left of an SDK error: the HTTP status and S3's code. */
export interface Refusal {
  readonly status: number | undefined;
  readonly code: string;
}

/** Waits for a request to be refused, and says how. @throws when it succeeds */
export async function refusalOf(request: Promise<unknown>): Promise<Refusal> {
  try {
    await request;
  } catch (error) {
    const { name, $metadata } = error as { name: string; $metadata?: { httpStatusCode?: number } };
    return { status: $metadata?.httpStatusCode, code: name };
  }
  throw new assert.AssertionError({ message: "The request succeeded, where a refusal was expected." });
}
