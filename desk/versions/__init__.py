"""Catalog versions at the desk: `pages` what they show, `moves` a page for each move of the table, `forms` what the moves ask for."""
