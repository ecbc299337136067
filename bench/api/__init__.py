"""POST /assessments over HTTP, beside a bare WSGI app and a FastAPI app that write the same rows."""
