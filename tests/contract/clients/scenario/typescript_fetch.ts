/**
 * A practice system on Return to Run, with the client that openapi-generator makes for TypeScript on fetch.
 * A problem is thrown as a response, of which `ProblemFromJSON` makes the client's own `Problem`. It sends an OAuth
 * token as it is given, so the word Bearer is the caller's.
 */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";

import {
  AnswersRequestFromJSON,
  AssessmentsApi,
  AssessorRole,
  ChangesApi,
  Configuration,
  EscalationsApi,
  EvaluationsApi,
  FollowUpKind,
  FollowUpsApi,
  PatientsApi,
  ProblemCode,
  ProblemFromJSON,
  ResponseError,
  YesNoLongstanding,
  type AnswersRequest,
  type AssessmentRequest,
  type Problem,
} from "return-to-run-fetch";

const { RETURN_TO_RUN_URL: basePath, RETURN_TO_RUN_CLIENT_ID: id, RETURN_TO_RUN_CLIENT_SECRET: secret } = process.env;
const reassuring = AnswersRequestFromJSON(JSON.parse(readFileSync(process.argv[2]!, "utf-8")).answers);

/** Return the body of a record, made now. */
function assessment(patient: string, answers: AnswersRequest, days = 0): AssessmentRequest {
  const assessedAt = new Date(Date.now() + days * 86_400_000);
  return { patient, assessedAt, assessorRole: AssessorRole.Physiotherapist, answers };
}

/** Return what was answered; a token that may write and not read is answered without a body. */
function read<Answer>(answer: Answer | null | undefined): Answer {
  assert(answer, "this token may not read what it wrote");
  return answer;
}

/** Return the problem of a request that is refused. */
async function problemOf(request: Promise<unknown>): Promise<Problem> {
  const error: unknown = await request.then(() => undefined, (reason: unknown) => reason);
  assert(error instanceof ResponseError, String(error));
  return ProblemFromJSON(await error.response.json());
}

/** Get a token for an hour with the client credentials of the clinic's software. */
async function token(): Promise<string> {
  const granted = await fetch(`${basePath}/oauth/token/`, {
    method: "POST",
    headers: { Authorization: `Basic ${btoa(`${id}:${secret}`)}` },
    body: new URLSearchParams({ grant_type: "client_credentials" }),
  });
  assert(granted.ok);
  return ((await granted.json()) as { access_token: string }).access_token;
}

/** Create a runner by the practice's own id, then replace what is known of them; returns a stale ETag too. */
async function register(service: Configuration): Promise<[string, string]> {
  const patients = new PatientsApi(service);
  const robin = { givenName: "Robin", familyName: "Runner" };
  const created = await patients.putPatientRaw({ externalId: "chart-1", patientRequest: robin });
  const ifMatch = created.raw.headers.get("ETag")!;
  const withMail = { ...robin, contact: { email: "robin@example.org" } };
  const replaced = await patients.putPatientRaw({ externalId: "chart-1", patientRequest: withMail, ifMatch });
  const patient = await replaced.value();
  assert.equal(patient.id, (await created.value()).id);
  console.log("patient", created.raw.status, replaced.raw.status, patient.contact.email);
  return [patient.id, ifMatch];
}

/** Get a decision on answers that are not stored. */
async function decide(service: Configuration): Promise<void> {
  const evaluationRequest = { assessedAt: new Date(), assessorRole: AssessorRole.Physiotherapist, answers: reassuring };
  console.log("evaluated", (await new EvaluationsApi(service).evaluate({ evaluationRequest })).decision);
}

/** Record an assessment, and once more with its key as after a time-out: it is the same one. */
async function record(service: Configuration, patient: string): Promise<string> {
  const assessments = new AssessmentsApi(service);
  const request = { assessmentRequest: assessment(patient, reassuring), idempotencyKey: randomUUID() };
  const first = read(await assessments.createAssessment(request));
  const again = await assessments.createAssessmentRaw(request);
  assert.equal((await again.value()).id, first.id);
  console.log("recorded", first.evaluation.decision, "replayed", again.raw.headers.get("Idempotency-Replayed"));
  return first.id;
}

/** Answer the check after 24 hours, which the decision promised. */
async function check(service: Configuration, patient: string): Promise<string> {
  const followUps = new FollowUpsApi(service);
  const [waiting] = (await followUps.listFollowUps({ patient, kind: FollowUpKind.Check24Hours })).results;
  assert(waiting);
  const answered = await followUps.answerFollowUp({
    followUpId: waiting.id,
    followUpResponseRequest: {
      assessedAt: new Date(),
      assessorRole: AssessorRole.Physiotherapist,
      answers: reassuring,
    },
    idempotencyKey: randomUUID(),
  });
  const checked = read(answered);
  console.log("answered", waiting.kind, checked.evaluation.decision);
  return checked.id;
}

/** Record an emergency, which calls people until somebody has taken it on, and take it on. */
async function call(service: Configuration, patient: string): Promise<string> {
  const assessmentRequest = assessment(patient, { bladderChange: YesNoLongstanding.Yes });
  const idempotencyKey = randomUUID();
  const recorded = await new AssessmentsApi(service).createAssessment({ assessmentRequest, idempotencyKey });
  const { escalation } = read(recorded);
  assert(escalation);
  const taken = read(await new EscalationsApi(service).acknowledgeEscalation({ escalationId: escalation }));
  assert(taken.acknowledgedBy);
  console.log("acknowledged", taken.urgency, taken.state);
  return taken.id;
}

/** Send a time that is still to come: the problem names the place. */
async function mistake(service: Configuration, patient: string): Promise<void> {
  const assessmentRequest = assessment(patient, reassuring, 1);
  const problem = await problemOf(new AssessmentsApi(service).createAssessment({ assessmentRequest }));
  const [wrong] = problem.errors;
  console.log("refused", problem.status, problem.code, wrong?.pointer, wrong?.code);
}

/** Change a runner whom somebody else has changed meanwhile: read them again, then decide. */
async function overwrite(service: Configuration, patientId: string, ifMatch: string): Promise<void> {
  const patchedPatientRequest = { givenName: "Robyn" };
  const patients = new PatientsApi(service);
  const problem = await problemOf(patients.updatePatient({ patientId, ifMatch, patchedPatientRequest }));
  assert.equal(problem.code, ProblemCode.PreconditionFailed);
  console.log("stale", problem.status, problem.code);
}

/** Read what changed, page by page; whoever keeps the last cursor goes on from there next time. */
async function catchUp(service: Configuration): Promise<Set<string>> {
  const changes = new ChangesApi(service);
  let page = await changes.listChanges({ pageSize: 2 });
  const entries = [...page.results];
  while (page.more) {
    page = await changes.listChanges({ pageSize: 2, cursor: page.cursor });
    entries.push(...page.results);
  }
  console.log("changes", ...[...new Set(entries.map((entry) => entry.type))].sort());
  return new Set(entries.map((entry) => entry.id));
}

const service = new Configuration({ basePath, accessToken: `Bearer ${await token()}` });
const [runner, firstEtag] = await register(service);
await decide(service);
const made = [await record(service, runner), await check(service, runner), await call(service, runner)];
await mistake(service, runner);
await overwrite(service, runner, firstEtag);
const seen = await catchUp(service);
assert(made.every((row) => seen.has(row)));
