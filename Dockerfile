# The service without its development tools: one image for web, workers, beat and migrations.
FROM python:3.11-slim AS build
WORKDIR /build
COPY requirements.lock .
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock

FROM python:3.11-slim
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=backend.settings
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin service
COPY --from=build /venv /venv
WORKDIR /service
COPY manage.py docker/healthcheck.py ./
COPY backend backend
COPY clinics clinics
COPY patients patients
COPY assessments assessments
USER 10001
EXPOSE 8000
# The web server's; docker-compose.yml gives the other processes their own.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["python", "healthcheck.py"]
CMD ["python", "-m", "backend.serve", "--host", "0.0.0.0"]
