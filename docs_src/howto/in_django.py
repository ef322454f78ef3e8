import os

from app import hooks
from django.core.asgi import get_asgi_application
from starlette.applications import Starlette
from starlette.routing import Mount

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings")

application = Starlette(routes=[Mount("/", app=get_asgi_application())])
hooks.install(application, "/bandwidth")
