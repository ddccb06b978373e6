"""Every setting of the progress service; a field is the environment variable of that name."""

from pydantic import Field

from runtime.settings import CommaList, ServiceSettings


class ProgressSettings(ServiceSettings):
    progress_table: str
    fan_out_queue_url: str
    websocket_endpoint: str
    cors_origins: CommaList = ()
    synthetic_user: str = Field(default="", description="is in no figures; '': none")
    threads: int = Field(default=20, ge=1, le=64, description="posts at once of one fan-out worker")
