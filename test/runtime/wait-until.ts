// Waits for a condition, turn of the event loop by turn of the event loop; the test's own timeout
// is the bound.
export async function waitUntil(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
}
