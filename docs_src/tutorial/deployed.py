import logging

from menu import hooks
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

logging.basicConfig(level=logging.INFO)


async def health(request: Request) -> PlainTextResponse:
    return PlainTextResponse("up")


app = Starlette(routes=[Route("/health", health)])
hooks.install(app, "/bandwidth")
