"""The manifests for Kubernetes: closed as the containers of docker-compose.yml are, with the same commands, limits and variables."""

import re
import shlex
import shutil
import subprocess

import pytest
import yaml
from django.urls import get_resolver, resolve

from config import processes
from tests.embedded.conftest import ROOT

FOLDER = ROOT / "deploy" / "kubernetes"
FILES = sorted(FOLDER.glob("*.yaml"))
OBJECTS = [
    document for file in FILES if file.name != "kustomization.yaml" for document in yaml.safe_load_all(file.read_text())
]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
# Of the service's own variables: what stands in settings.py, and in config/processes.py.
KNOWN = set(re.findall(r"\b[A-Z][A-Z0-9_]{3,}\b", (ROOT / "config/settings.py").read_text().split('"""')[1]))
KNOWN |= set(re.findall(r'environ\.get\("(\w+)"\)', (ROOT / "config/processes.py").read_text()))
# OpenTelemetry's own, which stand in its documentation.
KNOWN |= {name for name in COMPOSE["web"]["environment"] if name.startswith("OTEL_")}


def of_kind(kind):
    return {found["metadata"]["name"]: found for found in OBJECTS if found["kind"] == kind}


def template_of(found):
    spec = found["spec"]
    return (spec["jobTemplate"]["spec"] if found["kind"] == "CronJob" else spec)["template"]


TEMPLATES = {
    found["metadata"]["name"]: template_of(found)
    for found in OBJECTS
    if found["kind"] in ("Deployment", "Job", "CronJob", "StatefulSet", "DaemonSet")
}
CONTAINERS = {
    f"{pod}/{container['name']}": (template["spec"], container)
    for pod, template in TEMPLATES.items()
    for container in (*template["spec"].get("initContainers", ()), *template["spec"]["containers"])
}
CONFIG = of_kind("ConfigMap")["shangbao"]["data"]


def test_every_file_is_applied_and_nothing_says_where():
    kustomization = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())

    assert {*kustomization["resources"], "kustomization.yaml"} == {file.name for file in FILES}
    assert not [found["metadata"]["name"] for found in OBJECTS if "namespace" in found["metadata"]]
    assert TEMPLATES.keys() == {"web", "worker", "scheduler", "migrate", "doctor"}


@pytest.mark.parametrize("name", CONTAINERS)
def test_every_container_is_closed_and_bounded(name):
    pod, container = CONTAINERS[name]

    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys()
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["resources"]["requests"].keys() >= {"cpu", "memory"} <= container["resources"]["limits"].keys()


@pytest.mark.parametrize("name", CONTAINERS)
def test_what_a_container_writes_to_is_bounded_and_its_own(name):
    pod, container = CONTAINERS[name]
    dockerfile = (ROOT / "Dockerfile").read_text()

    assert {mount["mountPath"] for mount in container["volumeMounts"]} == {"/data", "/data/tmp", "/tmp"}  # noqa: S108
    assert "DATA_DIR=/data " in dockerfile and "TMPDIR=/data/tmp\n" in dockerfile
    for volume in pod["volumes"]:
        assert volume["emptyDir"]["sizeLimit"]


