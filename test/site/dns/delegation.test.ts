import assert from "node:assert/strict";
import { findDelegation } from "../../../src/site/dns/delegation.ts";

const SERVERS = ["ns-1.awsdns-1.com", "ns-2.awsdns-2.net"];

describe("a hosted zone", () => {
  const cases: [title: string, answers: Readonly<Record<string, readonly string[] | string>>, expected: string][] = [
    [
      "is delegated where the registry names one of its name servers",
      { "shop.example": ["NS-2.awsdns-2.net."] },
      "delegated",
    ],
    ["is not where the registry names others", { "shop.example": ["ns.elsewhere.example"] }, "elsewhere"],
    ["is not where the registry does not know the domain", { example: ["ns.registry.example"] }, "not delegated"],
    ["is not known where no public name is known", {}, "unknown"],
    ["is not known where DNS does not answer", { "shop.example": "ETIMEOUT" }, "unknown"],
    ["is not known where DNS refuses", { "shop.example": "EREFUSED", example: ["ns.registry.example"] }, "unknown"],
  ];
  for (const [title, answers, expected] of cases) {
    it(title, async () => {
      const lookUp = async (name: string) => {
        const answer = answers[name] ?? "ENOTFOUND";
        if (typeof answer === "string") throw Object.assign(new Error(answer), { code: answer });
        return answer;
      };
      assert.equal(await findDelegation("shop.example", SERVERS, lookUp), expected);
    });
  }
});
