import { agentNodes, installedAgentNode, oldestNode, refusedNodes } from "./agent-node.ts";
import { installedAwsCli } from "./aws-cli.ts";
import { installedChromium } from "./chromium.ts";
import { unpackedDocumentation } from "./documentation.ts";
import { serverKinds } from "./kinds.ts";
import { installedNginx } from "./nginx.ts";
import type { InstallPermission } from "./server.ts";
import { installedWindows } from "./windows/run-windows.ts";
import { windowsRuns } from "./windows/windows-suites.ts";

/** Installs what the suites need while the first of them run. What cannot be installed is reported by the suite that needs it. */
export function installAhead(names: ReadonlySet<string>, permission: InstallPermission): void {
  const isNamed = ({ name }: { name: string }) => names.has(name);
  const nodes = agentNodes.filter(isNamed);
  const installs: (() => Promise<unknown>)[] = [
    ...[...nodes, ...[oldestNode, ...refusedNodes].filter(isNamed)].map(
      (node) => () => installedAgentNode(node, permission),
    ),
    ...(nodes.length > 0 ? [() => installedAwsCli(permission)] : []),
    () => installedChromium(permission),
    () => installedNginx(permission),
    () => unpackedDocumentation(permission),
    ...(names.has("windows")
      ? windowsRuns.map(
          ({ version }) =>
            () =>
              installedWindows(version, permission),
        )
      : []),
    ...serverKinds.filter(isNamed).map((kind) => () => kind.install(permission)),
  ];
  for (const install of installs) install().catch(() => undefined);
}
