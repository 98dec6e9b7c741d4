#!/bin/sh
# Backups of the database from which it can be put back as it was at any instant: base backups, and every record of the
# write-ahead log as it is written. Only PostgreSQL's own programs do the work.
#
#   backup.sh follow                  receive the write-ahead log for ever
#   backup.sh take                    one base backup, checked; forgets what is older than BACKUP_DAYS
#   backup.sh keep                    both, for ever: the service `backup` of docker-compose.yml
#   backup.sh list                    what there is, and up to which instant
#   backup.sh restore FOLDER [INSTANT]
#                                     make the database folder FOLDER, as of INSTANT (2026-11-30T10:00:00Z; else the last record)
#
# BACKUP_DIR        where backups lie: another disk, another owner than the database's
# BACKUP_DAYS       how long they are kept (35)
# BACKUP_EVERY      seconds between base backups of `keep` (86400)
# PGHOST, PGPORT, PGUSER, PGPASSWORD   a role with REPLICATION
set -eu
umask 077
: "${BACKUP_DIR:?BACKUP_DIR is not set: the folder that backups go to}"
days=${BACKUP_DAYS:-35}
# Under this name PostgreSQL waits for what is received here, where synchronous_standby_names has it.
PGAPPNAME=shangbao_backup
export PGAPPNAME
mkdir -p "$BACKUP_DIR/base" "$BACKUP_DIR/wal"

fail() {
    echo "backup: $1" >&2
    exit 1
}

follow() {
    # The slot keeps on the server what was not received yet.
    pg_receivewal --slot=shangbao_backup --create-slot --if-not-exists
    exec pg_receivewal --slot=shangbao_backup --directory="$BACKUP_DIR/wal" --synchronous
}

take() {
    new=$BACKUP_DIR/base/new
    rm -rf "$new"
    pg_basebackup --pgdata="$new" --checkpoint=fast --wal-method=stream --manifest-checksums=SHA256 --no-password
    pg_verifybackup --quiet "$new"
    # Named by its end: from then on it can be restored by itself.
    name=$(date -u +%Y%m%dT%H%M%SZ)
    [ ! -e "$BACKUP_DIR/base/$name" ] || fail "there is a base backup $name already"
    mv "$new" "$BACKUP_DIR/base/$name"
    sync
    forget
    echo "$name"
}

bases() {
    # By their names: oldest first.
    for base in "$BACKUP_DIR"/base/[0-9]*Z; do
        [ ! -d "$base" ] || basename "$base"
    done
}

forget() {
    newest=$(bases | tail -n 1)
    bases | while IFS= read -r name; do
        if [ "$name" != "$newest" ] && [ -n "$(find "$BACKUP_DIR/base/$name" -maxdepth 0 -mtime "+$days")" ]; then
            rm -rf "${BACKUP_DIR:?}/base/$name"
        fi
    done
    oldest=$(bases | head -n 1)
    first=$(sed -n 's/^START WAL LOCATION: .* (file \([0-9A-F]*\))$/\1/p' "$BACKUP_DIR/base/$oldest/backup_label")
    [ -n "$first" ] || fail "the base backup $oldest does not say where its log begins"
    pg_archivecleanup "$BACKUP_DIR/wal" "$first"
}

list() {
    bases
    received=$(find "$BACKUP_DIR/wal" -type f -name '[0-9A-F]*' | sort | tail -n 1)
    [ -z "$received" ] || echo "log received up to $(date -u -r "$received" +%Y-%m-%dT%H:%M:%SZ)"
}

restore() {
    folder=$1
    instant=${2:-}
    [ ! -e "$folder" ] || [ -z "$(ls -A "$folder")" ] || fail "$folder is not empty: nothing is overwritten"
    chosen=""
    if [ -n "$instant" ]; then
        case $instant in
            [0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]*Z) ;;
            *) fail "an instant is written 2026-11-30T10:00:00Z, not $instant" ;;
        esac
        latest=$(printf %s "$instant" | sed 's/[-:]//g; s/\.[0-9]*//')
        for name in $(bases); do
            [ "$(printf '%s\n%s\n' "$name" "$latest" | sort | head -n 1)" != "$name" ] || chosen=$name
        done
        [ -n "$chosen" ] || fail "no base backup is as old as $instant; there are: $(bases | tr '\n' ' ')"
    else
        chosen=$(bases | tail -n 1)
        [ -n "$chosen" ] || fail "there is no base backup in $BACKUP_DIR"
    fi
    mkdir -p "$folder"
    pg_verifybackup --quiet "$BACKUP_DIR/base/$chosen"
    cp -Rp "$BACKUP_DIR/base/$chosen/." "$folder/"
    # Everything that is needed lies in the folder itself, so that it can be started under any user, on any machine.
    first=$(sed -n 's/^START WAL LOCATION: .* (file \([0-9A-F]*\))$/\1/p' "$folder/backup_label")
    for segment in "$BACKUP_DIR"/wal/*; do
        [ -e "$segment" ] || continue
        name=$(basename "$segment")
        whole=${name%.partial}
        case $name in
            *.history) ;;
            *) [ "$(printf '%s\n%s\n' "$first" "$whole" | sort | head -n 1)" = "$first" ] || continue ;;
        esac
        # What was received whole is never covered by a beginning of it.
        [ "$name" = "$whole" ] || [ ! -e "$BACKUP_DIR/wal/$whole" ] || continue
        cp -p "$segment" "$folder/pg_wal/$whole"
    done
    {
        echo "restore_command = 'false'"
        echo "recovery_target_action = 'promote'"
        [ -z "$instant" ] || echo "recovery_target_time = '${instant%Z}+00'"
        # The restored server waits for nobody.
        echo "synchronous_standby_names = ''"
    } >> "$folder/postgresql.auto.conf"
    touch "$folder/recovery.signal"
    chmod 700 "$folder"
    echo "$folder: base backup $chosen, ${instant:-to the last record}; start PostgreSQL on it"
}

keep() {
    follow &
    follower=$!
    trap 'kill "$follower" 2>/dev/null; exit 0' TERM INT
    while kill -0 "$follower" 2>/dev/null; do
        take
        left=${BACKUP_EVERY:-86400}
        # In short steps: a follower that has ended is noticed, and the service with it.
        while [ "$left" -gt 0 ] && kill -0 "$follower" 2>/dev/null; do
            sleep 5
            left=$((left - 5))
        done
    done
    fail "the write-ahead log is not received any more"
}

case ${1:-} in
    follow | take | keep | list) "$1" ;;
    restore)
        [ $# -ge 2 ] || fail "restore needs a folder"
        restore "$2" "${3:-}"
        ;;
    *)
        sed -n '2,/^set -eu/s/^# \{0,1\}//p' "$0" >&2
        exit 2
        ;;
esac
