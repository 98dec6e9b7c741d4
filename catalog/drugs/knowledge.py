"""What is known about drugs at an instant: drugs, their other names, their products (eligibility 3, "What is known").

Knowledge is made from two kinds of rows: the drug master's, and the entries of every published version that the asker may
see. Which rows those are (recorded or published by `known_at`, without an owner or owned by the product's insurer) is the
caller's business; here they are only put together.

The closure
-----------
A claim needs only the rows that can matter to its lines. For one line identity these are:

1. S, the rows that meet it: with its whole national code, its approval number (`approval_key`), its base name as their base
   name or, in the master, as the base name of an alias, or with a brand equal to its brand name or to its generic name;
2. P, S and every row that shares a whole national code with a row of S;
3. for every base name in P: the rows of that name, that is, rows with it as base name and master rows with it as an alias;
4. for every drug that a base name of P turns out to be: the rows of the drug's name and of the name of each of its aliases;
5. every row that shares a whole national code with a row of those drugs.

`lookup_keys` gives the keys of 1, `Closure` the rest in at most `Closure.MAX_ROUNDS` fetches (two for most lines):

    closure = Closure(identities, forms)
    while keys := closure.missing_keys():
        closure.add(rows_with(keys))            # one query each
    knowledge = Knowledge.build(closure.rows, forms)

Which drug an entry of some base name is takes less: the master's rows with that name as their own or an alias's.

Any superset of the closure gives the same answers as all rows together; tests/catalog/drugs/test_closure.py holds that.
Rows of two versions that are alike in every fact may be reduced to the one with the least order.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, NamedTuple

from catalog.drugs.dosage_forms import DosageForms
from common.text import approval_key, is_whole_code, norm


class Identity(NamedTuple):
    """What a line says about its drug, every text normalised ('' for not given): all that recognition looks at."""

    national_code: str = ""
    approval_no: str = ""
    generic_name: str = ""
    dosage_form: str = ""
    brand_name: str = ""
    manufacturer: str = ""
    strength: str = ""

    @classmethod
    def of(
        cls,
        *,
        national_code: str = "",
        approval_no: str = "",
        generic_name: str = "",
        dosage_form: str = "",
        brand_name: str = "",
        manufacturer: str = "",
        strength: str = "",
    ) -> "Identity":
        """Normalise what was written; an approval number loses a leading 国药准字."""
        return cls(
            norm(national_code),
            approval_key(approval_no),
            norm(generic_name),
            norm(dosage_form),
            norm(brand_name),
            norm(manufacturer),
            norm(strength),
        )

    @property
    def names_a_drug(self) -> bool:
        """Whether there is anything to recognise a drug by (eligibility 3)."""
        return bool(self.national_code or self.approval_no or self.generic_name or self.brand_name)


@dataclass(frozen=True, slots=True)
class KnownRow:
    """One row of what is known, as written: a drug master row, or an entry with a `generic_name`.

    `order` sorts rows of one source: for the master its place in the file(s); for entries
    (published_at, catalog code, label, entry_code). `aliases` only the master has. '' is not given.
    """

    source: Literal["master", "entry"]
    order: tuple[Any, ...]
    generic_name: str
    national_code: str = ""
    approval_no: str = ""
    aliases: tuple[str, ...] = ()
    dosage_form: str = ""
    brand_name: str = ""
    manufacturer: str = ""
    strength: str = ""
    class_code: str = ""

    @property
    def whole_code(self) -> str:
        """The normalised national code where it names one product, else ''."""
        code = norm(self.national_code)
        # A master row's code is whole by definition (eligibility 3).
        return code if self.source == "master" or is_whole_code(code) else ""


class ProductFacts(NamedTuple):
    """The facts of a drug product 品规, '' where not given."""

    national_code: str
    approval_no: str
    dosage_form: str
    brand_name: str
    manufacturer: str
    strength: str
    class_code: str


@dataclass(frozen=True, slots=True)
class DrugProduct:
    """A marketed product of a drug: its facts as compared, and as somebody wrote them.

    `name_form` is the form in the first name of its rows that has one ('' for none); no fact of its own, and not shown.
    """

    drug: str
    facts: ProductFacts
    written: ProductFacts
    name_form: str


def _product(drug: str, rows: list[KnownRow], forms: DosageForms, *, code: str) -> DrugProduct:
    """Take each fact from the first row that gives it (eligibility 3: rows with one whole code are one product)."""

    def first(name: str) -> str:
        for row in rows:
            text: str = getattr(row, name)
            if norm(text):
                return text
        return ""

    approval_no = next((row.approval_no for row in rows if approval_key(row.approval_no)), "")
    form, brand, maker = first("dosage_form"), first("brand_name"), first("manufacturer")
    strength, class_code = first("strength"), first("class_code")
    return DrugProduct(
        drug,
        ProductFacts(
            code, approval_key(approval_no), norm(form), norm(brand), norm(maker), norm(strength), norm(class_code)
        ),
        ProductFacts(
            first("national_code").strip() if code else "", approval_no, form, brand, maker, strength, class_code
        ),
        next((name.form for row in rows if (name := forms.base_name(row.generic_name)).form), ""),
    )


class DrugNames:
    """Which base name is which drug, from the base names of the master's drugs and of their aliases alone: all that tells what an entry names.

    Any master rows will do that hold those with the asked names as their own or an alias's.
    """

    def __init__(self, masters: Iterable[tuple[str, Iterable[str]]]) -> None:
        listed = [(base, list(aliases)) for base, aliases in masters]
        self.drugs: set[str] = {base for base, _aliases in listed}
        self.owners: dict[str, set[str]] = {}
        self.aliases: dict[str, set[str]] = {}
        for base, aliases in listed:
            for alias in aliases:
                if alias and alias not in self.drugs:
                    self.owners.setdefault(alias, set()).add(base)
                    self.aliases.setdefault(base, set()).add(alias)

    def drug_of(self, base: str) -> str:
        """Return the drug that an entry of this base name names: the one master drug whose alias it is, else one of its own."""
        owners = self.owners.get(base, ())
        return next(iter(owners)) if len(owners) == 1 else base

    def names_of(self, drug: str) -> tuple[str, ...]:
        """Every base name by which an entry names this drug."""
        return (drug, *sorted(alias for alias in self.aliases.get(drug, ()) if len(self.owners[alias]) == 1))


class Knowledge:
    """Drugs, names and products put together; immutable once built. See the module for which rows it needs."""

    MEMO_SIZE: ClassVar[int] = 50_000

    def __init__(self, rows: Iterable[KnownRow], forms: DosageForms) -> None:
        self.forms = forms
        rows = [row for row in rows if norm(row.generic_name)]
        masters = sorted((row for row in rows if row.source == "master"), key=lambda row: row.order)
        entries = sorted((row for row in rows if row.source == "entry"), key=lambda row: row.order)

        def base(text: str) -> str:
            return forms.base_name(text).name

        self._names = DrugNames((base(row.generic_name), [base(alias) for alias in row.aliases]) for row in masters)
        self._entry_drugs: set[str] = set()
        self._class_codes: dict[str, set[str]] = {}
        for row in entries:
            drug = self.drug_of(base(row.generic_name))
            self._entry_drugs.add(drug)
            if class_code := norm(row.class_code):
                self._class_codes.setdefault(drug, set()).add(class_code)

        self._by_code: dict[str, DrugProduct] = {}
        self._by_approval: dict[str, list[DrugProduct]] = {}
        self._by_brand: dict[str, list[DrugProduct]] = {}
        self._by_drug: dict[str, list[DrugProduct]] = {}
        self._make_products(masters, entries)

        # Recognising is a function of seven texts, and drugs repeat: resolve.recognise remembers here.
        self.memo: dict[Identity, Any] = {}

    @classmethod
    def build(cls, rows: Iterable[KnownRow], forms: DosageForms) -> "Knowledge":
        """Put rows together; their order in `rows` does not matter."""
        return cls(rows, forms)

    def _make_products(self, masters: list[KnownRow], entries: list[KnownRow]) -> None:
        """Master rows, entries with a whole code, entries with an approval number, the rest: in this order, since the later
        kinds add a product only where the earlier have none (eligibility 3)."""
        sharing: dict[str, list[KnownRow]] = {}
        for row in (*masters, *entries):
            if row.whole_code:
                sharing.setdefault(row.whole_code, []).append(row)
        for row in masters:
            if not row.whole_code:
                self._add(self._product(row, [row], code=""))
            elif row.whole_code not in self._by_code:
                self._add(self._product(row, sharing[row.whole_code], code=row.whole_code))
        for row in entries:
            if row.whole_code and row.whole_code not in self._by_code:
                self._add(self._product(row, sharing[row.whole_code], code=row.whole_code))
        without_code = [row for row in entries if not row.whole_code]
        for row in without_code:
            if approval_key(row.approval_no) and not self._approval_known(row):
                self._add(self._product(row, [row], code=""))
        for row in without_code:
            if not approval_key(row.approval_no) and self._adds_by_brand_or_maker(row):
                self._add(self._product(row, [row], code=""))

    def _product(self, row: KnownRow, rows: list[KnownRow], *, code: str) -> DrugProduct:
        return _product(self._drug_named(row), rows, self.forms, code=code)

    def _drug_named(self, row: KnownRow) -> str:
        base = self.forms.base_name(row.generic_name).name
        return base if row.source == "master" else self.drug_of(base)

    def _approval_known(self, row: KnownRow) -> bool:
        drug, strength = self._drug_named(row), norm(row.strength)
        return any(
            product.drug == drug and (not strength or product.facts.strength == strength)
            for product in self._by_approval.get(approval_key(row.approval_no), ())
        )

    def _adds_by_brand_or_maker(self, row: KnownRow) -> bool:
        drug, brand, maker = self._drug_named(row), norm(row.brand_name), norm(row.manufacturer)
        if drug in self._names.drugs:
            return False
        products = self._by_drug.get(drug, ())
        if brand:
            return all(product.facts.brand_name != brand for product in products)
        return bool(maker) and all(product.facts.manufacturer != maker for product in products)

    def _add(self, product: DrugProduct) -> None:
        facts = product.facts
        if facts.national_code:
            self._by_code[facts.national_code] = product
        if facts.approval_no:
            self._by_approval.setdefault(facts.approval_no, []).append(product)
        if facts.brand_name:
            self._by_brand.setdefault(facts.brand_name, []).append(product)
        self._by_drug.setdefault(product.drug, []).append(product)

    def drug_of(self, base: str) -> str:
        """Return the drug that an entry with this base name names."""
        return self._names.drug_of(base)

    def names_of(self, drug: str) -> tuple[str, ...]:
        """Return every base name by which an entry names this drug: its own, and its aliases that are no other's."""
        return self._names.names_of(drug)

    def aliases_of(self, drug: str) -> frozenset[str]:
        """Return the base names of the drug's aliases, also those it shares with other drugs."""
        return frozenset(self._names.aliases.get(drug, ()))

    def is_drug(self, base: str) -> bool:
        """Tells whether a base name is a known drug's."""
        return base in self._names.drugs or base in self._entry_drugs

    def drugs_with_alias(self, base: str) -> tuple[str, ...]:
        """Return the drugs that have an alias of this base name."""
        return tuple(sorted(self._names.owners.get(base, ())))

    def product_with_code(self, code: str) -> DrugProduct | None:
        """Return the product with this whole, normalised national code."""
        return self._by_code.get(code)

    def products_with_approval(self, approval: str) -> list[DrugProduct]:
        """Return the products with this approval key, in the order they became known."""
        return self._by_approval.get(approval, [])

    def products_with_brand(self, brand: str) -> list[DrugProduct]:
        """Return the products with this normalised brand, in the order they became known."""
        return self._by_brand.get(brand, [])

    def products_of(self, drug: str) -> list[DrugProduct]:
        """Return the products of a drug, in the order they became known."""
        return self._by_drug.get(drug, [])

    def class_codes_of(self, drug: str) -> frozenset[str]:
        """Return the class codes of the known entries that name the drug, normalised."""
        return frozenset(self._class_codes.get(drug, ()))


