import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { ERROR_CODES } from "../../src/errors/error-codes.ts";

const page = readFileSync(new URL("../../docs/troubleshooting.md", import.meta.url), "utf8");
const sections = page
  .split(/^### /m)
  .slice(1)
  .map((text) => {
    const [code = "", ...body] = (text.split(/^## /m)[0] as string).trim().split("\n");
    const [meaning = "", ...advice] = body.filter((line) => line !== "");
    return { code, meaning, advice: advice.join("\n") };
  });

describe("The page on troubleshooting", () => {
  it("has a section for each code of an error or a warning, and no other", () => {
    assert.deepEqual(sections.map(({ code }) => code).sort(), Object.keys(ERROR_CODES).sort());
  });

  it("says in each section what the code means, as the code's list says it, the likely causes, and what to do", () => {
    const meanings = Object.fromEntries(sections.map(({ code, meaning }) => [code, meaning]));
    assert.deepEqual(meanings, ERROR_CODES);
    assert.deepEqual(
      sections
        .filter(({ advice }) => !/^\*\*Likely causes:\*\* .+\n\*\*What to do:\*\*(?: .|\n1\. .)/.test(advice))
        .map(({ code }) => code),
      [],
    );
  });

  it("names only inputs, their values and output variables that a task has", () => {
    const words = new Set<string>();
    for (const task of ["AwsS3Upload", "AwsS3Download", "AwsS3PublishSite"]) {
      const file = new URL(`../../tasks/${task}/task.json`, import.meta.url);
      const { inputs, outputVariables } = JSON.parse(readFileSync(file, "utf8"));
      for (const { name, options } of [...inputs, ...outputVariables]) {
        for (const word of [name, ...Object.keys(options ?? {})]) words.add(word);
      }
    }
    const named = [...page.matchAll(/`([a-z]+[A-Z]\w*)`/g)].map(([, name = ""]) => name);
    assert.deepEqual(
      named.filter((name) => !words.has(name)),
      [],
    );
  });
});
