import assert from "node:assert/strict";
import { runInTask } from "./run-in-task.ts";

/** What a reader answers, and what it finds wrong. */
async function read(expression: string, inputs: Record<string, string>): Promise<unknown> {
  const { rawOutput } = await runInTask(
    `
    import { InputReader } from "../../src/agent/inputs.ts";
    const reader = new InputReader();
    const values = ${expression};
    console.log(\`result=\${JSON.stringify({ values, problems: reader.problems.map((p) => \`\${p.input}: \${p.message}\`) })}\`);
  `,
    { inputs },
  );
  return JSON.parse(/^result=(.*)$/m.exec(rawOutput)?.[1] ?? "");
}

describe("an input reader", () => {
  it("takes booleans in any case, and the default for nothing", async () => {
    assert.deepEqual(
      await read('["a", "b", "c", "d"].map((name) => reader.boolean(name)).concat(reader.boolean("d", true))', {
        a: "TRUE",
        b: " False ",
        c: "yes",
      }),
      {
        values: [true, false, false, false, true],
        problems: ['c: "yes" is neither true nor false. Enter one of the two.'],
      },
    );
  });

  it("takes one of several values in any case", async () => {
    assert.deepEqual(
      await read('["a", "b", "c"].map((name) => reader.choice(name, ["warn", "Error", "ignore"], "Error"))', {
        a: "WARN",
        b: "stop",
      }),
      {
        values: ["warn", "Error", "Error"],
        problems: ['b: "stop" is not one of its values. Enter warn, Error or ignore.'],
      },
    );
  });

  it("takes several of several values", async () => {
    assert.deepEqual(
      await read('["a", "b", "c"].map((name) => [...reader.choices(name, ["fips", "dualstack"])])', {
        a: "DualStack, fips,",
        b: "fips\nipv6",
      }),
      {
        values: [["dualstack", "fips"], ["fips"], []],
        problems: ['b: "ipv6" is not one of its values. Enter fips or dualstack.'],
      },
    );
  });

  it("takes whole numbers within their bounds", async () => {
    assert.deepEqual(
      await read(
        '["a", "b", "c", "d", "e"].map((name) => reader.wholeNumber(name, { min: 5, max: 10, unit: "MiB" }, "the usual") ?? null)',
        { a: "5", b: "4", c: "0x6", d: "9.5" },
      ),
      {
        values: [5, null, null, null, null],
        problems: ['b: "4"', 'c: "0x6"', 'd: "9.5"'].map(
          (start) => `${start} is not a whole number from 5 to 10 (MiB). If empty, the task uses the usual.`,
        ),
      },
    );
  });
});

describe("an input that the agent may have cut off", () => {
  const reads = '["lines", "text", "value"].map((read) => reader[read](read)).concat(reader.required("text", "?"))';
  const tooLong =
    "it has 32,766 characters or more. Agents on Windows cut longer inputs off without a message, so the task accepts at most 32,765. Shorten it, for example with patterns that match more at once, or use several steps.";

  it("is refused at 32,766 characters, once, however it is read", async () => {
    const list = "assets/**\n".repeat(4000).slice(0, 32_766);
    assert.deepEqual(await read(reads, { lines: list, text: list, value: list }), {
      values: [[""], "", "", ""],
      problems: ["lines", "text", "value"].map((input) => `${input}: ${tooLong}`),
    });
  });

  it("is read at 32,765 characters", async () => {
    const text = "x".repeat(32_765);
    assert.deepEqual(await read(reads, { lines: text, text, value: text }), {
      values: [[text], text, text, text],
      problems: [],
    });
  });
});

describe("a secret input", () => {
  it("is masked before anything else, and not even debug lines show it", async () => {
    const { log, rawOutput } = await runInTask(
      `
      import { InputReader } from "../../src/agent/inputs.ts";
      console.log("read:" + new InputReader().secret("key"));
    `,
      { inputs: { key: "  hunter2hunter2\n second line " }, variables: { "System.Debug": "true" } },
    );
    assert.deepEqual(
      log.filter((line) => line.includes("hunter2") || line.includes("second line")),
      [],
    );
    assert.match(rawOutput, /^##vso\[task\.debug\]key=\*\*\*$/m);
    const mentions = rawOutput.split("\n").filter((line) => line.includes("hunter2"));
    assert.match(mentions[0] ?? "", /^##vso\[task\.setsecret[ \]]/);
  });
});
