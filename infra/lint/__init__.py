"""Checks every stack's template as AWS will see it, expanded and with the values of each stage.

python -m infra.lint     prints what is wrong, where, on which stages, and what to do
"""
