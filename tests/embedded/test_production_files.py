"""What production starts from: no default password, every secret asked for by name, nothing embedded."""

import os
import re
import shutil
import stat
import subprocess
import sys

import pytest
import yaml

from tests.embedded.conftest import ROOT

SERVICES = {"proxy", "web", "worker", "scheduler", "migrate", "database", "backup", "broker"}
SECRETS = {
    "SECRET_KEY",
    "RECEIPT_KEYS",
    "DATABASE_SUPERUSER_PASSWORD",
    "DATABASE_OWNER_PASSWORD",
    "DATABASE_APP_PASSWORD",
    "DATABASE_BACKUP_PASSWORD",
    "BROKER_PASSWORD",
}


@pytest.fixture(scope="module")
def text():
    return (ROOT / "docker-compose.yml").read_text()


@pytest.fixture(scope="module")
def services(text):
    return yaml.safe_load(text)["services"]


def test_the_services_of_production_are_all_there(services):
    assert services.keys() == SERVICES


@pytest.mark.parametrize("name", sorted(SERVICES - {"migrate", "web"}))
def test_every_lasting_service_says_how_it_is(services, name):
    assert services[name]["healthcheck"]["test"]


def test_the_web_servers_health_is_the_images(services):
    assert "healthcheck" not in services["web"]
    assert "HEALTHCHECK" in (ROOT / "Dockerfile").read_text()


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_a_missing_secret_stops_the_start_and_says_how_to_make_one(text, name):
    asked = re.findall(rf"\$\{{{name}:\?(.*?)\}}", text)

    assert asked
    for message in asked:
        assert name in message
        assert "openssl rand -hex" in message
    assert not re.search(rf"\$\{{{name}:-", text)


def test_the_service_waits_for_the_migrations_and_signs_in_as_the_bound_role(services):
    for name in ("web", "worker", "scheduler"):
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
        assert services[name]["environment"]["DATABASE_URL"].startswith("postgresql://shangbao_app:")
        assert "DATABASE_OWNER_URL" not in services[name]["environment"]
    assert services["migrate"]["environment"]["DATABASE_OWNER_URL"].startswith("postgresql://shangbao:")


