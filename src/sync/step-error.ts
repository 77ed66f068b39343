/** The step cannot go on. The message says why and what to do. */
export class StepError extends Error {}
