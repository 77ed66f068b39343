import { temporaryPathFor } from "../../src/files/temporary-file.ts";

/** No process has it: Linux gives none above 2^22. */
export const ENDED_PID = 99_999_999;

/** The name that a process of this machine could have given to a temporary file. */
export function temporaryNameOf(pid: number): string {
  return temporaryPathFor("file").replace(/\d+-\w+\.part$/, `${pid}-0123456789.part`);
}
