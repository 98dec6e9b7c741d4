"""The WSGI application that gunicorn serves.

Behind a proxy a body that was refused unread (no key, too large, no such address) is read to its end before the answer goes out: a proxy that is
still sending when the connection closes would tell its caller 502 instead of why. A proxy has the whole body already, so this takes no time.
"""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

_django = get_wsgi_application()

from django.conf import settings  # noqa: E402  they are there only now

from config.draining import draining  # noqa: E402

application = draining(_django, most=settings.UPLOAD_MAX_BYTES) if settings.TRUSTED_PROXIES else _django
