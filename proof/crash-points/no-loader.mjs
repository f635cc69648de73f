// Stands in the bundle for the TypeScript loader: what is compiled needs none.
export function register() {}
