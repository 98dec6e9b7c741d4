"""The product's engine and the oracle answer random worlds alike; where not, the smallest world that shows it is printed.

ORACLE_WORLDS sets how many worlds (2,000 unless told otherwise), ORACLE_FIRST_SEED where to begin.
"""

import json
import os

from tests.oracle.page import answer
from tests.oracle.shrink import shrink
from tests.oracle.worlds import world
from tests.worlds import decide

WORLDS = int(os.environ.get("ORACLE_WORLDS", "2000"))
FIRST_SEED = int(os.environ.get("ORACLE_FIRST_SEED", "0"))
SHOWN = 3


def engine_answer(made, request):
    try:
        return decide(made, request)
    except Exception as error:  # a crash is an answer like any other here: it is reported with its world
        return {"raised": repr(error)}


def disagree(made, request):
    try:
        expected = answer(made, request)
    except Exception:  # shrinking also makes worlds that are none; the oracle does not speak about those
        return False
    return engine_answer(made, request) != expected


def test_the_engine_agrees_with_the_oracle_on_random_worlds():
    seeds = [seed for seed in range(FIRST_SEED, FIRST_SEED + WORLDS) if disagree(*world(seed))]

    assert not seeds, f"{len(seeds)} of {WORLDS} worlds, seeds {seeds[:20]}\n" + "\n".join(map(shown, seeds[:SHOWN]))


def shown(seed):
    """A disagreement as text: seed, the smallest world and request that show it, both answers."""
    raises = "raised" in engine_answer(*world(seed))

    def still_shows(pair):
        return disagree(*pair) and ("raised" in engine_answer(*pair)) == raises

    made, request = shrink(list(world(seed)), still_shows)
    return "\n".join(
        [
            f"seed {seed}",
            f"world   {json.dumps(made, ensure_ascii=False)}",
            f"request {json.dumps(request, ensure_ascii=False)}",
            f"engine  {json.dumps(engine_answer(made, request), ensure_ascii=False)}",
            f"oracle  {json.dumps(answer(made, request), ensure_ascii=False)}",
        ]
    )
