/**
 * The clients of the AWS SDK for CloudFront and Route 53, as far as a publish needs them: a file of its own beside the bundle, since it is as
 * large as the rest of a task, and sites without either do not need it.
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
