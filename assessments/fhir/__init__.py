"""Assessments and what follows from them as FHIR resources, and answers from FHIR as assessments."""
