"""A client of the 商保目录 service; what it proves, it proves without asking the service (verify.py)."""
