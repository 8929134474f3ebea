"""Write the ledger's entries that a dead instance left in Redis."""

from shared_layer.ai.money.ledger_stream import sweep_ledger
from shared_layer.core.logs import log
from shared_layer.triggers import on_schedule


@on_schedule("* * * * *", deadline=55)
async def sweep_ai_ledger() -> None:
    if swept := await sweep_ledger():
        log("WARNING", "ai_ledger_swept", f"{swept} entries had not been stored by their instance", swept=swept)
