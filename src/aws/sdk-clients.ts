/**
 * What the AWS SDK does for S3, and its credential chain: a file of its own beside the bundle, since it is as large as the rest of a task.
 * Most steps need none of it. The parts share most of their code, so that one file is half as large as two.
 */
export {
  CreateBucketCommand,
  GetBucketPolicyCommand,
  GetBucketWebsiteCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  PutBucketPolicyCommand,
  PutBucketWebsiteCommand,
  PutPublicAccessBlockCommand,
  S3Client,
} from "@aws-sdk/client-s3";
export { fromIni } from "@aws-sdk/credential-provider-ini";
export { defaultProvider } from "@aws-sdk/credential-provider-node";
export { Upload } from "@aws-sdk/lib-storage";
