"""PostgreSQL as Django knows it, but a server that has stopped answering is a fault within seconds (settings: ENGINE)."""
