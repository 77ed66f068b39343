/**
 * The clients of the AWS SDK for CloudFront and Route 53, as far as a publish needs them, in a separate file beside the bundle, because
 * it is as large as the rest of a task, and many sites do not need it.
 */
export {
  CloudFrontClient,
  CreateInvalidationCommand,
  GetDistributionCommand,
  GetInvalidationCommand,
} from "@aws-sdk/client-cloudfront";
export {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  GetChangeCommand,
  GetHostedZoneCommand,
  ListHostedZonesByNameCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
} from "@aws-sdk/client-route-53";
