"""The closed vocabularies of curation, each once: code, Chinese and English name."""

from typing import Final

from catalog.vocabularies import Term, Vocabulary

# Of findings (spec curation 4).
FINDING_KINDS: Final = Vocabulary(
    Term("base_and_commercial", "医保与商保目录重复", "on a base list and a commercial list"),
    Term("listed_and_excluded", "既列入又被排除", "listed and excluded"),
    Term("moved", "由一目录移入另一目录", "moved from one list to another"),
    Term("ending", "即将到期且无后续", "ending with nothing to follow"),
    Term("product_without_list", "产品所引目录无效", "product without a list"),
    Term("uncoded", "文本未编码", "text not coded"),
    Term("unknown_drug", "药品库中没有的药名", "drug unknown to the master"),
    Term("unknown_form", "剂型表中没有的剂型", "form outside the table"),
    Term("names_together", "同格多名未归为一药", "names in one cell that are not one drug"),
    Term("same_drug_twice", "同药重复且条件不同", "one drug twice with different terms"),
)
