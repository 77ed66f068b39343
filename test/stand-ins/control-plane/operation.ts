/** A request that was read. */
export interface ControlPlaneRequest {
  readonly method: string;
  /** Without the version of the API before it. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
}

/** An operation by its name in the API, and how to carry it out. */
export interface FoundOperation {
  readonly name: string;
  carryOut(): ControlPlaneAnswer;
}

export interface ControlPlaneAnswer {
  readonly status: number;
  readonly document: string;
}

/** A refusal in the form of both services. */
export function refusal(status: number, code: string, message: string): ControlPlaneAnswer {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
  return { status, document: `<ErrorResponse>${error}<RequestId>request-1</RequestId></ErrorResponse>` };
}
