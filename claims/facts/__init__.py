"""Rows → facts: what a claim is judged against, in a fixed number of statements whatever its number of lines.

`product_facts` tells which versions there are, `load` makes a Snapshot of what judging some lines will look at. What never changes, a published
version, is compiled once and kept by its checksum (versions.py). What may change (which versions exist, what is known about drugs) is kept
for one revision of the database (catalog.clock): the next publication, withdrawal or master row raises it, and everything is read anew. An
instant in the past is always read anew. `Overlay` lays drafts over what is published.
"""

from claims.facts.authorisations import with_authorisations
from claims.facts.load import load
from claims.facts.overlay import Overlay
from claims.facts.products import ProductFacts, UnknownProduct, as_anybody_sees, product_facts

__all__ = [
    "Overlay",
    "ProductFacts",
    "UnknownProduct",
    "as_anybody_sees",
    "load",
    "product_facts",
    "with_authorisations",
]
