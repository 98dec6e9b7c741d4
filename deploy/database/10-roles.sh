#!/bin/sh
# Run once by the PostgreSQL image when it makes the cluster.
set -eu
# The backup, for which commits wait otherwise, does not follow yet.
export PGOPTIONS="-c synchronous_commit=local"
psql --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname template1 \
    --set owner_password="$DATABASE_OWNER_PASSWORD" --set app_password="$DATABASE_APP_PASSWORD" \
    --set backup_password="$DATABASE_BACKUP_PASSWORD" \
    --file /deploy/roles.sql
# Backups come from another container; nobody else may follow the log.
echo "host replication shangbao_backup all scram-sha-256" >> "$PGDATA/pg_hba.conf"
