"""The application, for any WSGI server: ``gunicorn wsgi:app``."""

from verify import config, web

app = web.load(config.load())
