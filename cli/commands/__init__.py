"""One file for each command. app.py says which there are, and loads one when it is called."""
