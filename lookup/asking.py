"""What a visitor asks, as it stands in the address: texts, cleaned and cut, nothing refused. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from urllib.parse import urlencode

LONGEST = 200
_NOT_KEEPABLE = dict.fromkeys((*range(32), 127, *range(55296, 57344)))


@dataclass(frozen=True, slots=True)
class Asked:
    """The parameters of the page, '' for what is not given; `lang` is the language that was chosen at the page."""

    drug: str = ""
    product: str = ""
    disease: str = ""
    date: str = ""
    setting: str = ""
    sex: str = ""
    age: str = ""
    level: str = ""
    lang: str = ""

    @classmethod
    def of(cls, parameters: Mapping[str, str]) -> "Asked":
        """Read the address; what is unknown there is left alone, as whoever passes a link on may add to it."""
        return cls(
            **{
                name: parameters.get(name, "").translate(_NOT_KEEPABLE).strip()[:LONGEST].strip()
                for name in cls.__dataclass_fields__
            }
        )

    @property
    def is_about_a_patient(self) -> bool:
        """Whether something is said beside drug, product, disease and day."""
        return bool(self.setting or self.sex or self.age or self.level)

    def but(self, **changes: str) -> str:
        """Return the address of the same question with some parameters changed."""
        given = {name: value for name, value in asdict(replace(self, **changes)).items() if value}
        return f"/?{urlencode(given)}" if given else "/"

    def fields(self, identity: Mapping[str, str], icd10: str) -> dict[str, object]:
        """Return the coverage query that is asked, in the names of the API."""
        return {
            **identity,
            "icd10": icd10,
            "date": self.date,
            "setting": self.setting,
            "sex": self.sex,
            "age": self.age,
            "institution_level": self.level,
        }
