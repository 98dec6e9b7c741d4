"""The files of the suite are taken in an order that leaves no process idle."""

from tests.conftest import TESTS
from tests.order import WAITING, in_order


def ordered(*tests: str) -> list[str]:
    """The tests in order; `file::name`, slow where the name says so."""
    return in_order([(test.partition("::")[0], "slow" in test, test) for test in tests])


def test_what_waits_is_begun_first_and_by_turns_with_what_computes() -> None:
    given = ["api/test_a.py::1", "browser/test_b.py::1", "catalog/test_c.py::1", "faults/test_d.py::1", "fhir/e.py::1"]

    assert [test.partition("/")[0] for test in ordered(*given)] == ["faults", "api", "browser", "catalog", "fhir"]


def test_of_what_computes_the_slow_comes_first() -> None:
    given = ["api/a.py::1", "catalog/b.py::1", "catalog/b.py::slow", "flows/c.py::slow"]

    assert ordered(*given) == ["catalog/b.py::1", "catalog/b.py::slow", "flows/c.py::slow", "api/a.py::1"]


def test_a_files_tests_stay_together_and_none_is_lost() -> None:
    given = ["faults/a.py::1", "api/b.py::1", "faults/a.py::2", "api/b.py::2"]

    assert ordered(*given) == ["faults/a.py::1", "faults/a.py::2", "api/b.py::1", "api/b.py::2"]


def test_what_waits_is_a_folder_of_the_suite() -> None:
    assert all((TESTS / folder).is_dir() for folder in WAITING)
