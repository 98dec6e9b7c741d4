"""Cut a disagreement down to the few rows and fields that still show it, so that a person can read it."""

import copy


def shrink(thing, still_shows):
    """Remove list items and fields of nested plain data, one at a time, as long as `still_shows(thing)` holds.

    `thing` is not changed; the answer is a smaller copy from which nothing single can be removed.
    """
    thing = copy.deepcopy(thing)
    smaller = True
    while smaller:
        smaller = False
        for path in sorted(paths_in(thing), key=len):
            removed = without(thing, path)
            if removed is not None and still_shows(removed):
                thing = removed
                smaller = True
    return thing


def paths_in(thing, path=()):
    """Every path to a list item or a field below a thing; later list items first, so that removals do not shift them."""
    if isinstance(thing, dict):
        for key in list(thing):
            yield (*path, key)
            yield from paths_in(thing[key], (*path, key))
    elif isinstance(thing, list):
        for index in reversed(range(len(thing))):
            yield (*path, index)
            yield from paths_in(thing[index], (*path, index))


def without(thing, path):
    """A copy of the thing without what stands at the path; None where nothing stands there any more."""
    cut = copy.deepcopy(thing)
    place = cut
    try:
        for step in path[:-1]:
            place = place[step]
        del place[path[-1]]
    except (KeyError, IndexError, TypeError):
        return None
    return cut
