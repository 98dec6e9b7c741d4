"""The product's engine and the oracle answer random worlds alike; where not, the smallest world that shows it is printed.

ORACLE_WORLDS sets how many worlds (600 unless told otherwise, 2,000 in a whole sweep), ORACLE_FIRST_SEED where to begin.
"""

import json
import os

import pytest

from tests.oracle.engine import cover, decide
from tests.oracle.page import answer, answer_coverage
from tests.oracle.shrink import shrink
from tests.oracle.worlds import coverage_query, refunding, spoiled, world
from tests.sharing import WHOLE

pytestmark = pytest.mark.slow

WORLDS = int(os.environ.get("ORACLE_WORLDS", "2000" if WHOLE else "600"))
FIRST_SEED = int(os.environ.get("ORACLE_FIRST_SEED", "0"))
SEEDS = range(FIRST_SEED, FIRST_SEED + WORLDS)
SHOWN = 3


def test_the_engine_decides_claims_as_the_oracle_does():
    assert_agreement(SEEDS, world, decide, answer)


def test_the_engine_answers_coverage_queries_as_the_oracle_does():
    assert_agreement(SEEDS[: max(WORLDS // 4, 1)], coverage_query, cover, coverage_in_short)


def test_the_engine_refuses_the_requests_that_the_oracle_refuses():
    assert_agreement(SEEDS[: max(WORLDS // 4, 1)], spoiled, decide, answer)


def test_the_engine_takes_back_what_the_oracle_takes_back():
    assert_agreement(SEEDS[: max(WORLDS // 2, 1)], refunding, decide, answer)


def coverage_in_short(made, query):
    answered = answer_coverage(made, query)
    del answered["requirements"]  # shown as written, in the shape of api.md: not the oracle's business
    return answered


def assert_agreement(seeds, make, engine, oracle):
    differing = [seed for seed in seeds if kind_of_disagreement(*make(seed), engine, oracle)]

    assert not differing, f"{len(differing)} of {len(seeds)} worlds, seeds {differing[:20]}\n" + "\n".join(
        shown(seed, make, engine, oracle) for seed in differing[:SHOWN]
    )


def said_by(engine, made, request):
    try:
        return engine(made, request)
    except Exception as error:  # a crash is an answer like any other here: it is reported with its world
        return {"raised": repr(error)}


def kind_of_disagreement(made, request, engine, oracle):
    """None where both say the same, or how they differ: what the engine raised, and who calls the request invalid."""
    expected, said = oracle(made, request), said_by(engine, made, request)
    if said == expected:
        return None
    return said.get("raised", ""), "invalid" in said, "invalid" in expected


def shown(seed, make, engine, oracle):
    """A disagreement as text: seed, the smallest world and request that show it, both answers."""
    made, request = make(seed)
    kind = kind_of_disagreement(made, request, engine, oracle)

    def still_shows(pair):
        if not all(table in pair[0] for table in ("dosage_forms", "master", "catalogs", "products")):
            return False
        try:
            return kind_of_disagreement(*pair, engine, oracle) == kind
        except Exception:  # shrinking also makes worlds that are none; the oracle does not speak about those
            return False

    made, request = shrink([made, request], still_shows)
    return "\n".join(
        [
            f"seed {seed}",
            f"world   {json.dumps(made, ensure_ascii=False)}",
            f"request {json.dumps(request, ensure_ascii=False)}",
            f"engine  {json.dumps(said_by(engine, made, request), ensure_ascii=False)}",
            f"oracle  {json.dumps(oracle(made, request), ensure_ascii=False)}",
        ]
    )
