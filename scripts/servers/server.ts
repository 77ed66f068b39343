/** An S3 server of other people's making that runs on this machine, on loopback, until it is stopped. */
export interface RunningServer {
  name: string;
  version: string;
  /** `http://127.0.0.1:PORT` */
  url: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** The same server over TLS, where it has that: its certificate was issued by the authority whose own is in the file. */
  tls?: { url: string; caFile: string };
  /** Where it answers visitors of websites, and under which name that of a bucket: `{bucket}.website.test`. */
  websites?: { url: string; hostPattern: string };
  /** Ends the server's processes and removes its data. */
  stop(): Promise<void>;
}

/** Whether a starter may put software on this machine: a developer must not be surprised by it, CI wants it. */
export interface InstallPermission {
  mayInstall: boolean;
}

/** A server that can be started. */
export interface ServerKind {
  name: string;
  /**
   * What is run against it: all that an S3 does, what the tasks do with a store, or one test for each operation. If undefined, it is
   * only seen to work.
   */
  suite: "s3" | "stores" | "operations" | undefined;
  /** Installs it where that is permitted. @throws {Unavailable} if it cannot be had. */
  install(permission: InstallPermission): Promise<unknown>;
  /**
   * Starts the server, installing it first where that is permitted.
   * @throws {Unavailable} if it cannot be had, {@link Error} with the last lines of its log where it does not start.
   */
  start(permission: InstallPermission): Promise<RunningServer>;
}

/** Something cannot be had on this machine: the message is one plain line that says why and how to get it. */
export class Unavailable extends Error {
  override name = "Unavailable";
}
