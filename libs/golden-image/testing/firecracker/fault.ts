/** An answer of 400 with this `fault_message`. */
export class Fault extends Error {
  constructor(
    message: string,
    /** Whether Firecracker ends after it has answered. */
    readonly fatal = false,
  ) {
    super(message);
  }
}
