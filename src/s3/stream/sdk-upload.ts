/**
 * What the AWS SDK has for a stream of unknown length: a file of its own beside the bundle, since it is as large as the rest of a task, and
 * most steps upload files.
 */
export { S3Client } from "@aws-sdk/client-s3";
export { Upload } from "@aws-sdk/lib-storage";
