import type { ChildProcess } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";

/**
 * Ends the `credential_process` of a profile when the signal is aborted. The SDK starts it, waits for it without a limit, and does not hand
 * it out; this process could not end as long as it runs. The tasks start no other processes.
 */
export function endProcessesWith(signal: AbortSignal): void {
  const children: ChildProcess[] = [];
  const note = (message: unknown) => void children.push((message as { readonly process: ChildProcess }).process);
  subscribe("child_process", note);
  const end = () => {
    unsubscribe("child_process", note);
    for (const child of children) {
      child.kill();
      // It may ignore that, or have left its output to a process of its own.
      child.unref();
      for (const stream of child.stdio) stream?.destroy();
    }
  };
  signal.addEventListener("abort", end, { once: true });
}
