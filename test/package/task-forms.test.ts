import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { isShown } from "../../local/pipeline/task-rules.ts";

interface TaskForm {
  readonly groups: readonly { readonly name: string; readonly visibleRule?: string }[];
  readonly inputs: readonly {
    readonly name: string;
    readonly groupName?: string;
    readonly visibleRule?: string;
    readonly defaultValue?: string;
    readonly options?: Readonly<Record<string, string>>;
  }[];
}

const readForm = (task: string): TaskForm =>
  JSON.parse(readFileSync(new URL(`../../tasks/${task}/task.json`, import.meta.url), "utf8"));

/** The names of what a form shows, before anything but some values is entered. */
function shown({ inputs, groups }: TaskForm, values: Readonly<Record<string, string>>) {
  const presentValue = (name: string) =>
    values[name] ?? String(inputs.find((input) => input.name === name)?.defaultValue ?? "");
  const isVisible = ({ visibleRule }: { readonly visibleRule?: string }) => isShown(visibleRule, presentValue);
  return { inputs: inputs.filter(isVisible), groups: groups.filter(isVisible).map(({ name }) => name) };
}

describe("The form of a task", () => {
  const firstScreens: Readonly<Record<string, string>> = {
    AwsS3Upload: "awsCredentials regionName bucketName sourceFolder targetFolder createBucket",
    AwsS3Download: "awsCredentials regionName bucketName sourceFolder targetFolder",
    AwsS3PublishSite: "awsCredentials regionName bucketName action sourceFolder targetFolder siteAccess",
  };
  for (const [task, inputs] of Object.entries(firstScreens)) {
    it(`begins with what nearly all need: ${task}`, () => {
      const form = readForm(task);
      const ungrouped = form.inputs.filter(({ groupName }) => groupName === undefined);
      assert.equal(ungrouped.map(({ name }) => name).join(" "), inputs);
      // What is in no group stands first, and the groups come one after the other, as they do in the form.
      const order = form.inputs.map(({ groupName }) => form.groups.findIndex(({ name }) => name === groupName));
      assert.deepEqual(order.slice(0, ungrouped.length), Array(ungrouped.length).fill(-1));
    });

    it(`hides a group if it hides all of its inputs, and only then: ${task}`, () => {
      const form = readForm(task);
      const choices = ["action", "siteAccess"].map((name) => [
        ["", ...Object.keys(form.inputs.find((input) => input.name === name)?.options ?? {})].map((value) => [
          name,
          value,
        ]),
      ]);
      const [actions = [], accesses = []] = choices.map(([values = []]) => values);
      for (const action of actions) {
        for (const access of accesses) {
          const { inputs, groups } = shown(form, Object.fromEntries([action, access]));
          const used = form.groups.filter(({ name }) => inputs.some(({ groupName }) => groupName === name));
          assert.deepEqual(
            groups,
            used.map(({ name }) => name),
            `${action} ${access}`,
          );
        }
      }
    });
  }

  it("shows all inputs of a publish if siteAccess is empty, and hides what its value has no use for", () => {
    const form = readForm("AwsS3PublishSite");
    const all = shown(form, { action: "publish" }).inputs;
    const hiddenBy = (siteAccess: string) => {
      const names = shown(form, { action: "publish", siteAccess }).inputs.map(({ name }) => name);
      return all.flatMap(({ name }) => (names.includes(name) ? [] : [name])).join(" ");
    };
    const cloudFront = "cloudFrontDistributionId invalidate waitForInvalidation invalidationTimeoutMinutes";
    assert.deepEqual(
      ["", "website", "cloudFront", "other"].map((siteAccess) => [siteAccess, hiddenBy(siteAccess)]),
      [
        ["", ""],
        ["website", cloudFront],
        ["cloudFront", "configureWebsite publicRead"],
        ["other", `${cloudFront} domainName redirectDomains createHostedZone hostedZoneId`],
      ],
    );
  });

  it("has rules of siteAccess that hold for an empty one, which shows everything", () => {
    const { groups, inputs } = readForm("AwsS3PublishSite");
    const rules = [...groups, ...inputs].flatMap(({ visibleRule = "" }) => visibleRule.split(/&&|\|\|/));
    const ofSiteAccess = rules.map((rule) => rule.trim()).filter((rule) => rule.startsWith("siteAccess"));
    assert.ok(ofSiteAccess.length > 0);
    for (const rule of ofSiteAccess) assert.match(rule, /^siteAccess != (website|cloudFront|other)$/);
  });
});
