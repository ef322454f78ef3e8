from app import hooks
from litestar import Litestar, asgi
from litestar.types import Receive, Scope, Send


@asgi("/bandwidth", is_mount=True, copy_scope=True)
async def bandwidth(scope: Scope, receive: Receive, send: Send) -> None:
    # Litestar takes the mount's path off and does not say so; links need it.
    root_path = scope["root_path"] + "/bandwidth"
    await hooks({**scope, "root_path": root_path, "path": root_path + scope["path"]}, receive, send)


app = Litestar(route_handlers=[bandwidth])
