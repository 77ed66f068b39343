import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { isMap, isScalar, isSeq, parseDocument } from "yaml";
import type { Policy } from "./moto-with-authorization.ts";
import { policiesUnder } from "./policies.ts";

interface Template {
  readonly Parameters: Readonly<Record<string, { readonly Default?: string; readonly AllowedPattern?: string }>>;
  readonly Conditions: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown }>>;
}

interface Resource {
  readonly Type: string;
  readonly Condition?: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

const template = readTemplate();

/** What CloudFormation knows beside the parameters, and what resources are known by. */
const SURROUNDINGS = {
  "AWS::Partition": "aws",
  "AWS::AccountId": "123456789012",
  Provider: "arn:aws:iam::123456789012:oidc-provider/vstoken.dev.azure.com/6c1b0b1e-2b5a-4d0e-9a53-5d4c3b2a1f00",
};
const PARAMETERS = {
  OrganizationId: "6c1b0b1e-2b5a-4d0e-9a53-5d4c3b2a1f00",
  Organization: "my-organization",
  Project: "my-project",
  ServiceConnection: "my-aws-connection",
  BucketName: "my-bucket",
  KeyPrefix: "www",
};

/** The role that the template makes of parameters, and the provider if it makes one. */
function evaluate(parameters: Readonly<Record<string, string>>) {
  const defaults = Object.entries(template.Parameters).map(([name, { Default }]) => [name, Default]);
  const known = { ...SURROUNDINGS, ...Object.fromEntries(defaults), ...parameters };
  const resolve = (value: unknown) => resolveIn(value, known);
  const { Role, Provider } = template.Resources;
  const { AssumeRolePolicyDocument, Policies } = resolve(Role?.Properties) as {
    AssumeRolePolicyDocument: string;
    Policies: { PolicyDocument: unknown }[];
  };
  return {
    trustPolicy: JSON.parse(AssumeRolePolicyDocument),
    policies: Policies.map(({ PolicyDocument }) => PolicyDocument),
    provider: resolve(template.Conditions[Provider?.Condition ?? ""]) ? resolve(Provider?.Properties) : undefined,
  };
}

/** Carries out CloudFormation's functions. */
function resolveIn(value: unknown, known: Readonly<Record<string, string | undefined>>): unknown {
  const resolve = (part: unknown): unknown => resolveIn(part, known);
  if (Array.isArray(value)) return value.map(resolve).filter((item) => item !== undefined);
  if (typeof value !== "object" || value === null) return value;
  const [[name = "", operand] = []] = Object.entries(value);
  const operands = (Array.isArray(operand) ? operand : [operand]) as readonly unknown[];
  switch (name) {
    case "!Ref":
      return known[String(operand)];
    case "!Sub": {
      const own = Object.fromEntries(Object.entries(operands[1] ?? {}).map(([key, each]) => [key, resolve(each)]));
      return String(operands[0]).replaceAll(/\$\{([\w:]+)\}/g, (_, key: string) => {
        const text = { ...known, ...(own as Record<string, string>) }[key];
        assert.ok(text !== undefined, `\${${key}} has no value`);
        return text;
      });
    }
    case "!Equals":
      return resolve(operands[0]) === resolve(operands[1]);
    case "!Not":
      return !resolve(operands[0]);
    case "!If":
      return resolve(template.Conditions[String(operands[0])]) ? resolve(operands[1]) : resolve(operands[2]);
    default: {
      const entries = Object.entries(value).map(([key, each]) => [key, resolve(each)] as const);
      return Object.fromEntries(entries.filter(([, each]) => each !== undefined));
    }
  }
}

function readTemplate(): Template {
  const text = readFileSync(new URL("../../deploy/azure-pipelines-role.yml", import.meta.url), "utf8");
  const document = parseDocument(text, { logLevel: "silent" });
  assert.deepEqual(document.errors, []);
  return plain(document.contents) as Template;
}

/** A node as plain data. CloudFormation's `!Sub text`, which is no tag of YAML, becomes `{ "!Sub": text }`. */
function plain(node: unknown): unknown {
  if (isMap(node)) return Object.fromEntries(node.items.map(({ key, value }) => [String(key), plain(value)]));
  if (!isSeq(node) && !isScalar(node)) return node;
  const value = isSeq(node) ? node.items.map(plain) : node.value;
  return node.tag && /^![A-Z]/.test(node.tag) ? { [node.tag]: value } : value;
}

describe("deploy/azure-pipelines-role.yml", () => {
  it("makes the policy of docs/permissions.md for publishing a site", () => {
    assert.deepEqual(evaluate(PARAMETERS).policies, policiesUnder("docs/permissions.md", "Publish a site"));
  });

  it("makes the same policy without a condition for a whole bucket", () => {
    const [policy] = policiesUnder("docs/permissions.md", "Publish a site");
    const whole = JSON.parse(JSON.stringify(policy).replaceAll("/www/*", "/*"));
    delete whole.Statement[0].Condition;
    assert.deepEqual(evaluate({ ...PARAMETERS, KeyPrefix: "" }).policies, [whole]);
  });

  it("adds the statements of docs/permissions.md that set up hosting, each if it is asked for", () => {
    const [base] = policiesUnder("docs/permissions.md", "Publish a site");
    const [hosting] = policiesUnder("docs/permissions.md", "Publish a site, and set up hosting");
    // To create hosted zones takes a right on all of them, which the template does not give. And it names the zone, so nothing looks for it.
    const added = hosting?.Statement.filter(({ Sid }) => Sid !== "FindZone" && Sid !== "CreateZone") ?? [];
    const choices = {
      SetUpWebsite: ["Website", "PublicRead"],
      DistributionId: ["Distribution"],
      HostedZoneId: ["Records"],
      RedirectBucketName: ["RedirectBuckets"],
    };
    const values = { SetUpWebsite: "true", DistributionId: "E2EXAMPLE1ABCD", HostedZoneId: "Z0123456EXAMPLE" };
    const all = { ...values, RedirectBucketName: "example.com" };
    const statementsOf = (parameters: Readonly<Record<string, string>>) =>
      (evaluate({ ...PARAMETERS, ...parameters }).policies as Policy[]).flatMap(({ Statement }) => Statement);
    assert.deepEqual(statementsOf(all), [...(base?.Statement ?? []), ...added]);
    for (const [parameter, sids] of Object.entries(choices)) {
      const own = statementsOf({ [parameter]: all[parameter as keyof typeof all] }).slice(2);
      assert.deepEqual(
        own.map(({ Sid }) => Sid),
        sids,
      );
    }
  });

  it("makes the trust policy of docs/connections.md, with a provider or without", () => {
    const [trustPolicy] = policiesUnder("docs/connections.md", "The connection and its role");
    assert.deepEqual(evaluate(PARAMETERS).trustPolicy, trustPolicy);
    assert.deepEqual(evaluate({ ...PARAMETERS, CreateProvider: "false" }).trustPolicy, trustPolicy);
  });

  it("makes the identity provider of the organization, if it is to", () => {
    assert.deepEqual(evaluate(PARAMETERS).provider, {
      Url: "https://vstoken.dev.azure.com/6c1b0b1e-2b5a-4d0e-9a53-5d4c3b2a1f00",
      ClientIdList: ["api://AzureADTokenExchange"],
    });
    assert.equal(evaluate({ ...PARAMETERS, CreateProvider: "false" }).provider, undefined);
  });

  it("refuses parameters that would make a wider policy", () => {
    const accepts = (name: string, value: string) =>
      new RegExp(template.Parameters[name]?.AllowedPattern ?? "$^").test(value);
    for (const value of ["www", "a", "site/app", ""]) assert.ok(accepts("KeyPrefix", value), value);
    for (const value of ["*", "/www", "www/", "www*", "?", "a*b", "a/*/b", "w?w", "$a", "a$b"])
      assert.ok(!accepts("KeyPrefix", value), value);
    for (const value of ["*", "my-bucket/*", "Bucket"]) assert.ok(!accepts("BucketName", value), value);
    assert.ok(accepts("HostedZoneId", "Z0123456EXAMPLE") && accepts("HostedZoneId", ""));
    for (const value of ["*", "Z*", "hostedzone/Z1", "z1"]) assert.ok(!accepts("HostedZoneId", value), value);
    for (const name of ["Organization", "Project", "ServiceConnection"]) {
      assert.ok(accepts(name, "My project (1)"), name);
      for (const value of ["", 'a", "b": "c', "a\\"]) assert.ok(!accepts(name, value), value);
    }
  });

  it("names in its outputs what the service connection needs", () => {
    assert.deepEqual(Object.keys(template.Outputs), ["RoleArn", "Subject"]);
    assert.deepEqual(template.Outputs.RoleArn?.Value, { "!GetAtt": "Role.Arn" });
  });
});
