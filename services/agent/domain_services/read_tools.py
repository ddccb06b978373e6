"""All tools that read. The model is told them in this order."""

from services.agent.domain.ports import Outcomes
from services.agent.domain_services.looking import ReadTool
from services.agent.domain_services.tools.access import ACCESS_TOOLS
from services.agent.domain_services.tools.destinations import DESTINATION_TOOLS
from services.agent.domain_services.tools.figures import figure_tools
from services.agent.domain_services.tools.files import FILE_TOOLS
from services.agent.domain_services.tools.transfers import TRANSFER_TOOLS


def read_tools(outcomes: Outcomes) -> tuple[ReadTool, ...]:
    figures = figure_tools(outcomes)
    return FILE_TOOLS + DESTINATION_TOOLS + ACCESS_TOOLS + TRANSFER_TOOLS + figures
