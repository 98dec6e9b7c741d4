"""Ground room: a file of rows becomes checked cells. Knows no drug, no list and no claim."""
