"""The app that is served.

`python -m {{ cookiecutter.package_name }}.main` serves it, `webhooks routes {{ cookiecutter.package_name }}.main:app` shows it.
"""

import uvicorn

from {{ cookiecutter.package_name }}.app import create_app
from {{ cookiecutter.package_name }}.logs import logging_config
from {{ cookiecutter.package_name }}.settings import Settings

settings = Settings.model_validate({})
app = create_app(settings)

if __name__ == "__main__":
    uvicorn.run(
        app,
        host=settings.listen,
        port=settings.port,
        log_config=logging_config(settings.log_level),
        access_log=False,  # paths and queries may hold numbers
        server_header=False,
        timeout_graceful_shutdown=20,  # seconds for what is being answered; Bandwidth waits 15
    )
