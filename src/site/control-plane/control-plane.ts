import type {
  CreateInvalidationCommandInput,
  CreateInvalidationCommandOutput,
  GetDistributionCommandInput,
  GetDistributionCommandOutput,
  GetInvalidationCommandInput,
  GetInvalidationCommandOutput,
} from "@aws-sdk/client-cloudfront";
import type {
  ChangeResourceRecordSetsCommandInput,
  ChangeResourceRecordSetsCommandOutput,
  CreateHostedZoneCommandInput,
  CreateHostedZoneCommandOutput,
  GetChangeCommandInput,
  GetChangeCommandOutput,
  GetHostedZoneCommandInput,
  GetHostedZoneCommandOutput,
  ListHostedZonesByNameCommandInput,
  ListHostedZonesByNameCommandOutput,
  ListResourceRecordSetsCommandInput,
  ListResourceRecordSetsCommandOutput,
} from "@aws-sdk/client-route-53";
import type { CredentialSource, Credentials } from "../../aws/credentials/credentials.ts";
import { ServiceError, UNRECOGNIZED } from "../../aws/errors/errors.ts";
import { withCredentials } from "../../aws/errors/expired-session.ts";
import { withRetries } from "../../aws/retry.ts";
import { ignoreNodeSupport, requestHandler } from "../../aws/sdk-requests.ts";
import type { Transport } from "../../http/transport.ts";
import { asServiceError } from "./control-plane-error.ts";

/** One operation: from its input to the service's output. */
export type Operation<Input, Output> = (input: Input, signal: AbortSignal) => Promise<Output>;

/**
 * The operations of CloudFront and Route 53 that a publish uses. Each operation throws {ServiceError} if the service refuses and
 * {ConnectionError} if it does not answer, both after retries if the failure may pass, and the signal's reason.
 */
export interface ControlPlane {
  readonly getDistribution: Operation<GetDistributionCommandInput, GetDistributionCommandOutput>;
  readonly createInvalidation: Operation<CreateInvalidationCommandInput, CreateInvalidationCommandOutput>;
  readonly getInvalidation: Operation<GetInvalidationCommandInput, GetInvalidationCommandOutput>;
  readonly getHostedZone: Operation<GetHostedZoneCommandInput, GetHostedZoneCommandOutput>;
  readonly listHostedZonesByName: Operation<ListHostedZonesByNameCommandInput, ListHostedZonesByNameCommandOutput>;
  readonly createHostedZone: Operation<CreateHostedZoneCommandInput, CreateHostedZoneCommandOutput>;
  readonly listResourceRecordSets: Operation<ListResourceRecordSetsCommandInput, ListResourceRecordSetsCommandOutput>;
  readonly changeResourceRecordSets: Operation<
    ChangeResourceRecordSetsCommandInput,
    ChangeResourceRecordSetsCommandOutput
  >;
  readonly getChange: Operation<GetChangeCommandInput, GetChangeCommandOutput>;
}

export interface ControlPlaneOptions {
  /** Any region of the partition: both services have one endpoint in each partition. */
  readonly region: string;
  readonly credentials: CredentialSource;
  readonly transport: Transport;
  readonly userAgent: string;
  /** The endpoint of both services, for tests. Default: AWS_ENDPOINT_URL_CLOUDFRONT and AWS_ENDPOINT_URL_ROUTE_53, else AWS. */
  readonly endpoint?: URL;
}

/** Loads the SDK's clients and prepares requests; nothing is sent yet. */
export async function openControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  ignoreNodeSupport();
  const sdk = await import("./control-plane-clients.ts");
  const signing = createSigningCredentials(options.credentials);
  const settings = settingsOf(options, signing);
  const operation = operationsWith(signing);
  return { ...cloudFrontOperations(sdk, settings, operation), ...route53Operations(sdk, settings, operation) };
}

type Sdk = typeof import("./control-plane-clients.ts");
type Settings = ReturnType<typeof settingsOf>;
type SigningCredentials = ReturnType<typeof createSigningCredentials>;