def test_the_user_is_the_images():
    user = int(re.search(r"^USER (\d+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)[1])

    for template in TEMPLATES.values():
        assert template["spec"]["securityContext"]["runAsUser"] == user


def test_the_commands_are_those_of_compose():
    commands = {
        name: template["spec"]["containers"][0].get("args") for name, template in TEMPLATES.items() if name != "doctor"
    }

    assert commands["web"] is None and "command" not in COMPOSE["web"]  # the image's own
    assert commands["worker"] == COMPOSE["worker"]["command"]
    assert commands["scheduler"] == COMPOSE["scheduler"]["command"]
    in_compose = [shlex.split(one) for one in COMPOSE["migrate"]["command"][2].split(" && ")]
    static = CONTAINERS["web/static"][1]["args"]
    assert in_compose == [commands["migrate"], static]
    for _pod, container in CONTAINERS.values():
        assert "command" not in container
        assert container["image"] == "shangbao-mulu"


def test_health_is_asked_as_in_compose():
    for name in ("worker", "scheduler"):
        asked = TEMPLATES[name]["spec"]["containers"][0]["livenessProbe"]["exec"]["command"]
        assert asked[:2] == ["sh", "-c"]
        assert asked[2] == COMPOSE[name]["healthcheck"]["test"][1].replace("$$", "$")
    for template in (TEMPLATES["migrate"], TEMPLATES["doctor"]):
        assert template["spec"]["restartPolicy"] == "Never"


def test_the_web_servers_probes_are_routes_and_asked_with_the_name_that_is_allowed():
    web = TEMPLATES["web"]["spec"]["containers"][0]

    for name in ("startupProbe", "readinessProbe", "livenessProbe"):
        asked = web[name]["httpGet"]
        assert resolve(asked["path"])
        assert asked["port"] in {port["name"] for port in web["ports"]}
        headers = {header["name"]: header["value"] for header in asked["httpHeaders"]}
        assert headers == {"Host": CONFIG["ALLOWED_HOSTS"], "X-Forwarded-Proto": "https"}
    # Not /readyz: without a worker the lists are still read.
    assert web["readinessProbe"]["httpGet"]["path"] == "/healthz"
    bound = re.search(r'"--bind", "0\.0\.0\.0:(\d+)"', (ROOT / "Dockerfile").read_text())
    assert [port["containerPort"] for port in web["ports"]] == [int(bound[1])]
    assert TEMPLATES["web"]["spec"]["terminationGracePeriodSeconds"] > processes.graceful_timeout


def test_every_variable_is_one_of_the_services_and_no_secret_is_in_a_file():
    assert CONFIG.keys() <= KNOWN
    for _pod, container in CONTAINERS.values():
        assert "env" not in container
    text = "\n".join(file.read_text() for file in FILES)
    assert "kind: Secret" not in text
    asked = set(re.findall(r"--from-env-file=\S+\s+# ([A-Z0-9_, ]+)", text)[0].split(", "))
    assert asked <= KNOWN
    assert not asked & CONFIG.keys()
    compose = {*COMPOSE["web"]["environment"], "DATABASE_OWNER_URL"}
    assert compose <= {*CONFIG, *asked, "DATABASE_OWNER_URL"}


def test_only_the_migrations_know_the_owner_of_the_tables():
    knowing = [
        name
        for name, (_pod, container) in CONTAINERS.items()
        if {"secretRef": {"name": "shangbao-owner"}} in container["envFrom"]
    ]

    assert knowing == ["migrate/migrate"]


def test_the_services_values_are_those_of_compose():
    for name, value in COMPOSE["web"]["environment"].items():
        default = re.fullmatch(r"\$\{\w+:-(.*)\}|(\d+)", value)
        if default and name in CONFIG and not name.startswith("S3_"):  # there is no shared disk
            assert CONFIG[name] == (default[1] if default[2] is None else default[2]), name


def test_one_limit_for_uploads():
    ingress = of_kind("Ingress")["shangbao"]

    for annotation in ("nginx.ingress.kubernetes.io/proxy-body-size", "nginx.org/client-max-body-size"):
        assert ingress["metadata"]["annotations"][annotation] == f"{CONFIG['UPLOAD_MAX_MB']}m"
    for name in ("web", "worker"):
        incoming = next(one for one in TEMPLATES[name]["spec"]["volumes"] if one["name"] == "incoming")
        room = int(incoming["emptyDir"]["sizeLimit"].removesuffix("Gi")) * 1024
        # One that comes in, or is read, in each process and a copy on its way to the bucket.
        assert room >= 2 * int(CONFIG["UPLOAD_MAX_MB"]) * int(CONFIG["WEB_CONCURRENCY"])


def test_every_route_but_the_metrics_is_reached_from_outside():
    paths = of_kind("Ingress")["shangbao"]["spec"]["rules"][0]["http"]["paths"]
    routes = {pattern.pattern for pattern in get_resolver().url_patterns}
    from_outside = [(one["path"], one["pathType"]) for one in paths]

    def is_reached(path):
        return any(path == at if kind == "Exact" else path.startswith(at) for at, kind in from_outside)

    firsts = {f"/{route}" for route in map(str, routes)} | {"/suggest/", "/lists/", "/static/"}
    assert {path for path in firsts if not is_reached(path)} == {"/metrics"}
    assert {one["backend"]["service"]["name"] for one in paths} <= of_kind("Service").keys()


def test_what_selects_finds_what_it_means():
    labels = {name: template["metadata"]["labels"] for name, template in TEMPLATES.items()}
    for kind in ("Deployment", "PodDisruptionBudget"):
        for name, found in of_kind(kind).items():
            assert found["spec"]["selector"]["matchLabels"].items() <= labels[name].items()
    for name, service in of_kind("Service").items():
        assert service["spec"]["selector"].items() <= labels[name].items()
    deny = of_kind("NetworkPolicy")["shangbao-deny"]["spec"]
    assert deny.keys() == {"podSelector", "policyTypes"}
    assert all(deny["podSelector"]["matchLabels"].items() <= own.items() for own in labels.values())


def test_whatever_opens_a_file_or_a_data_key_may_reach_the_bucket():
    chosen = of_kind("NetworkPolicy")["shangbao-https"]["spec"]["podSelector"]["matchExpressions"]

    assert [(one["key"], one["operator"]) for one in chosen] == [("app", "In")]
    assert {*chosen[0]["values"]} == TEMPLATES.keys() - {"scheduler"}


def test_more_than_one_of_what_is_asked_and_one_of_what_must_be_alone():
    deployments = of_kind("Deployment")

    assert {name: found["spec"]["replicas"] for name, found in deployments.items()} == {
        "web": 2,
        "worker": 3,
        "scheduler": 1,
    }
    assert deployments["scheduler"]["spec"]["strategy"] == {"type": "Recreate"}
    assert of_kind("PodDisruptionBudget").keys() == {"web", "worker"}
    assert all(TEMPLATES[name]["spec"]["topologySpreadConstraints"] for name in ("web", "worker"))


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="needs kubectl")
def test_the_public_name_stands_once(tmp_path):
    shutil.copytree(FOLDER, tmp_path / "given")
    config = tmp_path / "given" / "config.yaml"
    config.write_text(config.read_text().replace("lists.example.org", "mulu.example.cn"))

    made = subprocess.run(["kubectl", "kustomize", tmp_path / "given"], capture_output=True, text=True)

    assert made.returncode == 0, made.stderr
    assert "mulu.example.cn" in made.stdout
    assert "lists.example.org" not in made.stdout


@pytest.mark.parametrize("name", sorted(COMPOSE))
def test_the_containers_of_compose_are_closed(name):
    service = COMPOSE[name]
    if name == "database":
        return  # PostgreSQL's image begins as root, to make its folder its own, and goes on as postgres
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    # Ours by the Dockerfile's USER, the proxy by its image's; else it is said.
    assert service.get("build") or "unprivileged" in service["image"] or service["user"] not in ("root", "0")
