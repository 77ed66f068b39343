import assert from "node:assert/strict";
import { askTrustPolicy, like, type TrustAnswer, type TrustStatement } from "./trust-policy.ts";

const userArn = "arn:aws:iam::111122223333:user/deployer";
const provider = "arn:aws:iam::111122223333:oidc-provider/issuer.example/org";

describe("the trust policies of the STS stand-in", () => {
  const allow = (Principal: TrustStatement["Principal"], Condition?: TrustStatement["Condition"]): TrustStatement => ({
    Effect: "Allow",
    Principal,
    Action: "sts:AssumeRole",
    ...(Condition && { Condition }),
  });
  const ask = (Statement: TrustStatement[], context: Record<string, string[]> = {}, action = "sts:AssumeRole") =>
    askTrustPolicy(
      { Statement },
      { action, names: [userArn], account: "111122223333", context: new Map(Object.entries(context)) },
    );

  const principals: [title: string, principal: TrustStatement["Principal"], answer: TrustAnswer][] = [
    ["everybody", "*", "allowed"],
    ["every AWS principal", { AWS: "*" }, "allowed"],
    ["the caller", { AWS: userArn }, "allowed"],
    ["the caller among others", { AWS: ["arn:aws:iam::111122223333:user/other", userArn] }, "allowed"],
    ["the caller's account", { AWS: "arn:aws:iam::111122223333:root" }, "account"],
    ["the caller's account by its id", { AWS: "111122223333" }, "account"],
    ["another account", { AWS: "arn:aws:iam::444455556666:root" }, "unmentioned"],
    ["another user", { AWS: "arn:aws:iam::111122223333:user/other" }, "unmentioned"],
    ["an identity provider", { Federated: provider }, "unmentioned"],
  ];
  for (const [title, principal, answer] of principals) {
    it(`answer ${answer} where they name ${title}`, () => assert.equal(ask([allow(principal)]), answer));
  }

  it("allow an action by name or pattern, in any case", () => {
    const statement = { ...allow({ AWS: userArn }), Action: ["sts:assumerole", "sts:Tag*"] };
    assert.equal(ask([statement]), "allowed");
    assert.equal(ask([statement], {}, "sts:TagSession"), "allowed");
    assert.equal(ask([statement], {}, "sts:SetSourceIdentity"), "unmentioned");
  });

  it("deny, whatever else allows", () => {
    assert.equal(ask([allow("*"), { ...allow({ AWS: userArn }), Effect: "Deny" }]), "denied");
    const otherwise = { StringEquals: { "sts:ExternalId": "x" } };
    assert.equal(ask([allow("*"), { ...allow("*", otherwise), Effect: "Deny" }]), "allowed");
  });

  const conditions: [condition: TrustStatement["Condition"], values: string[], holds: boolean][] = [
    [{ StringEquals: { "sts:ExternalId": "id" } }, ["id"], true],
    [{ StringEquals: { "STS:externalid": "id" } }, ["id"], true],
    [{ StringEquals: { "sts:ExternalId": ["a", "id"] } }, ["id"], true],
    [{ StringEquals: { "sts:ExternalId": "ID" } }, ["id"], false],
    [{ StringEqualsIgnoreCase: { "sts:ExternalId": "ID" } }, ["id"], true],
    [{ StringEquals: { "sts:ExternalId": "i*" } }, ["id"], false],
    [{ StringLike: { "sts:ExternalId": "i*" } }, ["id"], true],
    [{ StringEquals: { "sts:ExternalId": "id" } }, [], false],
    [{ StringEqualsIfExists: { "sts:ExternalId": "id" } }, [], true],
    [{ "ForAllValues:StringEquals": { "sts:ExternalId": ["a", "b"] } }, ["a", "c"], false],
    [{ "ForAllValues:StringEquals": { "sts:ExternalId": ["a", "b"] } }, [], true],
    [{ "ForAnyValue:StringEquals": { "sts:ExternalId": ["a", "b"] } }, ["a", "c"], true],
    [{ StringEquals: { "sts:ExternalId": "id", "aws:PrincipalArn": "x" } }, ["id"], false],
  ];
  for (const [condition, values, holds] of conditions) {
    it(`${holds ? "hold" : "do not hold"} for [${values}] on ${JSON.stringify(condition)}`, () => {
      assert.equal(ask([allow("*", condition)], { "sts:ExternalId": values }) === "allowed", holds);
    });
  }

  it("do not pass over a condition that the stand-in does not know", () => {
    assert.throws(() => ask([allow("*", { DateLessThan: { "aws:CurrentTime": "2030" } })]), /DateLessThan/);
  });

  it("take a pattern's other characters as they are", () => {
    assert.ok(like("sc://org/project/a.b", "sc://org/*/a.?"));
    assert.ok(!like("sc://org/project/aXb", "sc://org/project/a.b"));
  });
});
