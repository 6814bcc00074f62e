# The gateway, from the lock file, as a user without rights. Build: docker build -t priorauth .
FROM python:3.12.11-slim-bookworm AS build
RUN pip install --no-cache-dir uv==0.13.9
WORKDIR /app
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
COPY pyproject.toml uv.lock README.md LICENSE ./
RUN uv sync --locked --no-dev --no-install-project
COPY src ./src
COPY mappings ./mappings
COPY schemas ./schemas
COPY samples ./samples
COPY conformance ./conformance
RUN uv sync --locked --no-dev --no-editable

FROM python:3.12.11-slim-bookworm
RUN groupadd --system --gid 10001 priorauth \
 && useradd --system --uid 10001 --gid priorauth --home-dir /app --shell /usr/sbin/nologin priorauth \
 && install --directory --owner priorauth --group priorauth /app /app/var
COPY --from=build --chown=root:root /app/.venv /app/.venv
ENV PATH="/app/.venv/bin:$PATH" PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
USER 10001:10001
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/health/ready', timeout=2)"]
ENTRYPOINT ["priorauth"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8080"]
