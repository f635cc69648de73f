// What can go wrong with files in operation, as opposed to bugs.

export class DataDirectoryError extends Error {
  readonly code = 'data_directory';
  override readonly name = 'DataDirectoryError';
}
