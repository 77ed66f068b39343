import assert from "node:assert/strict";
import { parse } from "yaml";

/** What GitHub sends when a pull request is closed, as far as a pipeline looks at it. Source: "Webhook events and payloads", GitHub. */
const CLOSED: Payload = { action: "closed", number: 12, pull_request: { merged: true } };

interface Payload {
  readonly [member: string]: string | number | boolean | Payload;
}

interface Webhook {
  readonly webhook: string;
  readonly filters?: readonly { readonly path: string; readonly value: string }[];
}

/**
 * Does for a pipeline with a webhook what the server does when GitHub closes pull request 12: compares the filters with the payload, and puts
 * its values where the pipeline names them.
 *
 * @throws AssertionError if a filter lets no closed pull request through, or the payload has no such value.
 */
export function startedByGitHub(code: string): string {
  const [webhook, ...others] = (parse(code).resources.webhooks ?? []) as readonly Webhook[];
  assert.ok(webhook && others.length === 0, "one webhook");
  for (const { path, value } of webhook.filters ?? []) assert.equal(valueAt(path), value);
  return code.replaceAll(/\$\{\{ parameters\.(\w+)\.([\w.]+) \}\}/g, (_, name: string, path: string) => {
    assert.equal(name, webhook.webhook);
    return valueAt(path);
  });
}

function valueAt(path: string): string {
  const value = path
    .split(".")
    .reduce<Payload[string] | undefined>((found, member) => (found as Payload | undefined)?.[member], CLOSED);
  assert.ok(value !== undefined && typeof value !== "object", `the payload has no ${path}`);
  return String(value);
}
