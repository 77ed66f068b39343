/**
 * Where a server departs from S3: by the title of the test that shows it, or of a group in which all tests do. The
 * suite expects these tests to fail there, so that a departure that has gone away is noticed.
 */
export const differences: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  // Operations of the tasks: the reasons are also in the table of docs/compatible-stores.md
  "keeps headers and metadata": { gofakes3: "does not keep `Cache-Control`" },
  "changes headers without sending the file again": { gofakes3: "does not keep `Cache-Control`" },
  "keeps tags (`tags`)": { gofakes3: "has no tags, so the step ends with an error", s3proxy: "refuses tags" },
  "keeps ACLs (`filesAcl`)": {
    seaweedfs: "ignores them",
    versitygw: "has no ACLs of objects",
    gofakes3: "has no ACLs",
  },
  "gives the ACL that filesAcl names, where the bucket has ACLs": {
    seaweedfs: "ignores them",
    gofakes3: "has no ACLs",
  },
  "headers go before cacheControl, these before contentType and contentEncoding, and these before the guess": {
    gofakes3: "does not keep `Cache-Control`",
  },
  "keeps storage classes (`storageClass`)": {
    versitygw: "has one storage class",
    radosgw: "has only the classes that its administrator has set up",
  },
  "keeps the SHA-256 of a file (`checksumAlgorithm`)": { radosgw: "has no such checksums", s3proxy: "refuses it" },
  "keeps the SHA-256 of a file in parts": {
    radosgw: "has no such checksums",
    gofakes3: "has no checksums of files in parts",
    s3proxy: "refuses it",
  },
  "encrypts with keys of the store (`encryptionAlgorithm: AES256`)": {
    seaweedfs: "has no keys unless its administrator sets them up",
    versitygw: "ignores it",
    radosgw: "has no keys unless its administrator sets them up",
    s3proxy: "refuses it",
  },
  "encrypts with a key of yours (`customerKey`)": {
    versitygw: "ignores it",
    gofakes3: "ignores it",
    s3proxy: "refuses it",
  },
  "says that the secret key is wrong": { gofakes3: "does not check keys" },
  "says that the access key ID does not exist": { gofakes3: "does not check keys" },
  "checks the site that it has published (`siteUrl`)": { gofakes3: "does not keep `Cache-Control`" },
  "makes the bucket a website (`configureWebsite`)": {
    seaweedfs: "has no websites",
    gofakes3: "has no websites",
    s3proxy: "has no websites",
  },
  "lets everyone read (`publicRead`)": { gofakes3: "has no bucket policies", s3proxy: "has no bucket policies" },
  "keeps the target of a redirect (`_redirects`)": { seaweedfs: "ignores redirects", s3proxy: "refuses redirects" },
  "serves `about.html` as `about` and `about/` too (`cleanUrls`)": {
    seaweedfs: "has no websites",
    versitygw: "keeps objects as files, so `about` cannot be a folder too",
    gofakes3: "has no websites",
    s3proxy: "has no websites",
  },

  // Uploads, downloads and sites
  "brings the release before the live one back, with its headers, redirects and website, checks it, and says so": {
    versitygw: "cannot hold `old` beside `old/`, which cleanUrls makes",
  },
  "refuses a key that is an object and a prefix of others, and downloads it as a prefix with a slash": {
    s3proxy: "cannot hold a key that is a folder of another one",
    versitygw: "keeps objects as files, and a file cannot be a folder too",
  },
  "and says that siteUrl leads elsewhere": { radosgw: "tells nobody who may not list that something is missing" },
  "CRC32 is that of the whole object, in one piece or in parts, as the SDK computes it": {
    radosgw: "knows no additional checksums",
  },
  "CRC32C is that of the whole object, in one piece or in parts, as the SDK computes it": {
    radosgw: "knows no additional checksums",
  },
  "CRC64NVME is that of the whole object, in one piece or in parts, as the SDK computes it": {
    radosgw: "knows no additional checksums",
  },
  "SHA1 is that of the whole object in one piece, and that of the parts' where it has parts": {
    radosgw: "knows no additional checksums",
  },
  "SHA256 is that of the whole object in one piece, and that of the parts' where it has parts": {
    radosgw: "knows no additional checksums",
  },
  "is left as it is for what is unchanged": { radosgw: "knows no additional checksums" },
  "leaves folder markers, and deletes a key with a slash at its end that has content": {
    s3proxy: "keeps no content of keys that end in a slash",
    seaweedfs: "keeps no content of keys that end in a slash",
    versitygw: "keeps keys that end in a slash as folders, without content",
  },
  "deletes objects where a file has become a folder, and a folder a file": {
    s3proxy: "cannot hold a key that is a folder of another one",
    versitygw: "cannot hold a key that is a folder of another one",
  },
  "stores in the class that storageClass names, and rules name another for some": {
    versitygw: "has one storage class",
    radosgw: "has the storage classes that its placement rules name",
    gofakes3: "lists all objects in the class STANDARD",
  },
  "says what to do where the bucket takes no ACLs, once for the step": {
    seaweedfs: "ignores ACLs",
    gofakes3: "ignores ACLs",
    s3proxy: "takes ACLs",
    versitygw: "ignores ACLs of objects",
    radosgw: "knows no object ownership, and applies ACLs",
  },
  "serves pages under clean names too": { versitygw: "keeps objects as files, and a file cannot be a folder too" },
  "stores the content type with each object": { s3proxy: "leaves the space out of a content type" },
  "sends nothing but a guessed content type where no input says anything": {
    s3proxy: "leaves the space out of a content type",
  },
  "sends files of every size whole: empty, one read, two reads, one request, many parts": {
    s3proxy: "gives objects in parts an ETag without their number",
    gofakes3: "gives objects in parts the MD5 of the whole for an ETag",
  },
  "brings objects of every size and make whole, and knows nearly all of them again": {
    s3proxy: "gives objects in parts the MD5 of the whole for an ETag",
    gofakes3: "gives objects in parts the MD5 of the whole for an ETag",
  },
  "gives tags to small and large files alike": { s3proxy: "refuses tags", gofakes3: "has no tags" },

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

  // Settings of buckets
  "has the bucket's owner own all objects by default": { radosgw: "knows no object ownership" },
  "changes who owns the objects of a bucket": { radosgw: "knows no object ownership" },
  "creates a bucket with an owner of its objects": { radosgw: "knows no object ownership" },
  "blocks public access to new buckets": {
    versitygw: "has no block of public access",
    radosgw: "blocks nothing until told to",
  },
  "changes what public access is blocked, and deletes the block": {
    versitygw: "has no block of public access",
    radosgw: "answers a deleted block with one that blocks nothing",
  },
  "refuses requests for a bucket of another account": { radosgw: "ignores the expected owner" },
  "tells a requester who offers to pay that the request was charged": {
    versitygw: "has no requester pays",
    radosgw: "charges nobody",
  },

  // Storage classes
  "storage classes": {
    versitygw: "has one storage class",
    radosgw: "has the storage classes that its placement rules name",
  },
  "checksums in listings": { radosgw: "knows no additional checksums" },

  // Copies
  "copies an object's bytes, headers and metadata": { radosgw: "leaves the quotation marks of the ETag off" },
  "copies tags, and replaces them where told to": { radosgw: "ignores the tagging directive" },
  "does not copy the website redirect location": { radosgw: "copies it" },
  "puts a copy into STANDARD where no storage class is given": {
    versitygw: "has one storage class",
    radosgw: "has the storage classes that its placement rules name",
  },
  "does not copy under If-Match with another ETag": { radosgw: "ignores conditions on the source" },
  "does not copy under If-None-Match with its ETag": {
    versitygw: "answers 304 to a copy",
    radosgw: "ignores conditions on the source",
  },
  "does not copy under If-Unmodified-Since in the past": { radosgw: "ignores conditions on the source" },
  "does not copy under If-None-Match that fails, and If-Modified-Since that holds": {
    versitygw: "answers 304 to a copy",
    radosgw: "ignores conditions on the source",
  },
  "does not copy under If-Modified-Since the source's time": {
    versitygw: "keeps fractions of a second, which the header cannot tell",
    radosgw: "ignores conditions on the source",
  },
  "copies with If-None-Match: * only where no object is": {
    versitygw: "has no conditions on the target of a copy",
    radosgw: "has no conditions on the target of a copy",
  },
  "changes headers by a copy of an object onto itself": { radosgw: "replaces the tags with the metadata" },
  "gives a copy the MD5 of the whole for an ETag, though the source was uploaded in parts": {
    radosgw: "copies the ETag",
  },
  "keeps the checksum of the source in a copy": { radosgw: "knows no additional checksums" },
  "gives a copy a checksum of the algorithm that it is asked for": { radosgw: "knows no additional checksums" },
  "makes the composite checksum of a source one of the whole copy": { radosgw: "knows no additional checksums" },
  "refuses an unknown TaggingDirective": { radosgw: "ignores the tagging directive" },
  "tells the checksum of a copied part, and makes the object's of it": { radosgw: "knows no additional checksums" },
  "refuses to copy the range bytes=9-0": { radosgw: "calls it InvalidRange" },
  "refuses to copy the range bytes=0-": {
    versitygw: "copies to the end",
    radosgw: "takes any range that a read may have",
  },
  "refuses to copy the range bytes=-9": { radosgw: "takes any range that a read may have" },
  "refuses to copy the range bytes=0-6291456": { radosgw: "calls it InvalidRange" },
  "copies a part only under the conditions on its source": {
    versitygw: "answers 304 to a copy",
    radosgw: "ignores conditions on the source",
  },

  // Tags
  "keeps the tags of an upload in parts": { radosgw: "forgets them" },
  "refuses to tag an object with more than 10 tags": { radosgw: "calls it InvalidTag" },
  "refuses to tag an object with a tag whose key has other characters": { radosgw: "takes any character" },
  "refuses to tag an object with a tag whose key begins with aws:": {
    versitygw: "takes any prefix",
    radosgw: "takes any prefix",
  },
  "refuses to tag an object with two tags of one key": { radosgw: "keeps both" },
  "refuses to put an object with more than 10 tags": {
    versitygw: "counts no tags in a header",
    radosgw: "calls it InvalidArgument",
  },
  "refuses to put an object with a tag's value of more than 256 characters": { radosgw: "calls it InvalidArgument" },
  "refuses to put an object with a tag whose key has other characters": { radosgw: "takes any character" },
  "refuses to put an object with two tags of one key": { radosgw: "keeps both" },

  // Encryption
  "customer keys": { versitygw: "ignores keys of customers" },
  "gives an object under a customer's key an ETag that is not its MD5": { radosgw: "gives the MD5 of the plain bytes" },
  "keeps the checksum of the plain bytes beside a customer's key": { radosgw: "knows no additional checksums" },
  "does not give an object without its customer's key": { radosgw: "calls it InvalidArgument" },
  "does not give an object for another key than its customer's": { radosgw: "calls it InvalidArgument" },
  "refuses a customer's key for an object that is under none": { radosgw: "ignores the key" },
  "refuses a customer's key beside a key of S3's": { radosgw: "ignores the other" },
  "copies from one customer's key to another, and to none": { radosgw: "cannot copy under a customer's key" },
  "does not copy an object without its customer's key": { radosgw: "cannot copy under a customer's key" },
  "uploads parts under a customer's key, some of them copies": { radosgw: "cannot copy under a customer's key" },
  "refuses a part without the customer's key that its upload was created with": {
    radosgw: "calls it InvalidArgument",
  },
  "wants the customer's key of an upload with checksums also to list its parts and to complete it": {
    radosgw: "knows no additional checksums",
  },
  encryption: { versitygw: "ignores encryption" },
  "encrypts with S3's keys where nothing is said": { radosgw: "does not encrypt of its own accord" },
  "encrypts with S3's keys where ServerSideEncryption is said": { radosgw: "has no keys of its own" },
  "refuses a key of AWS KMS for an encryption that has none": { radosgw: "ignores the key" },
  "encrypts new buckets with S3's keys by default": { radosgw: "has no default encryption" },
  "keys of AWS KMS": { versitygw: "ignores encryption", radosgw: "is started without a key server" },

  // Access control lists
  "access control lists": { versitygw: "has no ACLs of objects" },
  "refuses all other ACLs where the bucket's owner owns all objects": {
    radosgw: "knows no object ownership, and applies ACLs",
  },
  "keeps the canned ACL aws-exec-read": { radosgw: "does not know it" },
  "refuses a public ACL while public access is blocked": { radosgw: "then refuses private ones too" },
  'refuses a grant to id="nobody"': { radosgw: "answers 404 for an account that it does not know" },

  // Bucket policies
  "calls a policy for one account not public": {
    versitygw: "knows accounts of its own alone",
    radosgw: "calls every policy public that allows anything",
  },
  "calls a policy for everybody in a range of addresses not public": { versitygw: "looks at no conditions there" },
  "calls a policy for everybody on behalf of one account not public": {
    versitygw: "does not know the condition",
  },
  "calls a policy for everybody with a header of their choice public": {
    radosgw: "calls no policy public that has a condition",
  },
  "tells no status of a policy that is not there": { radosgw: "tells that none is not public" },
  "refuses a public policy while these are blocked, as in a new bucket": {
    versitygw: "has no block of public access",
    radosgw: "blocks nothing until told to",
  },
  "takes a policy that lets nobody in while public ones are blocked": { versitygw: "has no block of public access" },
  "keeps the public out of a bucket whose access is restricted, whatever its policy says": {
    versitygw: "has no block of public access",
    radosgw: "restricts buckets whose ACL is public alone",
  },
  "malformed bucket policies": { radosgw: "calls it InvalidArgument, where it notices" },
  "refuses a policy with an element that there is not": { versitygw: "passes over it" },
  "refuses a policy for nobody": { versitygw: "does not notice" },
  "refuses a policy of no action": { versitygw: "does not notice" },

  // Anonymous requests
  "lets nobody unknown in by a statement for one account": { versitygw: "knows accounts of its own alone" },
  "denies what comes without TLS": { radosgw: "does not know of the connection where TLS is off" },
  "hides from those who may not list whether an object is there": { versitygw: "tells them" },
  "lets everybody read an object whose ACL says so": { versitygw: "has no ACLs of objects" },

  // Website configurations
  "refuses a website with no index document": { versitygw: "calls it MalformedXML" },
  "refuses a website with an index document in a folder": { radosgw: "takes it" },
  "refuses a website with an empty error document": { radosgw: "takes it for none" },
  "refuses a website with pages beside a redirect of all": {
    versitygw: "calls it MalformedXML",
    radosgw: "takes it",
  },
  "refuses a website with a redirect of all to nowhere": { radosgw: "calls it InvalidArgument" },
  "refuses a website with another protocol": { radosgw: "takes it" },
  "refuses a website with two replacements": { radosgw: "calls it InvalidArgument" },
  "refuses a website with a redirect by 200": { radosgw: "calls it InvalidArgument" },
  "refuses a website with a rule for the error 200": { radosgw: "calls it InvalidArgument" },
  "refuses a website with a rule that leads nowhere": { radosgw: "takes it" },

  // Websites
  "sends those who leave out the slash of a folder there": {
    versitygw: "answers 404",
    radosgw: "serves the index document under the address without the slash",
  },
  "sends the range that is asked for": { versitygw: "sends all" },
  "sends no page that the visitor has already": { versitygw: "sends it again" },
  "tells of a page that is not there, though nobody may list what is": { radosgw: "answers 403" },
  "names an error in a header too": { radosgw: "does not" },
  "shows all of the error document, whatever range is asked for": { radosgw: "sends the range" },
  "tells of the error document too where that is not there": {
    versitygw: "tells of the error document alone",
    radosgw: "tells of the page alone",
  },
  "redirects what is not there by a routing rule": { versitygw: "puts no prefix before a key where none is replaced" },
  "redirects to a place within a page by a routing rule": {
    versitygw: "puts no prefix before a key where none is replaced",
  },
  "encodes a key by a routing rule": { radosgw: "does not encode it" },
  "applies a routing rule without a condition to all requests": { versitygw: "applies it to errors" },

  // Versions
  "tells of the delete marker that an object is behind": {
    versitygw: "does not tell its id",
    radosgw: "does not tell of it",
  },
  "makes a delete marker of a key that is not there": { versitygw: "makes none" },
  "deletes a version for good, and the one before becomes the last": { radosgw: "calls it NoSuchKey" },
  "refuses what cannot be the id of a version": { radosgw: "calls it NoSuchKey" },
  "deletes versions among many objects, and tells of the delete markers": {
    versitygw: "tells of no delete markers that it removes",
  },
  "copies a version, and tells which": { radosgw: "does not tell which" },
  "does not copy a delete marker": { versitygw: "copies an empty object", radosgw: "calls it NoSuchKey" },
  "keeps tags of each version": { versitygw: "does not tell the last version", radosgw: "does not tell the version" },
  "calls the version from before versioning null": {
    versitygw: "does not tell it on a read",
    radosgw: "does not tell it on a read",
  },
  "replaces the null version while versioning is suspended": {
    versitygw: "does not tell it on a read",
    radosgw: "does not tell it on a read",
  },
  "pages through versions, one at a time": {
    versitygw: "never gets beyond the first",
    radosgw: "lists the versions of the marker's key again",
  },
  "refuses to list from a version without its key": { versitygw: "ignores it", radosgw: "ignores it" },
  "does not delete a bucket that has versions, if only a delete marker": { versitygw: "deletes it" },

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
