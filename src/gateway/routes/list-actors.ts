// GET /admin/actors: the newest snapshot of each thread.
import { json, type Route } from '../route.ts';

export const listActors: Route = {
  method: 'GET',
  path: '/admin/actors',
  auth: 'admin',
  handle: (_request, { threads }) => json(200, { threads: Object.fromEntries(threads) }),
};
