"""The service on one machine without installing anything: its own Python environment, PostgreSQL and broker.

For trying, developing and testing; never for production (docker-compose.yml is). Standard library only, since it runs
before anything is installed. One module a script (run, manage, test, lint, bench); they use servers, which uses
postgres and broker; below them are environment, folder and supervisor.
"""
