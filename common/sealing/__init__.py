"""Personal facts are kept sealed, under keys that lie outside the database and can be destroyed: then backups forget too (ADR 10).

`box` seals and opens (pure), `folder` and `keys` keep the keys, `fields` are the columns of models, `services` destroys.
"""
