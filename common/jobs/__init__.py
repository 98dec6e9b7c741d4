"""Work that outlives a request: one row a job in PostgreSQL, Redis only as a doorbell.

`enqueue` writes the job in the caller's transaction and rings on commit; a worker `claim`s it with a lease and a fencing token; the work commits
together with `Lease.finish`; `sweep` rings again for what nobody holds. Three attempts, then `dead`, which an admin sees and may `retry`.
"""
