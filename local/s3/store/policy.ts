/** Who may do what with a bucket, as its owner has said. */
export interface BucketPolicy {
  /** The document, as it was put. */
  readonly text: string;
  readonly statements: readonly Statement[];
}

export interface Statement {
  readonly effect: "Allow" | "Deny";
  /** Account ids, ARNs and the like; `*` for everybody. */
  readonly principals: Listed;
  /** Such as `s3:Get*`. */
  readonly actions: Listed;
  /** The bucket, or objects in it, without what comes before in an ARN: `bucket`, `bucket/folder/*`. */
  readonly resources: Listed;
  readonly conditions: readonly Condition[];
}

/** What an element of a statement names; or, if it begins with `Not`, what it excludes. */
export interface Listed {
  readonly names: readonly string[];
  readonly isException: boolean;
}

export interface Condition {
  /** Such as `StringEquals`. */
  readonly operator: string;
  /** Such as `aws:SourceIp`. */
  readonly key: string;
  readonly values: readonly string[];
}
