"""The time of a drug as a picture: on each list that ever took it the days on which it does."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from common.dates import later
from common.pictures import Period, Picture, strip
from common.pictures.strip import WIDTH
from curation.comparing.drug_time import DrugTime
from curation.comparing.matrix import LISTED
from curation.comparing.matrix_table import listed_words


def history_strip(times: Sequence[DrugTime], day: date, *, width: int = WIDTH) -> Picture:
    """Return the periods of a drug on each list as a picture, with half a year before the first and a year after the day or the last."""
    words = listed_words()
    looks = [name for name in LISTED if name != "no"]
    lanes = [
        (
            f"{time.catalog.code} {time.catalog.name}",
            [
                Period(one.first, one.last, f"{one.label} {words[one.listed]}", looks.index(one.listed))
                for one in time.periods
            ],
        )
        for time in times
    ]
    days = [day, *(end for time in times for one in time.periods for end in (one.first, one.last) if end)]
    return strip(
        _("When each list takes it"),
        _("Each bar is the days of one version; the line is the day that is looked at."),
        lanes,
        later(min(days), -60),
        later(max(days), 120),
        looks=[words[name] for name in looks],
        today=day,
        width=width,
        header=(_("List"), _("First day"), _("Last day"), _("Version")),
    )
