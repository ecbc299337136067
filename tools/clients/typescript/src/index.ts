import createFetchClient, { type Client, type ClientOptions } from "openapi-fetch";

import type { paths } from "./schema.js";

export type * from "./schema.js";

/** The API, by method and path: `await service.GET("/api/v1/changes", { params: { query: { cursor } } })`. */
export type ReturnToRun = Client<paths>;

/** Nothing is thrown for an error of the service: `data` is what was answered, or `error` the typed problem. */
export function createClient(options: ClientOptions): ReturnToRun {
  return createFetchClient<paths>(options);
}