@pytest.mark.parametrize(
    ("asked", "told"), [({}, False), ({"HSTS_PRELOAD": "1"}, True), ({"HTTPS": "0", "HSTS_PRELOAD": "1"}, False)]
)
def test_browsers_are_told_to_preload_only_where_it_is_asked_for(asked, told):
    env = os.environ | {"HTTPS": "1"} | asked
    words = [
        sys.executable,
        "-c",
        "from config import settings as s; print(s.SECURE_HSTS_SECONDS > 0, s.SECURE_HSTS_PRELOAD)",
    ]
    found = subprocess.run(words, env=env, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()

    assert found == [str(env["HTTPS"] == "1"), str(told)]


def test_every_door_for_large_files_takes_them(text):
    template = (ROOT / "deploy/proxy/shangbao.conf.template").read_text()
    found = re.search(r"location ~ (\S+) {\s+client_max_body_size \$", template)
    assert found
    for path in (
        "/api/v1/imports/",
        "/api/v1/collections/",
        "/api/v1/claims/batches/",
        "/admin/catalog/catalog/1/upload/",
    ):
        assert re.search(found[1], path), path


def test_one_variable_limits_an_upload_in_the_service_and_before_it(services):
    assert services["web"]["environment"]["UPLOAD_MAX_MB"] == services["proxy"]["environment"]["UPLOAD_MAX_MB"]
    assert "client_max_body_size ${UPLOAD_MAX_MB}m;" in (ROOT / "deploy/proxy/shangbao.conf.template").read_text()


def test_the_backup_follows_by_the_name_that_commits_wait_for_and_lies_apart(services):
    waited_for = re.search(
        r"synchronous_standby_names=\$\{BACKUP_SYNCHRONOUS-(\w+)\}", str(services["database"]["command"])
    )

    assert waited_for
    assert f"PGAPPNAME={waited_for[1]}\n" in (ROOT / "deploy/backup/backup.sh").read_text()
    assert services["backup"]["environment"]["PGUSER"] == "shangbao_backup"
    volumes = {name: {one.split(":")[0] for one in services[name]["volumes"]} for name in ("database", "backup")}
    assert not {"database", "backups"} <= volumes["database"] & volumes["backup"]


def test_only_the_proxy_is_reached_from_outside(services):
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    assert services["database"]["networks"] == services["broker"]["networks"] == ["inside"]


def test_production_never_sets_what_belongs_to_the_embedded_servers(text):
    assert "EMBEDDED" not in text
    assert "DJANGO_DEBUG" not in text
    assert "requirements/embedded" not in (ROOT / "Dockerfile").read_text()


def test_the_image_does_not_run_as_root():
    assert re.search(r"^USER (?!root|0\b)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)


def test_new_secrets_are_made_each_time_and_cover_what_is_asked_for(text, tmp_path):
    made = [
        subprocess.run(
            ["sh", ROOT / "deploy" / "make-env", "lists.example.org"], capture_output=True, text=True, check=True
        ).stdout
        for _ in range(2)
    ]
    first, second = (dict(line.split("=", 1) for line in each.splitlines()) for each in made)

    assert set(re.findall(r"\$\{(\w+):\?", text)) <= first.keys()
    for name in SECRETS:
        assert re.fullmatch("[0-9a-f]{64,128}", first[name])
        assert first[name] != second[name]


@pytest.mark.parametrize(
    "path",
    [
        "script/run",
        "script/test",
        "script/lint",
        "script/manage",
        "script/bench",
        "script/backup",
        "script/drill",
        "script/upgrade-drill",
        ".ci/run",
        "deploy/make-env",
        "deploy/backup/backup.sh",
        "deploy/database/10-roles.sh",
    ],
)
def test_the_scripts_can_be_run_and_are_plain_shell(path):
    assert (ROOT / path).stat().st_mode & stat.S_IXUSR
    assert subprocess.run(["sh", "-n", ROOT / path]).returncode == 0


@pytest.mark.skipif(shutil.which("nginx") is None or os.geteuid() != 0, reason="needs nginx and root")
def test_nginx_accepts_the_proxys_configuration(tmp_path):
    template = (ROOT / "deploy" / "proxy" / "shangbao.conf.template").read_text()
    certificate = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=lists.example.org"]
    subprocess.run(
        [*certificate, "-keyout", tmp_path / "privkey.pem", "-out", tmp_path / "fullchain.pem"],
        check=True,
        capture_output=True,
    )
    site = template.replace("${PUBLIC_HOST}", "lists.example.org").replace("${UPLOAD_MAX_MB}", "512")
    site = site.replace("/tls/", f"{tmp_path}/")
    site = site.replace("/var/cache/nginx", str(tmp_path)).replace("//web:", "//127.0.0.1:")
    # The image's nginx is newer than Debian's, where http2 is a word of listen.
    site = site.replace("    http2 on;\n", "")
    (tmp_path / "nginx.conf").write_text(f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{\n{site}}}\n")

    checked = subprocess.run(["nginx", "-t", "-c", tmp_path / "nginx.conf"], capture_output=True, text=True)

    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("value", ["", "no-hex", "00" * 31, "public:" + "00" * 32, "00" * 32 + ",no-hex"])
def test_the_service_does_not_start_without_a_key_to_sign_receipts_with(value):
    told = refused_start(RECEIPT_KEYS=value)

    assert "RECEIPT_KEYS" in told and "openssl rand -hex 32" in told


@pytest.mark.parametrize("value", ["0", "-1", "513"])
def test_the_service_does_not_start_with_an_upload_limit_above_what_its_readers_take(value):
    assert f"UPLOAD_MAX_MB is {value}; give 1 to 512" in refused_start(UPLOAD_MAX_MB=value)


def refused_start(**given: str) -> str:
    env = {**os.environ, "SECRET_KEY": "x" * 60, "DATABASE_URL": "postgresql://a:b@localhost/x", **given}
    words = [sys.executable, "-c", "import config.settings"]
    started = subprocess.run(words, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    assert started.returncode != 0
    return started.stderr
