/** An operation that the compiled executor leaves to Apollo's own. */
export class Unsupported extends Error {}
