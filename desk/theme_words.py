"""The admin theme's few words that no translation ships for; listed so that `makemessages` finds them and keeps their Chinese.

Found by asking Django's and the theme's own translations for every word of the theme's templates; nothing imports this.
"""

from django.utils.translation import gettext_noop as _
from django.utils.translation import ngettext_lazy

WORDS = [
    _("Add row"),
    _("All applications"),
    _("Apply Filters"),
    _("Cancel"),
    _("Choose file to upload"),
    _("Click to cancel"),
    _("Click to download"),
    _("Dark"),
    _("Date"),
    _("Date from"),
    _("Date to"),
    _("Expand row"),
    _("False"),
    _("From"),
    _("General"),
    _("Go back"),
    _("Light"),
    _("Loading more results..."),
    _("More actions"),
    _("Next"),
    _("No data"),
    _("No recent searches"),
    _("No results found"),
    _("No results matching your query"),
    _("Previous"),
    _("Recent searches"),
    _("Reset filters"),
    _("Return to site"),
    _("Run"),
    _("Search apps and models..."),
    _("Select action"),
    _("Select action to run"),
    _("Select all rows"),
    _("Select record"),
    _("Select value"),
    _("Submit"),
    _("System"),
    _("This item will be deleted."),
    _("This page yielded into no results. Create a new item or reset your filters."),
    _("To"),
    _("Toggle password visibility"),
    _("True"),
    _("Type to search"),
    _("Value"),
    _("Welcome"),
    _("Welcome back to"),
    _("You have been successfully logged out from the administration"),
    _("After you've created a user, you’ll be able to edit more user options."),
    _("%(full_result_count)s total"),
    _("Select all %(total_count)s %(module_name)s"),
    _(" By %(filter_title)s "),
    ngettext_lazy("Please correct the error below.", "Please correct the errors below."),
    _(
        "Raw passwords are not stored, so there is no way to see this user’s password, but you can change the password using "
        '<a href="{}" class="text-primary-600 dark:text-primary-500">this form</a>.'
    ),
    # Tables and columns of the login guard.
    _("access attempt"),
    _("access attempts"),
    _("Attempt Time"),
    _("IP Address"),
    _("User Agent"),
    _("Username"),
    _("Failed Logins"),
    # The login guard's own answer to too many failures.
    _("Account locked: too many login attempts. Please try again later."),
    _("Filter navigation items"),
]

# Of the palette's results; the theme's template keeps its line breaks.
FOUND = ngettext_lazy(
    "\n                Found %(counter)s result in %(time)s seconds\n            ",
    "\n                Found %(counter)s results in %(time)s seconds\n            ",
    "counter",
)
