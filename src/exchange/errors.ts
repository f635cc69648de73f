// What can go wrong between the broker and an exchange, apart from answers.

/**
 * Text from the other side that is not what the protocol says. An incident of theirs, never an
 * assertion of ours.
 */
export class DecodeError extends Error {
  readonly code = 'malformed';

  constructor(message: string) {
    super(message);
    this.name = 'DecodeError';
  }
}