@dataclass(frozen=True, slots=True)
class KnownKeys:
    """Which rows to fetch: those with one of these whole national codes, approval keys, base names (a master row also when an
    alias of it has one) or brand keys; all normalised."""

    codes: frozenset[str] = frozenset()
    approvals: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    brands: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.codes or self.approvals or self.names or self.brands)

    def __or__(self, other: "KnownKeys") -> "KnownKeys":
        return KnownKeys(
            self.codes | other.codes,
            self.approvals | other.approvals,
            self.names | other.names,
            self.brands | other.brands,
        )

    def __sub__(self, other: "KnownKeys") -> "KnownKeys":
        return KnownKeys(
            self.codes - other.codes,
            self.approvals - other.approvals,
            self.names - other.names,
            self.brands - other.brands,
        )


def lookup_keys(identity: Identity, forms: DosageForms) -> KnownKeys:
    """Return the keys of the rows that meet a line identity: step 1 of the closure."""
    name = identity.generic_name
    return KnownKeys(
        frozenset({identity.national_code} - {""}),
        frozenset({identity.approval_no} - {""}),
        frozenset({forms.base_name(name).name} if name else ()),
        frozenset({identity.brand_name, name} - {""}),
    )


@dataclass(slots=True)
class Closure:
    """The rows that can matter to some line identities, gathered in rounds: see the module."""

    MAX_ROUNDS: ClassVar[int] = 6

    identities: Iterable[Identity]
    forms: DosageForms
    _rows: dict[KnownRow, None] = field(default_factory=dict)
    _asked: KnownKeys = KnownKeys()
    _first: KnownKeys = KnownKeys()
    _met: set[KnownRow] = field(default_factory=set)

    def __post_init__(self) -> None:
        keys = [lookup_keys(identity, self.forms) for identity in self.identities]
        self._first = KnownKeys(
            frozenset().union(*(key.codes for key in keys)),
            frozenset().union(*(key.approvals for key in keys)),
            frozenset().union(*(key.names for key in keys)),
            frozenset().union(*(key.brands for key in keys)),
        )

    @property
    def rows(self) -> list[KnownRow]:
        """Every row added so far."""
        return list(self._rows)

    def add(self, rows: Iterable[KnownRow]) -> None:
        """Take in what was fetched; a row may come twice."""
        fresh = [row for row in rows if row not in self._rows]
        self._rows.update(dict.fromkeys(fresh))
        self._met.update(row for row in fresh if self._meets(row))

    def missing_keys(self) -> KnownKeys:
        """Return what must be fetched next, and count it as asked; empty when the closure is complete."""
        missing = self._wanted() - self._asked
        self._asked |= missing
        return missing

    def _base(self, text: str) -> str:
        return self.forms.base_name(text).name

    def _bases_with_aliases(self, row: KnownRow) -> list[str]:
        return [self._base(row.generic_name), *(self._base(alias) for alias in row.aliases)]

    def _meets(self, row: KnownRow) -> bool:
        first = self._first
        return (
            row.whole_code in first.codes
            or approval_key(row.approval_no) in first.approvals
            or norm(row.brand_name) in first.brands
            or not first.names.isdisjoint(self._bases_with_aliases(row))
        )

    def _wanted(self) -> KnownKeys:
        if not self._asked:
            return self._first
        masters = [row for row in self._rows if row.source == "master"]
        names = DrugNames((self._base(row.generic_name), map(self._base, row.aliases)) for row in masters)

        met_codes = {row.whole_code for row in self._met} - {""}
        bases = set(self._first.names)
        for row in self._rows:
            if row in self._met or row.whole_code in met_codes:
                bases.add(self._base(row.generic_name))
        # A base name says which drug it is only once its own rows are in.
        drugs = {names.drug_of(base) for base in bases & self._asked.names}
        drugs |= {owner for base in bases & self._asked.names for owner in names.owners.get(base, ())}
        wanted = bases | drugs
        for row in masters:
            aliases = self._bases_with_aliases(row)
            if aliases[0] in drugs:
                wanted.update(aliases)
        codes = set(met_codes)
        for row in self._rows:
            if row.whole_code and names.drug_of(self._base(row.generic_name)) in drugs:
                codes.add(row.whole_code)
        return KnownKeys(codes=frozenset(codes), names=frozenset(wanted - {""}))
