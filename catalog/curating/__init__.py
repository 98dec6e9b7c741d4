"""The curators' pages for catalogs and drugs: one file a subject, registered by catalog/admin.py. They show, and they call services."""
