/** Whom an ACL names: an account by its canonical user id, or a group of S3's own by its URI. */
export type Grantee = { readonly id: string } | { readonly uri: string };

export type Permission = "FULL_CONTROL" | "READ" | "WRITE" | "READ_ACP" | "WRITE_ACP";

/** One line of an access control list. */
export interface Grant {
  readonly grantee: Grantee;
  readonly permission: Permission;
}
