import assert from "node:assert/strict";
import { isFull } from "../../amounts.ts";
import { declaredInputs } from "./declared-inputs.ts";
import type { InputCase } from "./input-row.ts";
import type { InputTable } from "./input-table.ts";
import { InputBench } from "./run-case.ts";
import { uploadTable } from "./tables.ts";

const casesOfUpload = new Set(
  uploadTable.rows.flatMap(({ input, valid, wrong }) => [...valid, ...wrong].map((each) => nameOf(input, each))),
);

/** The tests of a task's inputs: each row's cases, by the packaged task where they are wrong, else by what its reader makes of them. */
export function testInputs(table: InputTable): void {
  describe(`The inputs of ${table.task}`, () => {
    const bench = new InputBench(table);
    before(() => bench.buildProbe());
    after(() => bench.remove());

    it("are all in the table, each with a valid, an empty and a wrong case", () => {
      assert.deepEqual(
        table.rows.map(({ input }) => input).sort(),
        declaredInputs(table.task)
          .map(({ name }) => name)
          .sort(),
      );
      for (const { input, valid, wrong } of table.rows) assert.ok(valid.length > 0 && wrong.length > 0, input);
    });

    it("offer in the editor what the task understands", () => {
      for (const { name, options = {} } of declaredInputs(table.task)) {
        const row = table.rows.find(({ input }) => input === name);
        const told = row?.wrong.flatMap(({ errors }) => errors).join(" ") ?? "";
        // An unknown value is answered by a list of those that are known.
        for (const option of Object.keys(options))
          assert.match(told, new RegExp(`\\b${option}\\b`), `${name}: ${option}`);
      }
    });

    it("have the defaults of the table where a step gives no more than it must", async () => {
      const [input = "", value = ""] = Object.entries(table.needed)[0] ?? [];
      assert.deepEqual(await bench.optionsOf(input, { value }), bench.expectedOptions({ value }, {}));
    });

    for (const { input, valid, empty, wrong } of table.rows) {
      for (const example of casesToRun(table, input, valid)) {
        it(`${input}: understands ${shown(example)}`, async () => {
          const { means } = example;
          assert.deepEqual(await bench.optionsOf(input, example), bench.expectedOptions(example, means));
        });
      }

      it(`${input}: takes nothing for ${empty.says}`, async () => {
        const example = { ...empty, value: "" };
        if ("errors" in empty) assert.deepEqual(await errorsOf(input, example), bench.expectedErrors(empty.errors));
        else assert.deepEqual(await bench.optionsOf(input, example), bench.expectedOptions(example, empty.means));
      });

      for (const example of casesToRun(table, input, wrong)) {
        it(`${input}: refuses ${shown(example)}`, async () => {
          assert.deepEqual(await errorsOf(input, example), bench.expectedErrors(example.errors));
        });
      }
    }

    it("are told at once where several are wrong", async () => {
      const others = {
        bucketName: "a/b",
        keyManagement: "mine",
        maxDelete: "most",
        concurrency: "0",
        dryRun: "perhaps",
      };
      const errors = await errorsOf("expectedBucketOwner", { value: "me", others });
      assert.deepEqual(
        errors.map((message) => message.split(":")[0]),
        ["bucketName", "expectedBucketOwner", "maxDelete", "dryRun", "concurrency", "keyManagement"],
      );
    });

    if (table.rows.some(({ input }) => input === "customerKey")) {
      it("never show the customer's key, nor any form of it, in the log", async () => {
        const key = Buffer.from("a key of 32 bytes, for this test");
        for (const value of [key.toString("hex"), key.toString("base64"), `${key.toString("hex")}00`]) {
          // The wrong owner ends the step before it sends anything.
          const others = { keyManagement: "customerManaged", expectedBucketOwner: key.toString("base64") };
          const step = { variables: { "System.Debug": "true" } };
          const { log } = await bench.run("customerKey", { value, others }, step);
          const forms = [value, key.toString("hex").toUpperCase(), value.slice(8, 40)];
          const masked = value.length > 64 ? [value] : [...forms, key.toString("base64")];
          assert.deepEqual(
            log.filter((line) => masked.some((form) => line.includes(form))),
            [],
          );
        }
      });
    }

    async function errorsOf(input: string, example: Parameters<InputBench["run"]>[1]): Promise<string[]> {
      const { issues, result, log } = await bench.run(input, example);
      assert.equal(result, "Failed", log.join("\n"));
      return issues.map(({ message }) => message);
    }
  });
}

/** The tasks read by the same code what they share: in `npm test`, AwsS3Upload runs its cases, and the others the first one. */
function casesToRun<Case extends InputCase>(table: InputTable, input: string, cases: readonly Case[]): readonly Case[] {
  if (isFull || table === uploadTable) return cases;
  return cases.filter((each, index) => index === 0 || !casesOfUpload.has(nameOf(input, each)));
}

function nameOf(input: string, example: InputCase): string {
  return JSON.stringify([input, example]);
}

function shown({ value, others, variables }: { value: string; others?: object; variables?: object }): string {
  return JSON.stringify({ value, ...others, ...variables }).slice(0, 120);
}
