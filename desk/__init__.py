"""The curators' desk: every page of the people who keep the lists. One file a subject; pages show, and what they do is a service's.

`admin` names the subjects; `frame` is what their pages are made of, `forms` their fields, `site` the menu; `templates/desk/` has a folder a subject.
"""
