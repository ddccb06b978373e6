"""The table of HTTP routes. The API's document and the functions' routing come from it."""

from contracts.auth_routes import AUTH_ROUTES
from contracts.route import Route
from contracts.transfer_routes import TRANSFER_ROUTES

ROUTES: tuple[Route, ...] = AUTH_ROUTES + TRANSFER_ROUTES


def routes_of(service: str) -> tuple[Route, ...]:
    return tuple(route for route in ROUTES if route.service == service)
