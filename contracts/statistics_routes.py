"""The HTTP route of the figures, which the progress service answers."""

from contracts.route import Route
from contracts.statistics_api import StatisticsQuery, StatisticsView

STATISTICS_ROUTES: tuple[Route, ...] = (
    Route(
        "GET",
        "/api/statistics",
        "progress",
        "read_statistics",
        "How transfers ended, by day and destination or by hour",
        StatisticsView,
        "Everybody of their own transfers; operators, auditors and admins of all.",
        query=StatisticsQuery,
        problems=(403,),
    ),
)
