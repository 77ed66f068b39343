import assert from "node:assert/strict";
import { startTarget, type Target } from "../target.ts";
import { roundTrip } from "./network-step.ts";

describe("The tasks, given a wrong region", () => {
  let target: Target;
  let bucket: string;
  before(async () => {
    target = await startTarget();
    bucket = await target.newBucket();
  });
  after(() => target.stop());

  for (const overwrite of ["changed", "always"]) {
    it(`find the right one, and say which it is (overwrite: ${overwrite})`, async () => {
      const { results, errors, isWhole, output } = await roundTrip(
        { ...target, region: "eu-north-1" },
        bucket,
        {},
        { overwrite },
      );
      assert.deepEqual([errors, isWhole], [[], true], output);
      // radosgw takes signatures for any region.
      const warning = `The bucket is in ${target.region}, not eu-north-1. Set regionName to ${target.region}, or leave it empty and set this region in the service connection. [region-wrong]`;
      for (const { issues } of results) {
        assert.deepEqual(
          issues.map(({ message }) => message),
          target.name === "radosgw" ? [] : [warning],
        );
      }
    });
  }
});
