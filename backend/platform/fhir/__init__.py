"""What every FHIR resource shares: media types, errors as OperationOutcome, searches and bundles."""
