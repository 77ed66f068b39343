import { S3Error } from "../http/errors.ts";
import { documentReply, type Reply } from "../http/reply.ts";
import { bucketOf, type Call, type Operation } from "./operation.ts";
import { readWebsite, websiteDocument } from "./website-document.ts";

const about = { level: "bucket", marks: ["website"] } as const;

export const bucketWebsiteOperations: readonly Operation[] = [
  { name: "GetBucketWebsite", method: "GET", ...about, handle: getBucketWebsite },
  { name: "PutBucketWebsite", method: "PUT", ...about, body: "document", handle: putBucketWebsite },
  { name: "DeleteBucketWebsite", method: "DELETE", ...about, handle: deleteBucketWebsite },
];

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketWebsite.html */
function getBucketWebsite(call: Call): Reply {
  const { name, website } = bucketOf(call);
  if (website === undefined) {
    throw new S3Error("NoSuchWebsiteConfiguration", undefined, { elements: { BucketName: name } });
  }
  return documentReply(websiteDocument(website));
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketWebsite.html */
function putBucketWebsite(call: Call): Reply {
  const bucket = bucketOf(call);
  bucket.website = readWebsite(call.document);
  return { status: 200 };
}

function deleteBucketWebsite(call: Call): Reply {
  bucketOf(call).website = undefined;
  return { status: 204 };
}
