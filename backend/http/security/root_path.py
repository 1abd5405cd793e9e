"""A server under a path of its host, such as `https://example.com/chat`, behind a proxy."""

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send


class RootPath:
    """Sets `root_path` in the scope, for proxies that strip the path and for those that do not."""

    def __init__(self, app: ASGIApp, root_path: str) -> None:
        self.app = app
        self.root_path = root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and self.root_path:
            path = scope["path"]
            if path != self.root_path and not path.startswith(self.root_path + "/"):
                path = self.root_path + path
            scope = {**scope, "root_path": self.root_path, "path": path}
        await self.app(scope, receive, send)


def route_path(scope: Scope) -> str:
    """Returns the path below the root path, which is what routes are named by."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", "")) or "/"


def own_address(request: Request) -> str:
    """Returns the address that the browser knows us by. The guard has checked its host."""
    scope = request.scope
    return f"{scope['scheme']}://{request.state.host}{scope.get('root_path', '')}"
