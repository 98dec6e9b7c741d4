# The service for production: web server, worker, scheduler and migrations are one image with different commands.
# docker-compose.yml says how they belong together.

FROM python:3.11-slim AS packages
RUN python -m venv /opt/venv
COPY requirements.txt /tmp/requirements.txt
# Pinned and hashed, wheels only: nothing is compiled or run while installing.
RUN /opt/venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r /tmp/requirements.txt

FROM python:3.11-slim
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=config.settings \
    DATA_DIR=/data \
    TMPDIR=/data/tmp
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin shangbao \
    && install -d -o shangbao -g shangbao -m 0750 /data /data/tmp
COPY --from=packages /opt/venv /opt/venv
WORKDIR /srv/shangbao
COPY . .
RUN python -m compileall -q .
USER 10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s CMD ["python", "deploy/container/health.py"]
CMD ["gunicorn", "config.wsgi", "--config", "python:config.processes", "--bind", "0.0.0.0:8000", "--worker-tmp-dir", "/dev/shm"]
