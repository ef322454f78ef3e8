{% if cookiecutter.use == 'both' %}
"""{{ cookiecutter.__title }}: answers Bandwidth's calls and texts."""
{% elif cookiecutter.use == 'voice' %}
"""{{ cookiecutter.__title }}: answers Bandwidth's calls."""
{% else %}
"""{{ cookiecutter.__title }}: answers Bandwidth's texts."""
{% endif %}
