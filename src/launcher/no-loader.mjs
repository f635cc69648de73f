// Stands in the compiled program for the TypeScript loader: what is compiled needs none.
export function register() {}
