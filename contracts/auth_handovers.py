"""HTTP routes and models of handing a user's session over to another program.

The user asks for a code. The program that gets it has a session of its own, as that user.
"""

from typing import Literal

from contracts.auth_api import GivenToken, TokensView
from contracts.contract import Contract, IssuedToken, Published, UtcTime
from contracts.route import Route


class HandoverRequest(Contract):
    """`to` is the program. You have one open code at a time: a new one replaces the one before."""

    to: Literal["teams"]


class HandoverView(Published):
    """Whoever redeems `code` until `expires_at` is logged in as you. It works once, and only while
    the session that asked is open."""

    code: IssuedToken
    expires_at: UtcTime


class HandoverRedeemRequest(Contract):
    code: GivenToken


HANDOVER_ROUTES: tuple[Route, ...] = (
    Route(
        "POST",
        "/api/auth/handovers",
        "auth",
        "make_handover",
        "A code with which another program gets a session of its own, as you",
        HandoverView,
        "Everybody who is logged in, but not a session that was itself handed over.",
        201,
        request=HandoverRequest,
        problems=(403,),
    ),
    Route(
        "POST",
        "/api/auth/handovers/redeem",
        "auth",
        "redeem_handover",
        "Exchange the code for the tokens of a new session",
        TokensView,
        "Whoever holds the code.",
        request=HandoverRedeemRequest,
        problems=(401,),
        public=True,
    ),
)
