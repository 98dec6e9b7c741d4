"""The checksum of a version: what says which entries it has, and of which classes it is complete (spec api.md, csv.md)."""

from django.db import connection

# Class codes are letters and digits, so PostgreSQL writes their array as RFC 8785 would.
_CHECKSUM = """
SELECT encode(sha256(
  coalesce((SELECT string_agg(row_hash, ''::bytea ORDER BY entry_code COLLATE "C") FROM catalog_catalogentry WHERE version_id = v.id), ''::bytea)
  || CASE WHEN complete_for = '{}' THEN ''::bytea
     ELSE sha256(convert_to('{"complete_for":' || array_to_json(complete_for)::text || '}', 'UTF8')) END
), 'hex') FROM catalog_catalogversion v WHERE v.id = %s
"""


def checksum_of(version_id: int) -> str:
    """Return the version's checksum: SHA-256 over its rows' hashes in the order of entry_code by code points, in hex.

    Where the version says for which classes it is complete, the hash of the canonical JSON of `{"complete_for": [...]}` follows the rows'
    as one more; a version that does not has the checksum of its rows alone.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CHECKSUM, [version_id])
        checksum: str = cursor.fetchone()[0]
        return checksum
