"""The HTTP routes of all services: the API's document comes from them.

A function takes those of its own service, so that it makes no models of others.
"""

from contracts.agent_routes import AGENT_ROUTES
from contracts.agent_teams import TEAMS_ROUTES
from contracts.auth_handovers import HANDOVER_ROUTES
from contracts.auth_routes import AUTH_ROUTES
from contracts.notify_routes import NOTIFY_ROUTES
from contracts.route import Route
from contracts.statistics_routes import STATISTICS_ROUTES
from contracts.ticket_routes import TICKET_ROUTES
from contracts.transfer_routes import TRANSFER_ROUTES

ROUTES: tuple[Route, ...] = (
    AUTH_ROUTES
    + HANDOVER_ROUTES
    + TRANSFER_ROUTES
    + TICKET_ROUTES
    + NOTIFY_ROUTES
    + STATISTICS_ROUTES
    + AGENT_ROUTES
    + TEAMS_ROUTES
)
