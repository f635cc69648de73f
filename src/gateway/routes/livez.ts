// GET /livez: this thread answers.
import { json, type Route } from '../route.ts';

export const livez: Route = {
  method: 'GET',
  path: '/livez',
  auth: 'none',
  handle: () => json(200, { live: true }),
};
