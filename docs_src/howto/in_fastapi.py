from app import hooks
from fastapi import FastAPI

app = FastAPI()
hooks.install(app, "/bandwidth")


@app.get("/health")
async def health() -> str:
    return "up"