function settingsOf(
  { region, transport, userAgent, endpoint }: ControlPlaneOptions,
  { provide: credentials }: SigningCredentials,
) {
  return {
    region,
    credentials,
    requestHandler: requestHandler(transport),
    customUserAgent: userAgent,
    maxAttempts: 1,
    ...(endpoint ? { endpoint: endpoint.href } : {}),
  };
}

/** Makes an operation. `essential` returns a part that each answer of the service has. */
type MakeOperation = <Input, Output>(
  send: (input: Input, aborting: Aborting) => Promise<Output>,
  essential: (output: Output) => unknown,
) => Operation<Input, Output>;

function operationsWith(signing: SigningCredentials): MakeOperation {
  const attempt = <T>(send: () => Promise<T>, signal: AbortSignal) =>
    withRetries(() => signing.use(() => send().catch((error) => Promise.reject(asServiceError(error)))), signal);
  return (send, essential) => (input, signal) =>
    attempt(async () => {
      const output = await send(input, { abortSignal: signal });
      // The SDK treats an HTML page, and an error with status 200, as an answer without content.
      if (essential(output) === undefined) throw new ServiceError(NOT_AWS);
      return output;
    }, signal);
}

function cloudFrontOperations(
  sdk: Sdk,
  settings: Settings,
  operation: MakeOperation,
): Pick<ControlPlane, "getDistribution" | "createInvalidation" | "getInvalidation"> {
  const cloudFront = new sdk.CloudFrontClient(settings);
  return {
    getDistribution: operation(
      (input, aborting) => cloudFront.send(new sdk.GetDistributionCommand(input), aborting),
      ({ Distribution }) => Distribution?.DistributionConfig,
    ),
    createInvalidation: operation(
      (input, aborting) => cloudFront.send(new sdk.CreateInvalidationCommand(input), aborting),
      ({ Invalidation }) => Invalidation?.Id,
    ),
    getInvalidation: operation(
      (input, aborting) => cloudFront.send(new sdk.GetInvalidationCommand(input), aborting),
      ({ Invalidation }) => Invalidation?.Status,
    ),
  };
}

function route53Operations(
  sdk: Sdk,
  settings: Settings,
  operation: MakeOperation,
): Omit<ControlPlane, keyof ReturnType<typeof cloudFrontOperations>> {
  const route53 = new sdk.Route53Client(settings);
  return {
    getHostedZone: operation(
      (input, aborting) => route53.send(new sdk.GetHostedZoneCommand(input), aborting),
      ({ HostedZone }) => HostedZone?.Id,
    ),
    listHostedZonesByName: operation(
      (input, aborting) => route53.send(new sdk.ListHostedZonesByNameCommand(input), aborting),
      ({ HostedZones }) => HostedZones,
    ),
    createHostedZone: operation(
      (input, aborting) => route53.send(new sdk.CreateHostedZoneCommand(input), aborting),
      ({ HostedZone }) => HostedZone?.Id,
    ),
    listResourceRecordSets: operation(
      (input, aborting) => route53.send(new sdk.ListResourceRecordSetsCommand(input), aborting),
      ({ ResourceRecordSets }) => ResourceRecordSets,
    ),
    changeResourceRecordSets: operation(
      (input, aborting) => route53.send(new sdk.ChangeResourceRecordSetsCommand(input), aborting),
      ({ ChangeInfo }) => ChangeInfo?.Id,
    ),
    getChange: operation(
      (input, aborting) => route53.send(new sdk.GetChangeCommand(input), aborting),
      ({ ChangeInfo }) => ChangeInfo?.Status,
    ),
  };
}

const NOT_AWS = { status: 200, awsCode: UNRECOGNIZED, serverMessage: "the answer is not from AWS" };

interface Aborting {
  readonly abortSignal: AbortSignal;
}

/** Passes the credentials of a source to the SDK, and replaces them if the service says that they have expired. */
function createSigningCredentials(source: CredentialSource) {
  let current: Credentials | undefined;
  return {
    use: <T>(send: () => Promise<T>): Promise<T> =>
      withCredentials(source, (own) => {
        current = own;
        return send();
      }),
    async provide() {
      const { accessKeyId, secretAccessKey, sessionToken } = current ?? (await source());
      // They are marked as ending now, because the SDK would keep them, but the source knows their real end.
      const expiration = new Date();
      return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}), expiration };
    },
  };
}
