"""What differs between machines: read from the environment, else from `.env`."""

from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Each field is the environment variable of that name, in capitals; `.env.example` explains them."""

    # A mistake is told without the values, since some are secret.
    model_config = SettingsConfigDict(env_file=".env", extra="ignore", hide_input_in_errors=True)

    bandwidth_webhook_username: str
    bandwidth_webhook_password: SecretStr
{% if cookiecutter.__messaging %}

    bandwidth_account_id: str = ""
    bandwidth_messaging_application_id: str = ""
    bandwidth_client_id: str = ""
    bandwidth_client_secret: SecretStr = SecretStr("")
{% endif %}

    data_folder: Path = Path("data")
    inbox: bool = True
    listen: str = "127.0.0.1"
    port: int = 8000
    log_level: str = "INFO"
