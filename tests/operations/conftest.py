from tests.faults.conftest import queue

__all__ = ["queue"]  # the fixture
