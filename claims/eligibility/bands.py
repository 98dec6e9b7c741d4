"""How a benefit pays whose ratio goes by bands 分段赔付 of its running total (eligibility 7, step 3)."""

from insurers.terms import Band, Benefit


def exact_share(benefit: Benefit, start: int, end: int) -> int:
    """Return the sum over the bands of what lies between two running totals, in ten-thousandths of a fen: not yet rounded."""
    return sum(part * band.ratio for band, part in in_bands(benefit, start, end))


def in_bands(benefit: Benefit, start: int, end: int) -> list[tuple[Band, int]]:
    """Return what of each band lies between two running totals, in fen."""
    parts, floor = [], 0
    for band in benefit.bands:
        ceiling = end if band.up_to is None else band.up_to
        parts.append((band, max(0, min(end, ceiling) - max(start, floor))))
        floor = ceiling
    return parts
