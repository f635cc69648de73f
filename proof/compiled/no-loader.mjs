// Stands in the compiled broker for the TypeScript loader: what is compiled needs none.
export function register() {}
