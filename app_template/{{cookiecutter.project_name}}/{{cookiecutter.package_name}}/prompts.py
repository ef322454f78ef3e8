{% if cookiecutter.use == 'both' %}
"""All that callers hear and people read, in one place."""
{% elif cookiecutter.use == 'voice' %}
"""All that callers hear, in one place."""
{% else %}
"""All that people read, in one place."""
{% endif %}
{% if cookiecutter.__voice %}

WELCOME = "Welcome. Press 1 for our opening hours, 2 to leave a message."
HOURS = "We are open from nine to five, Monday to Friday. Goodbye."
AGAIN = "Please press 1 or 2."
NO_CHOICE = "We could not understand your choice. Goodbye."
AFTER_THE_TONE = "Please speak now, and press the pound key when you are done."
THANKS = "Thank you for your message. Goodbye."
SORRY = "Sorry, something went wrong. Please call again later."
{% endif %}
{% if cookiecutter.__messaging %}

STOPPED = "You will get no more messages from us. Reply START to hear from us again."
STARTED = "Welcome back. Reply HELP for help, STOP to stop."
HELP = "{{ cookiecutter.__title }}: we answer within a day. Message and data rates may apply. Reply STOP to stop."
RECEIVED = "Thank you for your message. Somebody will answer within a day. Reply STOP to stop."
{% endif %}
