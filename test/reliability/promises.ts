/** A test by its file below `test/`, without `.test.ts`, and what its title has in it. */
export interface NamedTest {
  readonly file: string;
  readonly title: string;
}

/** What users may rely on, and the tests that show it. */
export interface Promised {
  readonly promise: string;
  readonly tests: readonly NamedTest[];
}

function test(file: string, title: string): NamedTest {
  return { file, title };
}

export const PROMISES: readonly Promised[] = [
  {
    promise:
      "A request that fails for a reason that may pass is sent again: up to 10 times in all, 5 times if the server is not there, 3 times if it does not answer. The waits grow up to 20 s, and are as long as the server asks.",
    tests: [
      test("aws/retry", "wait twice as long each time, spread at random, up to 20 s, longer when throttled"),
      test("aws/retry", "wait at least as long as the server asks, but not for ever"),
    ],
  },
  {
    promise:
      "If the answer to a write is lost, the task looks whether the write was done, and goes on. It does not report a conflict with itself.",
    tests: [
      test("tasks/upload-faults", "knows a multipart upload for complete where the answer to that was lost"),
      test("tasks/upload-faults", "knows headers for changed where the answer to that was lost"),
    ],
  },
  {
    promise:
      "A file gets its name when all of its bytes are there and their checksum is right. Until then, the old file stays.",
    tests: [
      test("tasks/download-integrity", "keeps the file as it was if that does not help, for an object of"),
      test("tasks/download-partial-files", "leaves everything as it was where a file cannot be written, and names it"),
    ],
  },
  {
    promise: "A download that breaks off goes on where it was, if the object is still the same one.",
    tests: [
      test(
        "tasks/download-interrupted",
        "goes on with a piece of a large object where that was, and fetches no other again",
      ),
      test("tasks/download-interrupted", "mixes no ranges of two"),
    ],
  },
  {
    promise: "The next run removes what a killed download has left, and not what another run is still writing.",
    tests: [
      test("tasks/download-beside-others", "clears what a killed run left in the folders on its way"),
      test("tasks/download-partial-files", "removes no temporary file of a run that still goes on"),
    ],
  },
  {
    promise: "The next run of a large upload sends only the parts that are missing, and completes it.",
    tests: [
      test("tasks/upload-resume", "sends only the parts that are missing, where the run before it was cancelled"),
      test("tasks/upload-resume", "is completed by the agent's own retry of the step"),
    ],
  },
  {
    promise: "Nothing is deleted after a failure, nor if the listing is not complete.",
    tests: [
      test("tasks/upload-delete-extra", "deletes nothing where an upload failed"),
      test("tasks/upload-delete-extra", "deletes nothing where the listing breaks off"),
      test("tasks/download-delete-extra", "deletes nothing unless everything has come"),
    ],
  },
  {
    promise: "One file that fails does not stop the others. The step fails, and names each such file with the reason.",
    tests: [
      test("tasks/upload-faults", "uploads the other files where one fails for good, and names it with the reason"),
      test("tasks/download-failures", "brings the others where one is denied, and the plan file names it too"),
    ],
  },
  {
    promise: "If all files would fail in the same way, the step stops after the first failures.",
    tests: [
      test("tasks/upload-faults", "stops at once where every file would fail alike, with one error"),
      test("tasks/download-failures", "stops at once where all are denied, with one error"),
    ],
  },
  {
    promise: "A server that says nothing, or sends less than 1 KiB a second, is given up after two minutes.",
    tests: [
      test(
        "http/transport-connections",
        "gives up a server that sends hardly anything, but not one that is a little faster",
      ),
    ],
  },
  {
    promise: "Credentials that expire during a step are renewed.",
    tests: [
      test(
        "s3/expiring-credentials",
        "renews once, and tries again, where S3 takes credentials for expired that should not be",
      ),
      test("s3/expiring-credentials", "goes on while STS is away for less than a session"),
    ],
  },
  {
    promise: "Visitors meet no page whose assets are missing, whenever a publish fails, is killed or is cancelled.",
    tests: [
      test("tasks/publish-visitors", "leaves no page without its assets, and none with those of another build"),
      test("site/publish", "that ends after any of its requests leaves pages whose assets are there"),
    ],
  },
  {
    promise:
      "Of two publishes to one place at the same time, one fails before it deletes anything, and names the other.",
    tests: [
      test("tasks/publish-beside", "fails before it shows or deletes anything where the other one has begun since"),
    ],
  },
  {
    promise: "A cancelled step ends at once.",
    tests: [
      test("tasks/upload-faults", "ends quickly when it is cancelled"),
      test("tasks/download-partial-files", "ends at once when it is cancelled while the server does not answer"),
      test(
        "tasks/download-partial-files",
        "ends at once when it is cancelled while it computes the checksum of a file",
      ),
    ],
  },
  {
    promise: "No secret is written to a log, not even in debug mode.",
    tests: [
      test("tasks/upload-faults", "logs no secret, not even in debug"),
      test("agent/network", "has its passwords masked before the task's first line"),
    ],
  },
  {
    promise: "A page of a proxy or a login form is never taken for an answer of S3.",
    tests: [
      test("tasks/upload-faults", "says that what answers is not S3 where a web server"),
      test("tasks/upload-faults", "does not take a page for the completion of a multipart upload"),
    ],
  },
  {
    promise: "An archive is stored as a whole, or not at all.",
    tests: [
      test("tasks/upload-archive", "takes back what is stored if a part is refused"),
      test("tasks/upload-archive", "fails, and stores nothing, if a file changes meanwhile"),
    ],
  },
  {
    promise:
      "No file of an archive is moved to the target folder before all archives are downloaded, checked and extracted.",
    tests: [
      test("tasks/extract", "refuses all archives that are not safe, by their names, and writes nothing"),
      test("tasks/extract", "moves no file if one of them cannot be moved"),
    ],
  },
  {
    promise: "No kept release is lost, whatever happens to publishes and rollbacks.",
    tests: [
      test("site/releases/releases-model", "lose no release, and show visitors whole sites after each request"),
      test("site/releases/rollback-mishaps", "fails before it deletes if a publish gets in between"),
    ],
  },
];

