/**
 * The AWS SDK's S3 client and credential chain, in a separate file beside the bundle, because it is as large as the rest of a task and
 * most steps do not need it. The parts share most of their code, so one file is half as large as two.
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
