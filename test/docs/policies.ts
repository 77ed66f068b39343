import { readFileSync } from "node:fs";
import { join } from "node:path";
import { codeBlocksOf } from "./markdown.ts";
import type { Policy } from "./moto-with-authorization.ts";
import { root } from "./pages.ts";

/** All policies of a page, in their order. */
export function policiesOf(page: string): Policy[] {
  return codeBlocksOf(join(root, page))
    .filter(({ info }) => info === "json")
    .map(({ code }) => JSON.parse(code));
}

/** The policies under a heading of a page, before the next heading, in their order. */
export function policiesUnder(page: string, heading: string): Policy[] {
  const [, section = ""] = readFileSync(join(root, page), "utf8").split(new RegExp(`^##+ ${escaped(heading)}\n`, "m"));
  const own = section.split(/^##/m)[0] ?? "";
  return [...own.matchAll(/```json\n(.*?)```/gs)].map(([, json = ""]) => JSON.parse(json));
}

function escaped(text: string): string {
  return text.replaceAll(/[()]/g, "\\$&");
}
