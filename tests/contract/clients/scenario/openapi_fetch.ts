/**
 * A practice system on Return to Run, with the published TypeScript client: openapi-typescript's types and
 * openapi-fetch. Every answer is a value: `done` lets a success through and throws a problem.
 */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";

import { createClient, type AnswersRequest, type Problem, type ReturnToRun } from "return-to-run-client";

const { RETURN_TO_RUN_URL: baseUrl, RETURN_TO_RUN_CLIENT_ID: id, RETURN_TO_RUN_CLIENT_SECRET: secret } = process.env;
const reassuring = JSON.parse(readFileSync(process.argv[2]!, "utf-8")).answers as AnswersRequest;
const now = (days = 0): string => new Date(Date.now() + days * 86_400_000).toISOString();

class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(`${problem.code}: ${problem.detail} (request ${problem.request_id})`);
  }
}

/** Return what was answered; throws Refused for a problem. */
function done<Answer>(answer: { data?: Answer; error?: Problem | undefined }): Answer {
  if (answer.error) throw new Refused(answer.error);
  assert(answer.data !== undefined);
  return answer.data;
}

/** Return the problem of a request that is refused. */
async function problemOf(request: Promise<{ data?: unknown; error?: Problem | undefined }>): Promise<Problem> {
  const { error } = await request;
  assert(error, "this was to be refused");
  return error;
}

/** Get a token for an hour with the client credentials of the clinic's software. */
async function token(): Promise<string> {
  const granted = await fetch(`${baseUrl}/oauth/token/`, {
    method: "POST",
    headers: { Authorization: `Basic ${btoa(`${id}:${secret}`)}` },
    body: new URLSearchParams({ grant_type: "client_credentials" }),
  });
  assert(granted.ok);
  return ((await granted.json()) as { access_token: string }).access_token;
}

/** Create a runner by the practice's own id, then replace what is known of them; returns a stale ETag too. */
async function register(service: ReturnToRun): Promise<[string, string]> {
  const robin = { given_name: "Robin", family_name: "Runner" };
  const path = { external_id: "chart-1" };
  const created = await service.PUT("/api/v1/patients/by-external-id/{external_id}", { params: { path }, body: robin });
  const etag = created.response.headers.get("ETag")!;
  const replaced = await service.PUT("/api/v1/patients/by-external-id/{external_id}", {
    params: { path, header: { "If-Match": etag } },
    body: { ...robin, contact: { email: "robin@example.org" } },
  });
  const patient = done(replaced);
  assert.equal(patient.id, done(created).id);
  console.log("patient", created.response.status, replaced.response.status, patient.contact.email);
  return [patient.id, etag];
}

/** Get a decision on answers that are not stored. */
async function decide(service: ReturnToRun): Promise<void> {
  const body = { assessed_at: now(), assessor_role: "physiotherapist", answers: reassuring } as const;
  console.log("evaluated", done(await service.POST("/api/v1/evaluations", { body })).decision);
}

/** Record an assessment, and once more with its key as after a time-out: it is the same one. */
async function record(service: ReturnToRun, patient: string): Promise<string> {
  const body = { patient, assessed_at: now(), assessor_role: "physiotherapist", answers: reassuring } as const;
  const params = { header: { "Idempotency-Key": randomUUID() } };
  const first = done(await service.POST("/api/v1/assessments", { params, body }));
  const again = await service.POST("/api/v1/assessments", { params, body });
  assert.equal(done(again).id, first.id);
  const replayed = again.response.headers.get("Idempotency-Replayed");
  console.log("recorded", first.evaluation.decision, "replayed", replayed);
  return first.id;
}

/** Answer the check after 24 hours, which the decision promised. */
async function check(service: ReturnToRun, patient: string): Promise<string> {
  const query = { patient, kind: "check_24_hours" } as const;
  const [waiting] = done(await service.GET("/api/v1/follow-ups", { params: { query } })).results;
  assert(waiting);
  const checked = await service.POST("/api/v1/follow-ups/{follow_up_id}/response", {
    params: { path: { follow_up_id: waiting.id }, header: { "Idempotency-Key": randomUUID() } },
    body: { assessed_at: now(), assessor_role: "physiotherapist", answers: reassuring },
  });
  console.log("answered", waiting.kind, done(checked).evaluation.decision);
  return done(checked).id;
}

/** Record an emergency, which calls people until somebody has taken it on, and take it on. */
async function call(service: ReturnToRun, patient: string): Promise<string> {
  const recorded = await service.POST("/api/v1/assessments", {
    params: { header: { "Idempotency-Key": randomUUID() } },
    body: { patient, assessed_at: now(), assessor_role: "physiotherapist", answers: { bladder_change: "yes" } },
  });
  const { escalation } = done(recorded);
  assert(escalation);
  const path = { escalation_id: escalation };
  const taken = done(await service.POST("/api/v1/escalations/{escalation_id}/acknowledge", { params: { path } }));
  assert(taken.acknowledged_by);
  console.log("acknowledged", taken.urgency, taken.state);
  return taken.id;
}

/** Send a time that is still to come: the problem names the place. */
async function mistake(service: ReturnToRun, patient: string): Promise<void> {
  const body = { patient, assessed_at: now(1), assessor_role: "physiotherapist", answers: reassuring } as const;
  const problem = await problemOf(service.POST("/api/v1/assessments", { body }));
  const [wrong] = problem.errors;
  console.log("refused", problem.status, problem.code, wrong?.pointer, wrong?.code);
}

/** Change a runner whom somebody else has changed meanwhile: read them again, then decide. */
async function overwrite(service: ReturnToRun, patient: string, stale: string): Promise<void> {
  const problem = await problemOf(
    service.PATCH("/api/v1/patients/{patient_id}", {
      params: { path: { patient_id: patient }, header: { "If-Match": stale } },
      body: { given_name: "Robyn" },
    }),
  );
  assert.equal(problem.code, "precondition_failed");
  console.log("stale", problem.status, problem.code);
}

/** Read what changed, page by page; whoever keeps the last cursor goes on from there next time. */
async function catchUp(service: ReturnToRun): Promise<Set<string>> {
  let page = done(await service.GET("/api/v1/changes", { params: { query: { page_size: 2 } } }));
  const entries = [...page.results];
  while (page.more) {
    const query = { page_size: 2, cursor: page.cursor };
    page = done(await service.GET("/api/v1/changes", { params: { query } }));
    entries.push(...page.results);
  }
  console.log("changes", ...[...new Set(entries.map((entry) => entry.type))].sort());
  return new Set(entries.map((entry) => entry.id));
}

const service = createClient({ baseUrl, headers: { Authorization: `Bearer ${await token()}` } });
const [runner, firstEtag] = await register(service);
await decide(service);
const made = [await record(service, runner), await check(service, runner), await call(service, runner)];
await mistake(service, runner);
await overwrite(service, runner, firstEtag);
const seen = await catchUp(service);
assert(made.every((row) => seen.has(row)));
