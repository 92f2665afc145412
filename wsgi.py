"""The application, for any WSGI server: ``gunicorn wsgi:app``."""

from verify import create_app

app = create_app()
