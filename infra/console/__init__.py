"""The web page for people: its files in web/, how AWS serves them, and how they get there."""