/** A situation that another program's tests have, and where it is tried here. */
export interface PeerTest {
  readonly program: "rclone" | "s5cmd";
  /** Their names of it. */
  readonly theirs: string;
  readonly situation: string;
  /** Tests, or names of faults in the table of faults. */
  readonly ours: readonly (NamedTest | string)[];
}

export const PEER_TESTS: readonly PeerTest[] = [
  {
    program: "rclone",
    theirs: "TestShouldRetry, TestRetry",
    situation: "A failure that may pass is tried again, another one is not.",
    ours: ["reset after the request", "403 AccessDenied"],
  },
  {
    program: "rclone",
    theirs: "TestIsRetryableResponse",
    situation: "429, 500 and 503 are tried again, 301 and 404 are not.",
    ours: ["429 with a page", "500 InternalError", "503 with a page", "301 to elsewhere"],
  },
  {
    program: "rclone",
    theirs: "TestRetryAfter",
    situation: "The server says how long to wait.",
    ours: [test("aws/retry", "wait at least as long as the server asks, but not for ever")],
  },
  {
    program: "rclone",
    theirs: "TestContextError",
    situation: "A cancelled wait ends.",
    ours: [test("aws/retry", "end at once when the signal is aborted")],
  },
  {
    program: "rclone",
    theirs: "TestReOpen",
    situation: "The body of a download breaks off, again and again.",
    ours: [test("tasks/download-interrupted", "object where it was, if it is still the same one")],
  },
  {
    program: "rclone",
    theirs: "TestMultithreadCopyAbort",
    situation: "A large upload fails half-way: the object that was there stays.",
    ours: [test("reliability/faults", "leaves the object that was there when an upload in parts is refused")],
  },
  {
    program: "rclone",
    theirs: "TestVerifyCopy",
    situation: "The bytes that came are not the right ones.",
    ours: [test("tasks/download-integrity", "fetches the object again, of"), "one bit of an object wrong"],
  },
  {
    program: "rclone",
    theirs: "TestUpdatingCheck, TestSyncConcurrentTruncate",
    situation: "A file changes, or becomes shorter, while it is sent.",
    ours: [
      test("tasks/upload-faults", "sends a file again that grew while it was sent"),
      test("tasks/upload-failures", "sends a large file again, whole, that"),
    ],
  },
  {
    program: "rclone",
    theirs: "TestSyncConcurrentDelete",
    situation: "A file is gone before it is sent.",
    ours: [test("tasks/upload-failures", "names a file that vanishes before it is sent, and uploads the others")],
  },
  {
    program: "rclone",
    theirs: "TestRcatSizeShortEOF",
    situation: "A source ends before its length.",
    ours: [test("tasks/upload-failures", "names a large file that changes each time, and leaves nothing of it")],
  },
  {
    program: "rclone",
    theirs: "TestSyncAfterRemovingAFileAndAddingAFileSubDirWithErrors",
    situation: "After an error, nothing is deleted.",
    ours: [test("tasks/upload-delete-extra", "deletes nothing where an upload failed")],
  },
  {
    program: "rclone",
    theirs: "TestIsDiskFullError, TestUpdateFatalIfNoSpaceOff",
    situation: "The disk is full.",
    ours: [test("errors/error-codes", "that of the file system's failure")],
  },
  {
    program: "rclone",
    theirs: "TestCopyInplace",
    situation: "A file is written under another name, and gets its own at the end.",
    ours: [test("tasks/download-partial-files", "in the middle, and the next run completes it")],
  },
  {
    program: "rclone",
    theirs: "TestSymlinkEscapeWriteThroughBlocked, TestSymlinkEscapeConcurrent",
    situation: "A link leads out of the target folder.",
    ours: [test("tasks/download-unsafe-keys", "never follows one out of it, and goes on with the rest")],
  },
  {
    program: "rclone",
    theirs: "TestClientRemovesSecretHeadersOnCrossHostRedirect",
    situation: "A redirect to another host does not get the credentials.",
    ours: [
      test("tasks/identity-refusals", "sends it elsewhere, does not take the job's token there"),
      "307 to elsewhere",
    ],
  },
  {
    program: "rclone",
    theirs: "TestObjectNotFoundMapping",
    situation: "An object is gone between the listing and the download.",
    ours: [test("tasks/download-interrupted", "fails for one that is gone, and brings the others")],
  },
  {
    program: "s5cmd",
    theirs: "TestS3Retry",
    situation: "InternalError, RequestTimeout, SlowDown, RequestTimeTooSkewed and lost connections are tried again.",
    ours: [
      "500 InternalError",
      "400 RequestTimeout",
      "503 SlowDown",
      "403 RequestTimeTooSkewed",
      "reset after the request",
    ],
  },
  {
    program: "s5cmd",
    theirs: "TestS3Retry (ExpiredToken, InvalidToken)",
    situation: "Expired credentials are not tried again if there are no others.",
    ours: [test("s3/expiring-credentials", "does not try again with keys that are all there is"), "400 ExpiredToken"],
  },
  {
    program: "s5cmd",
    theirs: "TestS3RetryOnNoSuchUpload",
    situation: "An upload is complete, and its answer was lost: the retry gets NoSuchUpload.",
    ours: [
      test("tasks/upload-faults", "knows a multipart upload for complete where the answer to that was lost"),
      "request carried out, answer lost",
    ],
  },
  {
    program: "s5cmd",
    theirs: "TestS3ListError",
    situation: "The listing fails.",
    ours: [test("s3/listing/list-objects", "fails as the server says")],
  },
  {
    program: "s5cmd",
    theirs: "TestS3ListContextCancelled",
    situation: "A listing is cancelled.",
    ours: [test("tasks/download-partial-files", "ends at once when it is cancelled while the server does not answer")],
  },
  {
    program: "s5cmd",
    theirs: "TestDeleteFileWhenDownloadFailed, TestLocalFileOverridenWhenDownloadFailed",
    situation: "A failed download leaves no file, and the old one as it was.",
    ours: [
      test("tasks/download-interrupted", "fails for one that is gone, and brings the others"),
      test("tasks/download-integrity", "keeps the file as it was if that does not help, for an object of"),
    ],
  },
  {
    program: "s5cmd",
    theirs: "TestRunFromStdinWithErrors",
    situation: "One failure does not stop the others, and the whole fails.",
    ours: [
      test("tasks/upload-faults", "uploads the other files where one fails for good, and names it with the reason"),
    ],
  },
  {
    program: "s5cmd",
    theirs: "TestSyncS3BucketToS3BucketThatDoesNotExist",
    situation: "The bucket does not exist.",
    ours: [test("tasks/upload-bucket", "is off by default: a bucket that does not exist is an error")],
  },
  {
    program: "s5cmd",
    theirs: "TestMakeBucket_failure",
    situation: "The bucket cannot be created.",
    ours: [test("tasks/upload-bucket", "createBucket fails where the name is somebody else's, in another region too")],
  },
];
