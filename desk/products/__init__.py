"""Insurance products: their pages, the form that their terms are written in, and how two persons bring a version into force."""
