"""Pictures as SVG made on the server: a pure function for each kind, from numbers to a `Picture` that carries them as a table too.

Shapes have classes and no styles: colours and patterns are the style sheet's (`desk/static/desk/pictures.css`), so that a picture is
legible light, dark, without colour and in print, and the content-security policy has nothing to forbid. A page shows one by including
`desk/frame/picture.html` with `picture`. Titles, descriptions and column names come in the reader's language.
"""

from common.pictures.bars import bars
from common.pictures.curve import curve
from common.pictures.drawing import Picture, money, number, percent
from common.pictures.heat import heat
from common.pictures.lines import lines
from common.pictures.province_map import province_map
from common.pictures.strip import Period, strip
from common.pictures.upset import upset

__all__ = [
    "Period",
    "Picture",
    "bars",
    "curve",
    "heat",
    "lines",
    "money",
    "number",
    "percent",
    "strip",
    "province_map",
    "upset",
]
