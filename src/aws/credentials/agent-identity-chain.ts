/**
 * The credential chain of the AWS SDK: a file of its own beside the bundle, since it is as large as the rest of a task and few runs need
 * it.
 */
export { fromIni } from "@aws-sdk/credential-provider-ini";
export { defaultProvider } from "@aws-sdk/credential-provider-node";
