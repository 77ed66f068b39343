/**
 * Where a server departs from S3: by the title of the test that shows it, or of a group in which all tests do. The
 * suite expects these tests to fail there, so that a departure that has gone away is noticed.
 */
export const differences: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  // Buckets
  "refuses to create a bucket with the name two..dots": { versitygw: "checks neighbouring dots no further" },
  "tells a bucket's region on HEAD": { radosgw: "does not tell it" },
  "names no location for a bucket in us-east-1": { radosgw: "names its zone group" },

  // Objects
  "does not normalise the key trailing/": { versitygw: "keeps objects as files, and a folder holds no bytes" },
  "refuses a canned ACL, since the bucket's owner owns all objects": {
    versitygw: "ignores ACLs of objects",
    radosgw: "knows no object ownership, and applies ACLs",
  },
  "tells the storage class of an object that is not STANDARD": {
    versitygw: "has one storage class",
    radosgw: "has the storage classes that its placement rules name",
  },
  "refuses a storage class that does not exist": {
    versitygw: "has one storage class",
    radosgw: "calls it InvalidArgument",
  },
  "answers the range lines=1-2 with 200": { radosgw: "answers 200 with a Content-Range" },
  "refuses a key of more than 1,024 bytes": { radosgw: "calls it InvalidObjectName" },
  "refuses more than 2 KB of metadata": { radosgw: "allows more" },
  "refuses a website redirect location that is no place": { radosgw: "does not look at it" },

  // Conditions
  "answers a read with 304 under If-Modified-Since its time": {
    versitygw: "keeps fractions of a second, which the header cannot tell",
  },
  "writes with If-Match only over the object that is meant": {
    radosgw: "compares a write's If-Match with the quotation marks on",
  },
  "answers If-Match on a write with NoSuchKey where no object is": { radosgw: "calls it PreconditionFailed" },
  "completes under If-None-Match: * only where no object is": {
    radosgw: "has no conditions on CompleteMultipartUpload",
  },

  // Listing
  "encodes keys on request": { versitygw: "ignores encoding-type" },
  "refuses a continuation token that it did not give": {
    versitygw: "takes an empty token for none",
    radosgw: "takes an empty token for none",
  },
  "gives no next marker in version 1 without a delimiter": {
    versitygw: "always gives a next marker",
    radosgw: "always gives a next marker",
  },
  "refuses max-keys that are no number from 0 on": { radosgw: "takes a negative number" },

  // Deleting many objects
  "reports nothing that succeeded when asked to be quiet": { versitygw: "ignores Quiet" },
  "refuses more than 1,000 keys": { versitygw: "has no limit", radosgw: "refuses without an error document" },
  "refuses a deletion of nothing": { versitygw: "succeeds at it", radosgw: "succeeds at it" },
  "refuses a deletion whose document is not XML": {
    versitygw: "calls it InvalidRequest",
    radosgw: "refuses without an error document",
  },
  "refuses a deletion without Content-MD5 or checksum": { radosgw: "does not ask for them" },
  "refuses a deletion whose Content-MD5 is of something else": { radosgw: "does not compare it" },

  // Multipart uploads
  "joins the parts, with an ETag made of theirs": { radosgw: "leaves the ETag out of the answer to the completion" },
  "reads one part by its number": { radosgw: "ignores partNumber on a read" },
  "keeps the last upload of a part, and leaves out parts that are not listed": {
    radosgw: "wants all parts that were uploaded to be listed",
  },
  "refuses parts out of order": { radosgw: "sorts them" },
  "refuses an object size that is not the parts'": { radosgw: "does not know x-amz-mp-object-size" },
  "refuses part numbers outside 1 to 10,000": { radosgw: "takes part number 0" },
  "lists the uploads of one key by the time of their start": { radosgw: "sorts them by their random ids" },
  "rolls the uploads in progress up at a delimiter": { radosgw: "leaves the common prefixes out" },
  "pages through the uploads in progress": { versitygw: "refuses an upload id marker that it gave itself" },

  // Checksums
  checksums: { radosgw: "knows no additional checksums" },
  "checksums in trailers": { radosgw: "knows no trailers" },
  "refuses a part with a checksum that the upload was not created for": {
    versitygw: "takes an upload created without an algorithm for one with all",
  },

  // Bodies
  "refuses an object of more than 5 GiB in one go, before it is sent": { versitygw: "reads the body first" },
  "takes the framing off a body in signed chunks": {
    versitygw: "keeps aws-chunked as a content encoding",
    radosgw: "keeps aws-chunked as a content encoding",
  },
  "refuses chunks below 8 KiB before the last": {
    versitygw: "answers 400 where S3 answers 403",
    radosgw: "takes chunks of any size",
  },
  "refuses a streamed body that ends before its last chunk": { radosgw: "calls it XAmzContentSHA256Mismatch" },
  "refuses a streamed body of another length than it says": { radosgw: "calls it InvalidArgument" },
  "refuses a streamed body that does not say its length": { radosgw: "calls it InvalidArgument" },

  // Signatures
  "refuses an access key that it does not know": { versitygw: "answers XAdminUserNotFound" },
  "refuses a signature for another region, and names its own": { radosgw: "takes any region" },
  "refuses a session token that was not given with the key": { radosgw: "ignores it where it has no STS key" },
  "refuses an x-amz header that is not signed": { radosgw: "takes it" },
  "refuses a request without the hash of its body": { radosgw: "calls it SignatureDoesNotMatch" },
  "refuses a hash that is none": { radosgw: "calls it XAmzContentSHA256Mismatch" },
  "refuses a presigned request for more than a week": { radosgw: "calls it AccessDenied" },
};
